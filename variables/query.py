"""The variable ``query``: a parameter of the request's query."""

from __future__ import annotations

from container.component import Variable
from container.context import Context
from container.kinds import Text
from container.schema import option


class QueryVariable(Variable):
    """The decoded value of a parameter of the hit's own URL; the last one when it is repeated.

    ```yaml
    measurement_id: { query: tid }
    ```

    A parameter of the page's address is a `url` variable: `{ url: { query: utm_source } }`.
    """

    name: str = option(Text(), "The parameter's name, such as tid.", bare=True)

    def read(self, context: Context) -> str | None:
        return context.hit.query.get(self.name)
