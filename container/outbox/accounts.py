"""The accounts of an SQLite outbox, read from the file, while a server runs or not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from container.outbox import schema
from container.outbox.aside import Aside, unsettled
from container.outbox.books import read_accounts
from container.outbox.database import read_only, unavailable
from container.outbox.outbox import Account

NOT_TRIED = "not tried yet"
"""The reason of a payload that is pending and was never sent."""

# Only what was tried once is in the index of due times, so that the many that are fresh need not be read.
_PUT_OFF = "SELECT grp, reason, count(*) FROM pending WHERE attempts > 0 GROUP BY grp, reason"

_NEXT_TRY = "SELECT min(due) FROM pending WHERE grp = ? AND attempts > 0"


def accounts(path: Path) -> list[Account]:
    """Every account in the order in which their destinations were first met, all of one moment. Changes nothing.

    ``reasons`` has ``pending`` as well: how many wait after which last answer. What is in flight is known to the
    server alone, and counted as pending here. Raises ``OutboxUnavailable``.
    """
    try:
        with read_only(path) as connection:
            connection.execute("BEGIN")
            found = read_accounts(connection)
            tried = dict.fromkeys(found, 0)
            for number, reason, count in connection.execute(_PUT_OFF).fetchall():
                found[number].reasons.setdefault("pending", {})[reason] = count
                tried[number] += count
            for number, account in found.items():
                if account.pending > tried[number]:
                    account.reasons.setdefault("pending", {})[NOT_TRIED] = account.pending - tried[number]
                low, high = number * schema.ROWS_A_GROUP, (number + 1) * schema.ROWS_A_GROUP
                account.oldest = connection.execute(schema.OLDEST, (low, high)).fetchone()[0]
                account.next_try = connection.execute(_NEXT_TRY, (number,)).fetchone()[0]
    except (OSError, sqlite3.Error) as error:
        raise unavailable(path, error) from None
    return list(found.values())


def knows_tag(path: Path, tag: str) -> bool:
    """Whether a file has anything of a tag: payloads, or decisions in its ledger. Raises ``OutboxUnavailable``."""
    try:
        with read_only(path) as connection:
            if connection.execute("SELECT 1 FROM destinations WHERE tag = ?", (tag,)).fetchone():
                return True
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'profiles'").fetchone():
                return False
            named = "SELECT 1 FROM profiles WHERE instr(words, json_quote(?))"
            return connection.execute(named, (tag,)).fetchone() is not None
    except (OSError, sqlite3.Error) as error:
        raise unavailable(path, error) from None


def lost(path: Path, tag: str = "") -> int:
    """How many payloads, all or those of a tag, were lost in damaged files. Raises ``OutboxUnavailable``."""
    try:
        with read_only(path) as connection:
            return sum(one.lost for one in read_accounts(connection).values() if tag in ("", one.tag))
    except (OSError, sqlite3.Error) as error:
        raise unavailable(path, error) from None


def set_aside(path: Path) -> list[Aside]:
    """The damaged files that stand beside a file, and those whose salvage is not finished. Changes nothing.

    Raises ``OutboxUnavailable``.
    """
    try:
        with read_only(path) as connection:
            return unsettled(path, connection)
    except (OSError, sqlite3.Error) as error:
        raise unavailable(path, error) from None


def joined(parts: Iterable[Account]) -> list[Account]:
    """The accounts of several files as one: those of the same tag and destination are added up."""
    found: dict[tuple[str, str], Account] = {}
    for part in parts:
        one = found.setdefault((part.tag, part.destination), Account(part.tag, part.destination))
        for end in ("accepted", "delivered", "suppressed", "dead", "pending", "in_flight", "purged"):
            setattr(one, end, getattr(one, end) + getattr(part, end))
        one.parked = one.parked or part.parked
        one.parked_at = min((at for at in (one.parked_at, part.parked_at) if at), default=0.0)
        one.resumed_at = max(one.resumed_at, part.resumed_at)
        times = [time for time in (one.oldest, part.oldest) if time is not None]
        one.oldest = min(times, default=None)
        one.next_try = min((due for due in (one.next_try, part.next_try) if due is not None), default=None)
        for end, reasons in part.reasons.items():
            counts = one.reasons.setdefault(end, {})
            for reason, number in reasons.items():
                counts[reason] = counts.get(reason, 0) + number
    return list(found.values())
