"""What was delivered since: dead letters whose event came in again and reached the vendor in the meantime."""

from __future__ import annotations

import sqlite3
import sys
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from container.outbox import page
from container.outbox.database import read_only, unavailable
from container.outbox.dead import NAMES, Choice

_DELIVERED = "SELECT grp, records FROM ledger WHERE kind = 'delivered' AND last >= ?"
_EARLIER = 60.0
"""Seconds before a letter that a copy of it may have been accepted by another worker."""

Key = tuple[str, str, str, str]


def delivered_since(paths: Sequence[Path], choice: Choice) -> frozenset[int]:
    """Ids of the chosen letters that need not be sent: of the same tag, destination, event name and ``event_id`` the
    ledger of some file has a delivery after the letter was accepted.

    Reads the ledger from the oldest chosen letter on. Raises ``OutboxUnavailable``.
    """
    letters: dict[Key, list[tuple[float, int]]] = {}
    path = Path()
    try:
        for path in paths:
            with read_only(path) as connection:
                words = {**asdict(choice), "limit": sys.maxsize, "after": 0}
                for number, accepted, *key in connection.execute(NAMES, words):
                    if key[3]:  # an event without an id is never taken for another
                        letters.setdefault((key[0], key[1], key[2], key[3]), []).append((accepted, number))
        found: set[int] = set()
        for path in paths if letters else ():
            found |= _found(path, letters, min(accepted for some in letters.values() for accepted, _ in some))
    except (OSError, sqlite3.Error, zlib.error, ValueError) as error:
        raise unavailable(path, error) from None
    return frozenset(found)


def _found(path: Path, letters: dict[Key, list[tuple[float, int]]], earliest: float) -> set[int]:
    found: set[int] = set()
    with read_only(path) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'ledger'").fetchone():
            return found
        groups = {
            row: (tag, to) for row, tag, to in connection.execute("SELECT id, tag, destination FROM destinations")
        }
        tags = {key[:2] for key in letters}
        for group, records in connection.execute(_DELIVERED, (earliest - _EARLIER,)):
            name = groups.get(group, ("", ""))
            for line in page.lines(page.opened(records)) if name in tags else ():
                for accepted, number in letters.get((*name, line.event_name, line.event_id), ()):
                    if (line.accepted + line.took) / 1000 >= accepted:
                        found.add(number)
    return found
