"""The transformation ``rename``: fields get other names and places."""

from __future__ import annotations

from collections.abc import Iterable

from container.component import Transformation
from container.context import Context
from container.event import Event, path_parts
from container.kinds import MapOf, Text
from container.problem import Complaint
from container.reshape import rename
from container.schema import option


class RenameTransformation(Transformation):
    """Gives fields of the event other names and places, by dotted path, one after the other.

    ```yaml
    transformations:
      our_words:
        rename:
          order_no: transaction_id
          mail: user_data.email_address
          items.sku: items.item_id
    ```

    `items.sku: items.item_id` renames the field in every item. What already stands at the new path is replaced; a path
    without a value, or from one list into another place, changes nothing.
    """

    fields: dict[str, str] = option(
        MapOf(Text()), "The old paths with the new ones, such as { order_no: transaction_id }.", bare=True
    )

    def ready(self) -> None:
        self._moves = [(old, path_parts(old), path_parts(new)) for old, new in self.fields.items()]

    def complaints(self) -> Iterable[Complaint]:
        """Paths that lead nowhere."""
        for old, parts, new in self._moves:
            if not parts or not new or isinstance(parts[0], int) or isinstance(new[0], int):
                yield Complaint("fields", f"'{old}: {self.fields[old]}' names no field", "write { old_name: new_name }")
            elif parts == new:
                yield Complaint("fields", f"'{old}' keeps its name", "write another name, or remove it")

    def apply(self, context: Context) -> Event:
        event = context.event
        for path, old, new in self._moves:
            event = rename(event, (path,) if path in event else old, new)  # a field may have a dot in its own name
        return event
