"""The condition ``event``: the event has one of these names."""

from __future__ import annotations

from container.component import Condition
from container.context import Context
from container.kinds import ListOf, Text
from container.schema import option


class EventCondition(Condition):
    """Holds when the event's name is one of these, exactly as written.

    ```yaml
    triggers:
      purchase: { event: purchase }
      lead: { event: [generate_lead, sign_up] }
    ```

    Names are compared letter by letter: GA4 says `purchase`, Meta's pixel says `Purchase`.
    """

    names: list[str] = option(ListOf(Text()), "The name, or a list of names.", bare=True)

    def ready(self) -> None:
        self._names = frozenset(self.names)

    def holds(self, context: Context) -> bool:
        return context.event_name in self._names

    def why(self, context: Context) -> str:
        wanted = self.names[0] if len(self.names) == 1 else "one of " + ", ".join(self.names)
        verb = "is" if self.holds(context) else "is not"
        return f"event {context.event_name!r} {verb} {wanted}"

    def event_names(self) -> frozenset[str]:
        return self._names
