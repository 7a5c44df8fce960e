"""The transformation ``augment``: fields are added or replaced."""

from __future__ import annotations

from typing import Any

from container.component import Transformation
from container.context import Context
from container.event import Event, path_parts, with_path
from container.kinds import MapOf, Tree, read_tree
from container.schema import option


class AugmentTransformation(Transformation):
    """Sets these fields of the event, by dotted path; a value that is not there leaves its field as it was.

    ```yaml
    transformations:
      with_margin: { augment: { margin: "{{ event.value * 0.3 }}", user_data.address.country: AT }, for: partner }
    ```
    """

    fields: dict[str, Any] = option(
        MapOf(Tree()), 'The fields and their values, such as { profit: "{{ profit }}" }.', bare=True
    )

    def apply(self, context: Context) -> Event:
        event = dict(context.event)
        for path, tree in self.fields.items():
            value = read_tree(tree, context)
            if value is None:
                continue
            if "." in path or "[" in path:
                event = with_path(event, path_parts(path), value)
            else:
                event[path] = value
        return event
