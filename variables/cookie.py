"""The variable ``cookie``: a cookie of the request."""

from __future__ import annotations

from container.component import Variable
from container.context import Context
from container.kinds import Text
from container.schema import option


class CookieVariable(Variable):
    """The value of a cookie that came with the hit, percent escapes undone.

    ```yaml
    fbp: { cookie: _fbp }
    ```
    """

    name: str = option(Text(), "The cookie's name, such as _fbp.", bare=True)

    def read(self, context: Context) -> str | None:
        return context.hit.cookies.get(self.name)
