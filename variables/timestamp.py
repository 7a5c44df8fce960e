"""The variable ``timestamp``: when the hit arrived."""

from __future__ import annotations

from datetime import UTC, datetime

from container.component import Variable
from container.context import Context
from container.kinds import Choice
from container.schema import option


class TimestampVariable(Variable):
    """When the hit arrived, by the container's clock; a replayed hit keeps its moment.

    ```yaml
    arrived: timestamp                      # 1772366400
    arrived_ms: { timestamp: milliseconds } # 1772366400123
    arrived_at: { timestamp: iso }          # 2026-03-01T12:00:00.123Z
    ```
    """

    unit: str = option(
        Choice("seconds", "milliseconds", "iso"),
        "Whole seconds or milliseconds since 1970, or ISO 8601 in UTC.",
        default="seconds",
        bare=True,
    )

    def read(self, context: Context) -> int | str:
        if self.unit == "seconds":
            return int(context.now)
        if self.unit == "milliseconds":
            return int(context.now * 1000)
        when = datetime.fromtimestamp(int(context.now * 1000) / 1000, UTC)
        return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
