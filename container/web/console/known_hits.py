"""The known hits: which of the hits the console kept brought an event, by the event's id."""

from __future__ import annotations

from collections.abc import Iterable

from container.web.console.page import Ask
from container.web.tap.ring import Kept, Ring

_MOST = 500


async def hits_of(ask: Ask, ids: Iterable[str | None]) -> dict[str, int]:
    """The number of the newest hit for each of these event ids, where one is known; of hits that brought it again and
    were left out as copies only where no other is kept."""
    wanted = {one for one in ids if one}
    if not wanted:
        return {}
    await ask.app.desk.following.look()

    def read(ring: Ring) -> dict[str, int]:
        copies: dict[str, int] = {}
        found: dict[str, int] = {}
        for kept in ring.rows(limit=_MOST):
            for one in wanted.intersection(kept.row.get("ids", ())):
                (copies if _is_copy(kept, one) else found)[one] = kept.id
        return copies | found

    numbers: dict[str, int] = await ask.app.desk.tap.ask(read)
    return numbers


def _is_copy(kept: Kept, event_id: str) -> bool:
    """Whether all that a hit sent of an event was left out, having been accepted before."""
    sent = [one.get("became") for one in kept.row.get("sent", ()) if one["event_id"] == event_id]
    return bool(sent) and set(sent) == {"copy"}
