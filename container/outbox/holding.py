"""The holding: how many entries the ledger has of each end, with those it is known to have dropped."""

from __future__ import annotations

import sqlite3
import zlib
from collections import Counter

from container.outbox import page
from container.outbox.profile import read

_COUNTS = "SELECT grp, kind, sum(count) FROM ledger GROUP BY grp, kind"
_PROFILES = "SELECT id, words FROM profiles WHERE instr(words, '\"suppressed\"')"
_EVENTS = "SELECT records FROM ledger WHERE kind = 'events'"


class Holding:
    """Entries by group and end; None where it is not known how many there must be."""

    def __init__(self) -> None:
        self.known = False
        self.entries: Counter[tuple[int, str]] = Counter()
        self.whole = True
        """Whether all events that left no payload are still there."""
        self.by_tags: Counter[str] = Counter()
        """Of events that left no payload, how many each tag suppressed."""

    def of(self, group: int, kind: str) -> int | None:
        """Entries of a group's payloads."""
        return self.entries[group, kind] if self.known else None

    def suppressed(self, group: int, tag: str, destination: str) -> int | None:
        """Entries of payloads that were suppressed; where there is no destination, of the tag's decisions too."""
        held = self.of(group, "suppressed")
        if destination or held is None:
            return held
        return held + self.by_tags[tag] if self.whole else None


def holding(connection: sqlite3.Connection) -> Holding:
    """Count a file's ledger. A file of a version that did not note what it dropped is not known.

    Raises ``sqlite3.Error``.
    """
    found = Holding()
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'ledger_lacks'").fetchone():
        return found
    found.known = True
    for table in (_COUNTS, "SELECT grp, kind, count FROM ledger_lacks"):
        for group, kind, count in connection.execute(table):
            found.entries[group, kind] += count
    found.whole = not connection.execute("SELECT 1 FROM ledger_lacks WHERE grp = 0 AND kind = 'events'").fetchone()
    if found.whole:
        _count_decisions(connection, found)
    return found


def _count_decisions(connection: sqlite3.Connection, found: Holding) -> None:
    """Count what tags suppressed. Pages are opened only when there is a profile in which some tag did."""
    by_profile = {
        number: [decision.tag for decision in read(words).decisions if decision.outcome == "suppressed"]
        for number, words in connection.execute(_PROFILES)
    }
    if not any(by_profile.values()):
        return
    for (records,) in connection.execute(_EVENTS):
        try:
            numbers = Counter(line.profile for line in page.lines(page.opened(records)))
        except (ValueError, TypeError, zlib.error):
            continue  # its entries are missing then, which is what the proof finds
        for number, count in numbers.items():
            for tag in by_profile.get(number, ()):
                found.by_tags[tag] += count
