"""The condition ``client``: the hit was read by one of these clients."""

from __future__ import annotations

from container.component import Condition
from container.context import Context
from container.kinds import ListOf, Reference
from container.schema import option


class ClientCondition(Condition):
    """Holds when the hit was read by one of these clients, by their names in this file.

    ```yaml
    clients: { browser: ga4, orders: { json_webhook: { path: /hooks/orders, event: { event_name: purchase } } } }
    triggers:
      web_purchase: { event: purchase, client: browser }
      any_purchase: { event: purchase, client: [browser, orders] }
    ```
    """

    names: list[str] = option(ListOf(Reference("client")), "The client, or a list of clients.", bare=True)

    def ready(self) -> None:
        self._names = frozenset(self.names)

    def holds(self, context: Context) -> bool:
        return context.client in self._names

    def why(self, context: Context) -> str:
        wanted = self.names[0] if len(self.names) == 1 else "one of " + ", ".join(self.names)
        return f"client {context.client!r} {'is' if self.holds(context) else 'is not'} {wanted}"
