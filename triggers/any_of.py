"""The condition ``any_of``: at least one of several sets of conditions holds."""

from __future__ import annotations

from collections.abc import Iterable

from container.component import Condition
from container.context import Context
from container.kinds import ConditionSet, ListOf
from container.problem import Complaint
from container.schema import When, option


class AnyOfCondition(Condition):
    """Holds when at least one of these holds. Each is the name of a trigger, or conditions that must all hold.

    ```yaml
    triggers:
      paid: { event: purchase, where: { event.value: { greater_than: 0 } } }
      conversion:
        any_of:
          - paid
          - event: [generate_lead, sign_up]
          - { event: page_view, where: { event.page_location: { contains: /thank-you } } }
    ```
    """

    sets: list[When] = option(ListOf(ConditionSet()), "Names of triggers, or conditions.", bare=True)

    def complaints(self) -> Iterable[Complaint]:
        """An empty list."""
        if not self.sets:
            yield Complaint("sets", "there is nothing that could hold", "write names of triggers, or conditions")

    def holds(self, context: Context) -> bool:
        for one in self.sets:  # noqa: SIM110 - a generator would cost every hit
            if one.holds(context):
                return True
        return False

    def why(self, context: Context) -> str:
        for one in self.sets:
            if one.holds(context):
                return one.told(context)
        return "none of any_of holds: " + "; ".join(one.told(context) for one in self.sets)

    def event_names(self) -> frozenset[str] | None:
        found: frozenset[str] = frozenset()
        for one in self.sets:
            names = one.event_names()
            if names is None:
                return None
            found |= names
        return found
