"""The parking: why and since when nothing is sent to a destination, as its outbox file says."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from container.outbox.database import read_only, unavailable

# A file that a former version wrote does not know since when.
_ROW = "SELECT * FROM destinations WHERE tag = ? AND destination = ? AND parked <> ''"


@dataclass(frozen=True, slots=True)
class Parking:
    """``reason`` is what the vendor said, or why we do not ask it; ``since`` is in unix seconds, None when unknown."""

    reason: str
    since: float | None


def parking(path: Path, tag: str, destination: str) -> Parking | None:
    """How a destination is parked in a file, None when it is not. Raises ``OutboxUnavailable``."""
    try:
        with read_only(path) as connection:
            found = connection.execute(_ROW, (tag, destination))
            names = [column[0] for column in found.description]
            row = found.fetchone()
    except (OSError, sqlite3.Error) as error:
        raise unavailable(path, error) from None
    if row is None:
        return None
    told: dict[str, Any] = dict(zip(names, row, strict=True))
    return Parking(told["parked"], told.get("parked_at") or None)
