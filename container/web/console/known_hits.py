"""The known hits: which of the hits the console kept brought an event, by the event's id."""

from __future__ import annotations

from collections.abc import Iterable

from container.web.console.page import Ask
from container.web.tap.ring import Ring

_MOST = 500


async def hits_of(ask: Ask, ids: Iterable[str | None]) -> dict[str, int]:
    """The number of the newest hit for each of these event ids, where one is known."""
    wanted = {one for one in ids if one}
    if not wanted:
        return {}

    def read(ring: Ring) -> dict[str, int]:
        return {one: kept.id for kept in ring.rows(limit=_MOST) for one in kept.row.get("ids", ()) if one in wanted}

    found: dict[str, int] = await ask.app.desk.tap.ask(read)
    return found
