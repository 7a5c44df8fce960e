"""The idempotency keys: which events were accepted lately, remembered durably at little cost a hit."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from hashlib import blake2b

from container.outbox import schema
from container.outbox.outbox import IDEMPOTENCY_WINDOW

PARTS = 1024
"""Ranges of keys that are moved into the table one by one, so that each move touches neighbouring pages only."""

RECENT = 65_536
"""Keys held in memory and in the log before they are moved into the table."""

_KEYS_A_MOVE = 32
_PRUNE_EVERY = 500
_PRUNE_CHUNK = 1000
_SHIFT = 64 - PARTS.bit_length() + 1

Part = dict[int, int]


def key_of(tag: str, destination: str, event_name: str, event_id: str) -> int:
    """The key of an event, 64 bits: among ten million, the chance to take a new one for an old is below 1e-12."""
    # Lengths keep ("a", "bc") and ("ab", "c") apart whatever the texts hold.
    text = f"{len(tag)},{len(destination)},{len(event_name)}:{tag}{destination}{event_name}{event_id}"
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


class Keys:
    """Writing keys where they belong in a sorted table dirties a page for each, which would cost more than the payload.

    So a key is first appended to a log, a row a commit, and held in memory; when there are ``RECENT`` of them they are
    moved into the table range by range, a little with every commit. Memory is bounded, the file is the truth: a log
    is read back when the file is opened. All changes belong to the caller's transaction, and ``committed`` or
    ``undone`` must tell how it ended.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._new: list[Part] = [{} for _ in range(PARTS)]
        self._old: list[Part] = []
        self._count = 0
        self._moved = 0
        self._moving_to = 0
        self._logged_to = 0
        self._moved_now = 0
        self._logged_now = 0
        self._added: list[tuple[Sequence[int], int]] = []
        self._forgotten: list[int] = []
        self._since_moved = 0
        self._since_pruned = 0
        self._pruned_to = schema.SMALLEST_KEY
        for row, time, packed in connection.execute("SELECT id, time, keys FROM seen_log ORDER BY id").fetchall():
            keys = array("q", packed)
            self._logged_to = self._logged_now = row
            if time:
                self._remember(keys, time)
            else:
                for key in keys:
                    self._new[_part(key)].pop(key, None)

    def known(self, connection: sqlite3.Connection, keys: Sequence[int], now: float) -> set[int]:
        """Those of the keys accepted within the window, which reaches to either side: clocks are set back."""
        known: set[int] = set()
        asked: list[int] = []
        for key in keys:
            part = _part(key)
            time = self._new[part].get(key)
            if time is None and self._old:
                time = self._old[part].get(key)
            if time is None:
                asked.append(key)
            elif abs(time - now) < IDEMPOTENCY_WINDOW:
                known.add(key)
        for start in range(0, len(asked), schema.WIDEST):
            some = asked[start : start + schema.WIDEST]
            rows = connection.execute(schema.select_seen(len(some)), (now, IDEMPOTENCY_WINDOW, *some)).fetchall()
            known.update(key for (key,) in rows)
        return known

    def add(self, connection: sqlite3.Connection, keys: Sequence[int], now: float) -> None:
        """Remember keys, and tidy a little: the work grows with what comes, so neither log nor table does."""
        if keys:
            self._log(connection, keys, int(now))
            self._added.append((keys, int(now)))
        self._since_moved += len(keys)
        while self._since_moved >= _KEYS_A_MOVE and self._old:
            self._since_moved -= _KEYS_A_MOVE
            self._move(connection)
        self._since_pruned += len(keys)
        if self._since_pruned >= _PRUNE_EVERY:
            self._since_pruned = 0
            self._prune(connection, now)

    def forget(self, connection: sqlite3.Connection, keys: Sequence[int]) -> None:
        """Let these events in again."""
        if keys:
            connection.executemany("DELETE FROM seen WHERE key = ?", [(key,) for key in keys])
            self._log(connection, keys, 0)
            self._forgotten += keys

    def committed(self) -> None:
        """What was done since the last transaction is durable now."""
        self._moved, self._logged_to = self._moved_now, self._logged_now
        for keys, time in self._added:
            self._remember(keys, time)
        for key in self._forgotten:
            self._new[_part(key)].pop(key, None)
            if self._old:
                self._old[_part(key)].pop(key, None)
        if self._old and self._moved == PARTS:
            self._old = []
            self._moved = self._moved_now = 0
        if self._count >= RECENT and not self._old:
            self._old, self._new = self._new, [{} for _ in range(PARTS)]
            self._count = 0
            self._moving_to = self._logged_to
        self._added = []
        self._forgotten = []

    def undone(self) -> None:
        """What was done since the last transaction did not happen."""
        self._moved_now, self._logged_now = self._moved, self._logged_to
        self._added = []
        self._forgotten = []

    def _remember(self, keys: Iterable[int], time: int) -> None:
        for key in keys:
            self._new[_part(key)][key] = time
            self._count += 1

    def _log(self, connection: sqlite3.Connection, keys: Sequence[int], time: int) -> None:
        statement = "INSERT INTO seen_log (time, keys) VALUES (?, ?)"
        self._logged_now = connection.execute(statement, (time, array("q", keys).tobytes())).lastrowid or 0

    def _move(self, connection: sqlite3.Connection) -> None:
        """Move the next range into the table; with the last one, the log loses what is in the table."""
        if self._moved_now == PARTS:
            return
        part = self._old[self._moved_now]
        values: list[object] = []
        for key in sorted(part):
            values += (key, part[key])
        schema.write_wide(connection, schema.insert_seen, values, 2)
        self._moved_now += 1
        if self._moved_now == PARTS:
            connection.execute("DELETE FROM seen_log WHERE id <= ?", (self._moving_to,))

    def _prune(self, connection: sqlite3.Connection, now: float) -> None:
        """Go on a little way through the table, and drop keys whose window is over.

        Twice as many are looked at as are added, so a pass ends before the table has doubled.
        """
        last = connection.execute(schema.LAST_OF_CHUNK, (self._pruned_to, _PRUNE_CHUNK)).fetchone()[0]
        if last is not None:
            connection.execute(schema.PRUNE_CHUNK, (self._pruned_to, last, now, IDEMPOTENCY_WINDOW))
        self._pruned_to = schema.SMALLEST_KEY if last is None else last


def _part(key: int) -> int:
    return (key >> _SHIFT) & (PARTS - 1)
