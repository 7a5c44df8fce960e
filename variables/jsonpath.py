"""The variable ``jsonpath``: a field of the event by JSONPath."""

from __future__ import annotations

from typing import Any

from container.component import Variable
from container.context import Context
from container.jsonpath import JsonPath as Path
from container.kinds import JsonPath
from container.schema import option


class JsonpathVariable(Variable):
    """Takes a field of the event by JSONPath.

    `$.value` is one value; a path that can match several times, such as `$.items[*].item_id`, is a list.
    Names with a dash are quoted: `$['x-ga-gcs']`.
    """

    path: Path = option(JsonPath(), "The JSONPath; $ is the event.", bare=True)

    def read(self, context: Context) -> Any:
        return self.path.find(context.event)
