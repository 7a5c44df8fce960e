"""The variable ``consent``: what the visitor said about a purpose."""

from __future__ import annotations

from container.component import Variable
from container.context import Context
from container.event import CONSENT_PURPOSES
from container.kinds import Choice
from container.node import Node
from container.schema import Invalid, Reader, option


class Purpose(Choice):
    """One of the purposes of consent mode."""

    def __init__(self) -> None:
        super().__init__(*CONSENT_PURPOSES)

    def decode(self, node: Node, reader: Reader) -> str | Invalid:
        reader.asks_consent(node)
        return super().decode(node, reader)


class ConsentVariable(Variable):
    """The state of a purpose of consent: `granted`, `denied`, or `unset` where nobody said anything.

    ```yaml
    ads: { consent: ad_storage }
    profiling: { consent: ad_personalization, format: upper }
    ```

    It is the visitor's own word with what the consent section grants; `when_unset` does not change it. A trigger that
    grants consent cannot ask for it.
    """

    purpose: str = option(Purpose(), "The purpose, such as ad_storage.", bare=True)

    def read(self, context: Context) -> str:
        return context.consent.get(self.purpose, "unset")
