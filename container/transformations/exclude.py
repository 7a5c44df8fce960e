"""The transformation ``exclude``: these fields are taken away."""

from __future__ import annotations

from container.component import Transformation
from container.context import Context
from container.event import Event, path_parts, with_path
from container.kinds import ListOf, Text
from container.schema import option


class ExcludeTransformation(Transformation):
    """Takes these fields out of the event, by dotted path; a path without a field changes nothing.

    ```yaml
    transformations:
      no_addresses: { exclude: [user_data.address, items.coupon] }
    ```

    `items.coupon` takes the field out of every item, `items.0.coupon` out of the first.
    """

    fields: list[str] = option(ListOf(Text()), "The fields to take out, such as [user_data.address].", bare=True)

    def apply(self, context: Context) -> Event:
        event = dict(context.event)
        for path in self.fields:
            if path in event:
                del event[path]
            else:
                event = with_path(event, path_parts(path), None)
        return event
