"""The variable ``header``: a header of the request."""

from __future__ import annotations

from container.component import Variable
from container.context import Context
from container.kinds import Text
from container.schema import option


class HeaderVariable(Variable):
    """The value of a request header; its name's case does not matter.

    ```yaml
    user_agent: { header: User-Agent }
    region: { header: X-Geo-Region, default: unknown }
    ```
    """

    name: str = option(Text(), "The header's name, such as User-Agent.", bare=True)

    def ready(self) -> None:
        self._key = self.name.lower()

    def read(self, context: Context) -> str | None:
        return context.hit.headers.get(self._key)
