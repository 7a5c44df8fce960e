"""The transformation ``allow``: only these fields stay."""

from __future__ import annotations

from container.component import Transformation
from container.context import Context
from container.event import Event
from container.kinds import ListOf, Text
from container.reshape import chosen, keep
from container.schema import option


class AllowTransformation(Transformation):
    """Keeps only these fields of the event, by dotted path; `event_name` always stays.

    ```yaml
    transformations:
      little: { allow: [value, currency, user_data.email_address, items.item_id], for: partner }
    ```

    `items.item_id` keeps that field of every item, `items.0` the first item as a whole.
    """

    fields: list[str] = option(
        ListOf(Text()), "The fields to keep, such as [value, user_data.email_address].", bare=True
    )

    def ready(self) -> None:
        self._dotted = [path for path in self.fields if "." in path]
        self._chosen = chosen(["event_name", *self.fields])

    def apply(self, context: Context) -> Event:
        kept: Event = keep(context.event, self._chosen) or {}
        for path in self._dotted:
            if context.event.get(path) is not None:  # a field may have a dot in its own name
                kept[path] = context.event[path]
        return kept
