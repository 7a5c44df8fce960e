"""The variable ``hash``: the digest of a value."""

from __future__ import annotations

import base64
import hashlib

from container.component import Variable
from container.context import Context
from container.event import as_text
from container.expression import Expression
from container.kinds import Choice, Templated
from container.schema import option


class HashVariable(Variable):
    """The digest of a text, a number, true or false; of nothing, an empty text, a list or a mapping there is none.

    ```yaml
    customer: { hash: "{{ event.user_data.email_address | trim | lower }}" }
    order: { hash: { input: "{{ event.transaction_id }}", algorithm: md5, output: base64 } }
    ```

    The text is taken as it is, in UTF-8: write how it is to be tidied first. What is hashed already is hashed again.
    Tags of vendors hash personal data by the vendor's own rules, and need none of this.
    """

    input: Expression = option(Templated(), 'What is hashed, such as "{{ event.user_id }}".', bare=True)
    algorithm: str = option(Choice("sha256", "sha1", "md5"), "How it is hashed.", default="sha256")
    output: str = option(Choice("hex", "base64"), "How the digest is written; hex is lower-case.", default="hex")

    def ready(self) -> None:
        self._digest = {"sha256": hashlib.sha256, "sha1": hashlib.sha1, "md5": hashlib.md5}[self.algorithm]

    def read(self, context: Context) -> str | None:
        value = self.input.read(context)
        text = "" if value is None or isinstance(value, (list, dict)) else as_text(value)
        if not text:
            return None
        digest = self._digest(text.encode("utf-8", "replace"), usedforsecurity=False)
        return digest.hexdigest() if self.output == "hex" else base64.b64encode(digest.digest()).decode()
