"""The limits of one file: how many payloads may wait in it, and how many bytes it may fill."""

from __future__ import annotations

import sqlite3

from container.outbox.database import used_bytes
from container.outbox.outbox import OutboxFull

_BESIDE_BODY = 256
"""Bytes a payload takes beside its body, at most: names, numbers, its key."""


def share(limit: int, workers: int) -> int:
    """What of a limit is for each of several workers' files."""
    return max(1, limit // workers)


class Limits:
    """Refuses what would not fit. The size is reckoned from what comes, and measured when it may be near its limit."""

    def __init__(self, path: str, max_bytes: int, max_pending: int) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._max_pending = max_pending
        self._size = 0

    def measure(self, connection: sqlite3.Connection) -> None:
        """Learn how many bytes the file fills."""
        self._size = used_bytes(connection)

    def check(self, connection: sqlite3.Connection, pending: int, coming: int, size: int) -> None:
        """Raises ``OutboxFull`` when so many more payloads, with bodies of so many bytes, may not come."""
        if pending + coming > self._max_pending:
            raise OutboxFull(f"outbox {self._path}: {pending} payloads are pending, its limit is {self._max_pending}")
        self._size += 2 * (size + coming * _BESIDE_BODY)  # a row of little more than half a page has one for itself
        if self._size > 0.9 * self._max_bytes:
            self.measure(connection)
            if self._size > self._max_bytes:
                raise OutboxFull(f"outbox {self._path}: it fills {self._size} bytes, its limit is {self._max_bytes}")
