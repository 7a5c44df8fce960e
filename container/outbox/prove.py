"""The proof that the books balance, counted from the file itself."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from container.outbox.books import read_accounts
from container.outbox.database import in_words, read_only
from container.outbox.outbox import OutboxUnavailable


@dataclass(frozen=True, slots=True)
class Proof:
    """One tag and destination: what was accepted, and the four ends it must be the sum of.

    ``delivered`` and ``suppressed`` are the books' own counts. ``dead`` and ``pending`` are payloads counted one by
    one, with those that were purged, of which only the count is left.
    """

    tag: str
    destination: str
    accepted: int
    delivered: int
    suppressed: int
    dead: int
    pending: int
    booked_dead: int

    @property
    def missing(self) -> int:
        """Accepted payloads that are at no end; negative when there are more at an end than were accepted."""
        return self.accepted - self.delivered - self.suppressed - self.dead - self.pending

    @property
    def balanced(self) -> bool:
        """Whether every payload is accounted for, and the dead that are kept are those the books know of."""
        return self.missing == 0 and self.dead == self.booked_dead


def prove(path: Path) -> list[Proof]:
    """Recount a file, which a server may be using: all of it is read at one moment. Changes nothing.

    Raises ``OutboxUnavailable`` when the file cannot be read.
    """
    try:
        with read_only(path) as connection:
            connection.execute("BEGIN")
            pending = dict(connection.execute("SELECT grp, count(*) FROM pending GROUP BY grp").fetchall())
            dead = dict(connection.execute("SELECT grp, count(*) FROM dead GROUP BY grp").fetchall())
            purged = dict(connection.execute("SELECT id, purged FROM destinations").fetchall())
            accounts = read_accounts(connection)
    except (OSError, sqlite3.Error) as error:
        raise OutboxUnavailable(f"outbox {path}: {in_words(error)}") from None
    return [
        Proof(
            tag=account.tag,
            destination=account.destination,
            accepted=account.accepted,
            delivered=account.delivered,
            suppressed=account.suppressed,
            dead=dead.get(number, 0) + purged[number],
            pending=pending.get(number, 0),
            booked_dead=account.dead,
        )
        for number, account in accounts.items()
    ]
