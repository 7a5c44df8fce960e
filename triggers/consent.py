"""The condition ``consent``: what the visitor said about some purposes."""

from __future__ import annotations

from typing import Any

from container.component import Condition
from container.context import Context
from container.event import CONSENT_PURPOSES
from container.kinds import Choice, ListOf, MapOf
from container.node import Node
from container.schema import Invalid, Kind, Reader, option

STATES = ("granted", "denied", "unset")


class States(Kind[dict[str, list[str]]]):
    """Purposes that must be granted, or a mapping of purposes to the states they may have."""

    noun = "purposes, or a mapping of purposes to granted, denied or unset"
    mapping = True
    _purposes = ListOf(Choice(*CONSENT_PURPOSES))
    _states = MapOf(ListOf(Choice(*STATES)), keys=frozenset(CONSENT_PURPOSES))

    def decode(self, node: Node, reader: Reader) -> dict[str, list[str]] | Invalid:
        reader.asks_consent(node)
        if (node.kind == "mapping" and not node.items) or (node.kind == "list" and not node.elements):
            return self.expected(node, reader, "write a purpose such as ad_storage")
        if node.kind == "mapping":
            return self._states.decode(node, reader)
        found = self._purposes.decode(node, reader)
        return found if isinstance(found, Invalid) else {purpose: ["granted"] for purpose in found}

    def json_schema(self) -> dict[str, Any]:
        return {"anyOf": [self._purposes.json_schema(), self._states.json_schema()]}


class ConsentCondition(Condition):
    """Holds when the visitor granted these purposes; a mapping says which state, or states, each may have.

    ```yaml
    triggers:
      measured: { event: page_view, consent: analytics_storage }
      advertised: { event: purchase, consent: [ad_storage, ad_user_data] }
      refused: { consent: { ad_storage: denied, analytics_storage: [denied, unset] } }
    ```

    The state is the visitor's own word with what the consent section grants; a purpose nobody spoke about is `unset`,
    whatever `when_unset` says. A tag asks for consent with `needs_consent`: this condition is for doing something else
    without it. A trigger that itself grants consent cannot ask for it.
    """

    purposes: dict[str, list[str]] = option(
        States(), "The purposes that must be granted, or each with the states it may have.", bare=True
    )

    def ready(self) -> None:
        self._states = [(purpose, frozenset(states)) for purpose, states in self.purposes.items()]

    def holds(self, context: Context) -> bool:
        for purpose, states in self._states:  # noqa: SIM110 - a generator would cost every hit
            if context.consent.get(purpose, "unset") not in states:
                return False
        return True

    def why(self, context: Context) -> str:
        told = []
        for purpose, states in self.purposes.items():
            state = context.consent.get(purpose, "unset")
            if state not in states:
                return f"{purpose} is {state}, not {' or '.join(states)}"
            told.append(f"{purpose} is {state}")
        return " and ".join(told)
