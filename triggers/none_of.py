"""The condition ``none_of``: not one of several sets of conditions holds."""

from __future__ import annotations

from collections.abc import Iterable

from container.component import Condition
from container.context import Context
from container.kinds import ConditionSet, ListOf
from container.problem import Complaint
from container.schema import When, option


class NoneOfCondition(Condition):
    """Holds when not one of these holds. Each is the name of a trigger, or conditions that must all hold together.

    ```yaml
    triggers:
      bot: { where: { event.user_agent: { matches: "bot|crawler", ignore_case: true } } }
      people: { none_of: bot }
      order:
        event: purchase
        none_of:
          - bot
          - where: { event.page_location: { contains: /test/ } }
    ```
    """

    sets: list[When] = option(ListOf(ConditionSet()), "Names of triggers, or conditions.", bare=True)

    def complaints(self) -> Iterable[Complaint]:
        """An empty list."""
        if not self.sets:
            yield Complaint("sets", "there is nothing to rule out", "write names of triggers, or conditions")

    def holds(self, context: Context) -> bool:
        for one in self.sets:  # noqa: SIM110 - a generator would cost every hit
            if one.holds(context):
                return False
        return True

    def why(self, context: Context) -> str:
        for one in self.sets:
            if one.holds(context):
                return f"none_of rules out: {one.told(context)}"
        return "none of none_of holds: " + "; ".join(one.told(context) for one in self.sets)
