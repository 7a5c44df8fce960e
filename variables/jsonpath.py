"""The variable ``jsonpath``: what a JSONPath finds in the event, in the request's body, or in the whole hit."""

from __future__ import annotations

from typing import Any

from container.body import json_body
from container.component import Variable
from container.context import Context
from container.jsonpath import JsonPath as Path
from container.kinds import Choice, JsonPath
from container.schema import option


class JsonpathVariable(Variable):
    """Takes what a JSONPath finds in the event, in the request's body, or in the whole hit.

    ```yaml
    order_value: { jsonpath: $.value }
    order_items: { jsonpath: "$.items[*].item_id" }
    shop: { jsonpath: { path: $.shop.name, of: body } }
    sender: { jsonpath: { path: $.headers.user-agent, of: hit } }
    ```

    `$.value` is one value; a path that can match several times, such as `$.items[*].item_id`, is a list. Names with
    other signs than letters, digits, `_` and `-` are quoted: `$['my name']`. The `body` must be JSON. A `hit` has
    `method`, `path`, `query`, `headers` with lower-case names, `cookies`, `body` (as JSON, else as text) and `ip`.
    """

    path: Path = option(JsonPath(), "The JSONPath; $ is the event, or what `of` says.", bare=True)
    of: str = option(Choice("event", "body", "hit"), "What the path starts at.", default="event")

    def read(self, context: Context) -> Any:
        if self.of == "event":
            return self.path.find(context.event)
        return self.path.find(json_body(context) if self.of == "body" else _whole(context))


def _whole(context: Context) -> dict[str, Any]:
    hit = context.hit
    body = json_body(context)
    return {
        "method": hit.method,
        "path": hit.path,
        "query": hit.query,
        "headers": dict(hit.headers),
        "cookies": hit.cookies,
        "body": hit.text or None if body is None else body,
        "ip": hit.ip or None,
    }
