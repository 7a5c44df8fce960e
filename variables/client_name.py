"""The variable ``client_name``: which client read the hit."""

from __future__ import annotations

from container.component import Variable
from container.context import Context


class ClientNameVariable(Variable):
    """The name, in this file, of the client that read the hit.

    ```yaml
    source: client_name
    ```

    In an expression `{{ client }}` is the same; a trigger asks for it with the condition `client`.
    """

    def read(self, context: Context) -> str | None:
        return context.client or None
