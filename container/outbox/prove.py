"""The proof that the books balance, counted from the file itself, and that the ledger holds what the books say."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from container.outbox.aside import Aside, unsettled
from container.outbox.books import read_accounts
from container.outbox.database import read_only, unavailable
from container.outbox.holding import Holding, holding
from container.outbox.outbox import Account, OutboxUnavailable


@dataclass(frozen=True, slots=True)
class Proof:
    """One tag and destination: what was accepted, and the four ends it must be the sum of.

    ``delivered`` and ``suppressed`` are the books' own counts. ``dead`` and ``pending`` are payloads counted one by
    one, with those that were purged or lost in a damaged file, of which only the count is left. The ledger must hold
    an entry for each that was ``delivered``, ``suppressed`` or ``purged``: ``held`` counts them, and those that were
    dropped as ``delivery.ledger`` has it; None where that cannot be known.
    """

    tag: str
    destination: str
    accepted: int
    delivered: int
    suppressed: int
    dead: int
    pending: int
    booked_dead: int
    purged: int
    held: dict[str, int | None]

    @property
    def missing(self) -> int:
        """Accepted payloads that are at no end; negative when there are more at an end than were accepted."""
        return self.accepted - self.delivered - self.suppressed - self.dead - self.pending

    @property
    def unlike(self) -> dict[str, tuple[int, int]]:
        """Where the ledger differs: for an end how many the books say, and how many entries there are."""
        booked = {"delivered": self.delivered, "suppressed": self.suppressed, "purged": self.purged}
        return {
            end: (booked[end], entries)
            for end, entries in self.held.items()
            if entries is not None and entries != booked[end]
        }

    @property
    def uncompared(self) -> list[str]:
        """The ends of which it is not known how many entries there must be, and there is something to compare."""
        return [end for end, entries in self.held.items() if entries is None and (end != "purged" or self.purged)]

    @property
    def balanced(self) -> bool:
        """Whether every payload is accounted for, the dead that are kept are those the books know of, and the ledger
        has its entries."""
        return self.missing == 0 and self.dead == self.booked_dead and not self.unlike


@dataclass(frozen=True, slots=True)
class Proven:
    """The proofs of one file, and the damaged files that stand beside it."""

    proofs: list[Proof]
    asides: list[Aside]


def prove(path: Path) -> list[Proof]:
    """The proofs of ``prove_file`` alone."""
    return prove_file(path).proofs


def prove_file(path: Path) -> Proven:
    """Recount a file, which a server may be using: all of it is read at one moment. Changes nothing.

    Raises ``OutboxUnavailable`` when the file cannot be read, or is found damaged by SQLite's ``quick_check``.
    """
    try:
        with read_only(path) as connection:
            connection.execute("BEGIN")
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict != "ok":
                words = " ".join(str(verdict).split())
                raise OutboxUnavailable(f"outbox {path}: the file is damaged: {words}")
            pending = dict(connection.execute("SELECT grp, count(*) FROM pending GROUP BY grp").fetchall())
            dead = dict(connection.execute("SELECT grp, count(*) FROM dead GROUP BY grp").fetchall())
            accounts = read_accounts(connection)
            held = holding(connection)
            beside = unsettled(path, connection)
    except (OSError, sqlite3.Error) as error:
        raise unavailable(path, error) from None
    proofs = [
        _proof(account, dead.get(number, 0), pending.get(number, 0), held, number)
        for number, account in accounts.items()
    ]
    return Proven(proofs, beside)


def _proof(account: Account, dead: int, pending: int, held: Holding, number: int) -> Proof:
    return Proof(
        tag=account.tag,
        destination=account.destination,
        accepted=account.accepted,
        delivered=account.delivered,
        suppressed=account.suppressed,
        dead=dead + account.purged + account.lost,
        pending=pending,
        booked_dead=account.dead,
        purged=account.purged,
        held={
            "delivered": held.of(number, "delivered"),
            "suppressed": held.suppressed(number, account.tag, account.destination),
            "purged": held.of(number, "dead"),
        },
    )
