"""The books: for every tag and destination, how many payloads were accepted and where they ended."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from typing import Literal

from container.outbox import schema
from container.outbox.outbox import LOST, Account

Name = tuple[str, str]
"""A tag and a destination."""

End = Literal["delivered", "suppressed", "dead"]

MOST_REASONS = 500
"""Different reasons the books keep apart. They are vendors' words, so there may be any number of them."""

OTHER_REASONS = "other reasons"


class Tally:
    """What one transaction adds to the books. ``accepted`` is how many a group had accepted before it."""

    def __init__(self) -> None:
        self.accepted: Counter[Name] = Counter()
        self._accepted_now: Counter[Name] = Counter()
        self._ended_now: Counter[tuple[Name, str, str]] = Counter()
        self._reasons: set[str] = set()

    def accept(self, name: Name, count: int = 1) -> int:
        """Count accepted payloads; returns how many there were before."""
        before = self._accepted_now[name]
        self._accepted_now[name] = before + count
        return self.accepted[name] + before

    def end(self, name: Name, end: End, reason: str, count: int) -> None:
        """Count payloads that reached an end."""
        if reason not in self._reasons and reason != LOST:  # the proof goes by that, so it is never among the others
            if len(self._reasons) < MOST_REASONS:
                self._reasons.add(reason)
            else:
                reason = OTHER_REASONS
        self._ended_now[name, end, reason] += count

    def enter(self, connection: sqlite3.Connection, numbers: Mapping[Name, int]) -> None:
        """Write it down, as part of the transaction."""
        values: list[object] = []
        for name, count in self._accepted_now.items():
            values += (numbers[name], "accepted", "", count)
        for (name, end, reason), count in self._ended_now.items():
            values += (numbers[name], end, reason, count)
        schema.write_wide(connection, schema.add_to_books, values, 4)

    def committed(self) -> dict[Name, tuple[int, int]]:
        """Start afresh; returns for every group how many became pending and how many of the pending ended."""
        changes: dict[Name, tuple[int, int]] = {name: (count, 0) for name, count in self._accepted_now.items()}
        for (name, end, _), count in self._ended_now.items():
            arrived, ended = changes.get(name, (0, 0))
            changes[name] = (arrived - count, ended) if end == "suppressed" else (arrived, ended + count)
        self.accepted.update(self._accepted_now)
        self.undone()
        return changes

    def undone(self) -> None:
        """Start afresh; what was counted did not happen."""
        self._accepted_now.clear()
        self._ended_now.clear()


def read_accounts(connection: sqlite3.Connection) -> dict[int, Account]:
    """The books of a file by the number of the group; ``pending`` is what they say must be there."""
    accounts: dict[int, Account] = {}
    groups = connection.execute("SELECT * FROM destinations ORDER BY id")  # a file of an older version has less
    names = [column[0] for column in groups.description]
    for row in groups.fetchall():
        told = dict(zip(names, row, strict=True))
        number = told.pop("id")
        accounts[number] = Account(**told)
    for number, end, reason, count in connection.execute("SELECT grp, end, reason, count FROM books").fetchall():
        account = accounts[number]
        if end == "accepted":
            account.accepted += count
            account.pending += count
            continue
        if end == "delivered":
            account.delivered += count
        elif end == "suppressed":
            account.suppressed += count
        elif end == "dead":
            account.dead += count
        account.pending -= count
        if reason and count:
            account.reasons.setdefault(end, {})[reason] = count
    return accounts
