"""What loaders on pages told of the browser's copies: sent, blocked, refused; what the sandbox itself cannot see.

Meta knows nothing of this. It is kept beside the events so that Quality can say why a browser's copy is missing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec

from .reading import Reading
from .record import Row

KEPT = 20_000
"""Words that are kept; the oldest go first."""

_BUFFER = 200
_TABLE = """
CREATE TABLE IF NOT EXISTS told (
    id INTEGER PRIMARY KEY, received REAL NOT NULL, pixel_id TEXT NOT NULL, event_name TEXT NOT NULL,
    event_id TEXT NOT NULL, copy TEXT NOT NULL)
"""
_INSERT = (
    "INSERT INTO told (received, pixel_id, event_name, event_id, copy) "
    "SELECT " + ", ".join(f"json_extract(value, '$[{place}]')" for place in range(5)) + " FROM json_each(?)"
)
_COUNTS = """
SELECT pixel_id, event_name, copy, count(*) FROM told WHERE (? = '' OR pixel_id = ?) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
LIMIT 2000
"""
_LOST = """
SELECT DISTINCT pixel_id, event_name, event_id FROM told
WHERE copy IN ('blocked', 'offline') AND event_id != '' AND (? = '' OR pixel_id = ?)
"""


class Told:
    """The loaders' words, in the sandbox's file or in memory. Written when somebody asks, or when many have come."""

    def __init__(self, path: str | Path, clock: Callable[[], float]) -> None:
        connection = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        connection.execute("PRAGMA busy_timeout=5000")
        connection.execute(_TABLE)
        self._thread = ThreadPoolExecutor(1, "sandbox-told")
        self._kept = Reading(connection, self._thread)
        self._clock = clock
        self._new: list[Row] = []

    def take(self, pixel: str, name: str, event_id: str, copy: str) -> None:
        """One word; it costs the hit nothing but a place in a list."""
        self._new.append((self._clock(), pixel, name, event_id, copy))
        if len(self._new) >= _BUFFER:
            self._thread.submit(self._write, self._taken())

    async def copies(self, pixel: str) -> list[dict[str, Any]]:
        """By pixel and event name, how many copies became what; ``pixel`` may be empty for all."""
        rows = await self._kept.run(self._counted, self._taken(), pixel)
        found: dict[tuple[str, str], dict[str, int]] = {}
        for of_pixel, name, copy, count in rows:
            found.setdefault((of_pixel, name), {})[copy] = count
        return [{"pixel_id": key[0], "event_name": key[1], "copies": counts} for key, counts in found.items()]

    async def lost(self, pixel: str) -> list[tuple[str, str, str]]:
        """Pixel, event name and event id of the actions whose browser copy did not leave: blocked, or offline."""
        return [(of, name, identity) for of, name, identity in await self._kept.run(self._unsent, self._taken(), pixel)]

    async def words(self) -> dict[str, str]:
        """The last word on each event id."""
        rows = await self._kept.run(self._read, self._taken())
        return {str(identity): str(copy) for identity, copy in rows}

    async def reset(self) -> None:
        """Forget all words."""
        self._new = []
        await self._kept.run(self._kept.select, "DELETE FROM told")

    def close(self) -> None:
        """Write what was told and close the file."""
        self._thread.submit(self._write, self._taken())
        self._kept.close()

    def _taken(self) -> list[Row]:
        new, self._new = self._new, []
        return new

    def _counted(self, new: list[Row], pixel: str) -> list[Row]:
        self._write(new)
        return self._kept.select(_COUNTS, (pixel, pixel))

    def _unsent(self, new: list[Row], pixel: str) -> list[Row]:
        self._write(new)
        return self._kept.select(_LOST, (pixel, pixel))

    def _read(self, new: list[Row]) -> list[Row]:
        self._write(new)
        return self._kept.select("SELECT event_id, copy FROM told WHERE event_id != '' ORDER BY id")

    def _write(self, new: list[Row]) -> None:
        if not new:
            return
        self._kept.select(_INSERT, (msgspec.json.encode(new).decode(),))
        self._kept.select("DELETE FROM told WHERE id <= (SELECT max(id) FROM told) - ?", (KEPT,))
