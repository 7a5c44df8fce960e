"""What was sent, by the ledger: the newest payloads, and how well those for Meta can be matched."""

from __future__ import annotations

from collections import deque
from typing import Any

from container.ledger.cells import cells
from container.ledger.reading import Choice, entries
from container.outbox.files import files_of
from container.outbox.outbox import OutboxError
from container.sandbox.customer import PRESENT
from container.sandbox.quality import match_quality

SHOWN = 50
_LOOKED_BACK = (30.0, 900.0, 86400.0)
"""Seconds that are looked back, further only where too little is found: the ledger may be long."""


def newest(store: str, now: float, event_name: str = "", event_id: str = "") -> tuple[list[dict[str, Any]], str]:
    """The newest payloads with what became of each, newest first; why they cannot be told."""
    found: deque[dict[str, Any]] = deque(maxlen=SHOWN)
    try:
        paths = list(files_of(store).values())
        for seconds in _LOOKED_BACK:
            found.clear()
            for one in entries(paths, Choice(since=now - seconds, reference=event_id)):
                if one.payload and (not event_name or one.event_name == event_name):
                    found.append({**one.to_json(), "time": one.time, "ended": one.ended})
            if len(found) >= SHOWN // 2:
                break
    except (OutboxError, OSError) as error:
        return [], str(error)
    return sorted(found, key=lambda one: -float(one["time"])), ""


def matched(store: str, since: float, tags: set[str]) -> tuple[list[dict[str, Any]], str]:
    """For each destination of these tags the match quality of what was sent there; why it cannot be told."""
    masks: dict[tuple[str, str], dict[int, int]] = {}
    try:
        for cell in cells(files_of(store).values(), since=since):
            if cell.outcome == "delivered" and cell.tag in tags:
                keys = sum(PRESENT.get(name.removeprefix("#"), 0) for name in set(cell.profile.identifiers))
                counts = masks.setdefault((cell.tag, cell.destination), {})
                counts[keys] = counts.get(keys, 0) + cell.count
    except (OutboxError, OSError) as error:
        return [], str(error)
    return [
        {"tag": tag, "destination": destination, "match_quality": match_quality(list(counts.items()))}
        for (tag, destination), counts in sorted(masks.items())
    ], ""
