"""The transformation ``allow``: only these fields stay."""

from __future__ import annotations

from container.component import Transformation
from container.context import Context
from container.event import Event, get_path, path_parts, with_path
from container.kinds import ListOf, Text
from container.schema import option


class AllowTransformation(Transformation):
    """Keeps only these fields of the event, by dotted path; `event_name` always stays."""

    fields: list[str] = option(
        ListOf(Text()), "The fields to keep, such as [value, user_data.email_address].", bare=True
    )

    def apply(self, context: Context) -> Event:
        kept: Event = {}
        for path in ("event_name", *self.fields):
            value = context.event.get(path)
            if value is not None:
                kept[path] = value
                continue
            value = get_path(context.event, path)
            if value is not None:
                # A list cannot be rebuilt from one of its elements; a path into one keeps the element by its number.
                kept = with_path(kept, path_parts(path), value)
        return kept
