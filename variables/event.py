"""The variable ``event``: a field of the event by dotted path."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from container.component import Variable
from container.context import Context
from container.event import get_path
from container.kinds import Text
from container.problem import Complaint
from container.schema import option


class EventVariable(Variable):
    """A field of the event, by dotted path; a number is an element of a list, counted from 0.

    ```yaml
    currency: { event: currency }
    first_item: { event: items.0.item_id }
    city: { event: user_data.address.city, default: unknown, format: lower }
    ```

    What a path cannot say, such as every item's id, a `jsonpath` can.
    """

    path: str = option(Text(), "The dotted path of the field, such as value or items.0.item_id.", bare=True)

    def complaints(self) -> Iterable[Complaint]:
        """Ways of writing a path that belong to other places."""
        if self.path.startswith("$"):
            text = f"'{self.path}' is a JSONPath"
            yield Complaint(
                "path", text, f"write {{ jsonpath: {self.path} }}, or a dotted path such as items.0.item_id"
            )
        elif self.path.startswith("event."):
            short = self.path.removeprefix("event.")
            text = f"the path starts at the event, so that '{self.path}' is a field called event in it"
            yield Complaint("path", text, f"write {short}", warning=True)

    def read(self, context: Context) -> Any:
        return get_path(context.event, self.path)
