"""The depth of an outbox file: how much waits in it, since when, and how much came to each end; cheap to ask often."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from container.outbox import schema
from container.outbox.books import read_accounts
from container.outbox.database import read_only, unavailable


@dataclass(slots=True)
class Depth:
    """Sums over all destinations. The ends only grow, but for the dead, which may be sent again; ``oldest`` is when
    the first of those that are pending was accepted, in unix seconds, None when there is none."""

    accepted: int = 0
    delivered: int = 0
    suppressed: int = 0
    dead: int = 0
    pending: int = 0
    oldest: float | None = None

    def add(self, other: Depth) -> None:
        """Count another file's too."""
        for name in ("accepted", "delivered", "suppressed", "dead", "pending"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        times = [time for time in (self.oldest, other.oldest) if time is not None]
        self.oldest = min(times, default=None)


def depth(path: Path) -> Depth:
    """What the books of a file say and when its oldest payload was accepted; reads a few rows of every destination.

    Raises ``OutboxUnavailable``.
    """
    found = Depth()
    try:
        with read_only(path) as connection:
            connection.execute("BEGIN")
            for number, account in read_accounts(connection).items():
                low, high = number * schema.ROWS_A_GROUP, (number + 1) * schema.ROWS_A_GROUP
                oldest = connection.execute(schema.OLDEST, (low, high)).fetchone()[0] if account.pending else None
                ends = account.accepted, account.delivered, account.suppressed, account.dead, account.pending
                found.add(Depth(*ends, oldest))
    except (OSError, sqlite3.Error) as error:
        raise unavailable(path, error) from None
    return found
