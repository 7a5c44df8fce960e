"""The sibling: what another worker's outbox accepted lately, read beside it without being in its way."""

from __future__ import annotations

import sqlite3
import time
from array import array
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from container.outbox import schema
from container.outbox.keys import RECENT
from container.outbox.outbox import IDEMPOTENCY_WINDOW

_MOST = 4 * RECENT
_OPEN_AGAIN_EVERY = 60.0
_AFTER_TROUBLE = 5.0
_LOG = "SELECT id, time, keys FROM seen_log WHERE id >= ? ORDER BY id"


class Sibling:
    """The keys of one other file: those in its log are held in memory, those in its table are asked for.

    What it commits while we commit is not seen: then both are sent, and the vendor deduplicates them by ``event_id``.
    A file that is missing or cannot be read knows nothing, and is looked at again a little later.
    """

    def __init__(self, path: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._monotonic = monotonic
        self._connection: sqlite3.Connection | None = None
        self._again_at = 0.0
        self._recent: dict[int, int] = {}
        self._read_to = 0

    def known(self, keys: Sequence[int], now: float) -> set[int]:
        """Those of the keys that were accepted there within the window, to either side of ``now``."""
        if self._monotonic() >= self._again_at:
            self._open()
        if self._connection is None or not keys:
            return set()
        try:
            self._follow(self._connection)
            known = {key for key in keys if abs(self._recent.get(key, 0) - now) < IDEMPOTENCY_WINDOW}
            asked = [key for key in keys if key not in known]
            for start in range(0, len(asked), schema.WIDEST):
                some = asked[start : start + schema.WIDEST]
                words = (now, IDEMPOTENCY_WINDOW, *some)
                known.update(
                    key for (key,) in self._connection.execute(schema.select_seen(len(some)), words).fetchall()
                )
        except sqlite3.Error:
            self.close()
            self._again_at = self._monotonic() + _AFTER_TROUBLE
            return set()
        return known

    def close(self) -> None:
        """Let go of the file."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):  # it was only read from
                connection.close()

    def _open(self) -> None:
        """Open it, or open it again: the file at this place may have become another one."""
        self.close()
        self._forget()
        self._again_at = self._monotonic() + _OPEN_AGAIN_EVERY
        try:
            if self._path.exists():
                address = f"{self._path.resolve().as_uri()}?mode=ro"
                self._connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=0.05)
            else:
                self._again_at = self._monotonic() + _AFTER_TROUBLE
        except (OSError, sqlite3.Error):
            self._again_at = self._monotonic() + _AFTER_TROUBLE

    def _follow(self, connection: sqlite3.Connection) -> None:
        """Learn what was logged since the last look. The last row seen is read again: it must still be there."""
        rows = connection.execute(_LOG, (self._read_to,)).fetchall()
        if len(self._recent) > _MOST or (self._read_to and not rows):
            self._forget()
            rows = connection.execute(_LOG, (0,)).fetchall()
        for row, time_, packed in rows:
            if row <= self._read_to:
                continue
            self._read_to = row
            if time_:
                self._recent.update(dict.fromkeys(array("q", packed), time_))
            else:
                for key in array("q", packed):
                    self._recent.pop(key, None)

    def _forget(self) -> None:
        self._recent = {}
        self._read_to = 0
