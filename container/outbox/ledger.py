"""The ledger of an SQLite outbox as it is written: a page with every commit that ends something, old ones dropped."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from container.component import Entry
from container.outbox import page
from container.outbox.outbox import SAME_EVENT
from container.outbox.page import Line, Page, Try
from container.outbox.profile import Profile, clean, profile_of, written
from container.outbox.shelf import as_list
from container.record import EventRecord

KEPT = 180 * 86400.0
"""Seconds entries are kept unless told otherwise."""

MOST_BYTES = 2 * 1024**3
"""Bytes the pages of a file may fill unless told otherwise; beyond, the oldest are dropped."""

FOLDED = 256
"""Small pages that are there before they are folded."""

_MOST_PROFILES = 10_000
_PAGES_A_STEP = 500
_LOOKED_EVERY = 60.0
_SEEN_AGAIN = 86400.0
"""Seconds after which a profile in use is marked as used again."""

_PROFILES_KEPT = 60 * 86400.0
"""Seconds a profile outlives the entries: a payload may wait a month for its end."""

_INSERT_PROFILE = """
INSERT INTO profiles (id, used, words) VALUES (?, ?, ?)
ON CONFLICT (id) DO UPDATE SET used = max(used, excluded.used)"""
_SMALL = "SELECT id, kind, grp, first, last, count, records FROM ledger WHERE small = 1 ORDER BY id LIMIT ?"
_COUNT_SMALL = "SELECT count(*) FROM (SELECT 1 FROM ledger WHERE small = 1 LIMIT ?)"
_OLDEST = "SELECT id, size, last FROM ledger ORDER BY last LIMIT ?"
_LACKS = "ON CONFLICT (grp, kind) DO UPDATE SET count = count + excluded.count"
_LACKS_PAGES = f"""
INSERT INTO ledger_lacks SELECT grp, kind, sum(count) FROM ledger WHERE id IN (SELECT value FROM json_each(?))
GROUP BY grp, kind {_LACKS}"""
_LACKS_ENTRIES = f"INSERT INTO ledger_lacks VALUES (?, ?, ?) {_LACKS}"

NO_ENTRY = (0, "")
"""The profile and the order of a payload nothing is known about."""


class Ledger:
    """Writes entries as part of the caller's transaction; ``committed`` or ``undone`` must tell how that ended."""

    def __init__(self, keep: float, max_bytes: int) -> None:
        self._keep = keep
        self._max_bytes = max_bytes
        self._profiles: dict[Any, int] = {}
        self._profiles_now: list[Any] = []
        self._profiles_since = 0.0
        self._looked = 0.0

    def of(self, connection: sqlite3.Connection, entry: Entry) -> tuple[int, str]:
        """The profile of a payload, written down when it is new, and the order it belongs to."""
        record = entry.record
        if record is None:
            return NO_ENTRY
        key = (entry.identifiers, entry.limited, record.consent, record.basis, record.decisions)
        return self._profiles.get(key) or self._profile(connection, key, record), clean(record.order_id)

    def repeated(self, connection: sqlite3.Connection, grp: int, entries: Sequence[tuple[int, Entry]]) -> None:
        """Payloads of a group that were suppressed, being known, each with its order."""
        made = []
        for order, entry in entries:
            number, of = self.of(connection, entry)
            words = (clean(entry.event_name), clean(entry.event_id), of, clean(entry.client), number)
            made.append(Line(order, int(entry.time * 1000), 0, *words, Try(reason=SAME_EVENT)))
        self.add(connection, "suppressed", grp, made)

    def events(self, connection: sqlite3.Connection, records: Sequence[EventRecord]) -> None:
        """Events of which a tag made no payload."""
        if not records:
            return
        known = self._profiles
        profiles = []
        for record in records:
            key = ((), False, record.consent, record.basis, record.decisions)
            profiles.append(known.get(key) or self._profile(connection, key, record))
            known = self._profiles  # a new one may have begun it afresh
        # Columns at once, without a line for each: most events of a site may be of this sort.
        times = [int(one.time * 1000) for one in records]
        names = [clean(one.event_name) for one in records]
        ids, orders = [clean(one.event_id) for one in records], [clean(one.order_id) for one in records]
        clients = [clean(one.client) for one in records]
        page.write(connection, page.of_events(times, names, ids, orders, clients, profiles))

    def add(self, connection: sqlite3.Connection, kind: page.Kind, grp: int, lines: Sequence[Line]) -> None:
        """A page of lines that are at hand."""
        if lines:
            page.write(connection, page.of_lines(kind, grp, lines))

    def ended(self, connection: sqlite3.Connection, kind: page.Kind, grp: int, ids: str, now: float) -> None:
        """A page of payloads that are pending and will not be any more; ``ids`` is a list as JSON."""
        found = page.of_rows(connection, page.OF_PENDING, {"ids": ids, "now": now}, kind, grp)
        if found.entries:
            page.write(connection, found)

    def take_over(self, connection: sqlite3.Connection, found: Page, profiles: Sequence[Profile]) -> None:
        """A page of another file, and the profiles it names."""
        for profile in profiles:
            number, words = written(profile)
            connection.execute(_INSERT_PROFILE, (number, found.last, words))
        # They are in the books of the other file. Of events nobody counts which tags they are of.
        more = found.entries if found.kind == "events" else -found.entries
        connection.execute(_LACKS_ENTRIES, (found.grp, found.kind, more))
        page.write(connection, found)

    def untidy(self, connection: sqlite3.Connection, now: float) -> bool:
        """Whether ``tidy`` has anything to do. Changes nothing."""
        return connection.execute(_COUNT_SMALL, (FOLDED,)).fetchone()[0] >= FOLDED or bool(
            self._dropped(connection, now)
        )

    def tidy(self, connection: sqlite3.Connection, now: float) -> None:
        """Fold many small pages into few, and drop what is kept no longer, some at a time."""
        gone = self._dropped(connection, now)
        if gone:
            connection.execute(_LACKS_PAGES, (as_list(gone),))
            self._delete(connection, gone)
            connection.execute("DELETE FROM profiles WHERE used < ?", (now - self._keep - _PROFILES_KEPT,))
        rows = connection.execute(_SMALL, (2 * FOLDED,)).fetchall()
        if len(rows) >= FOLDED:
            # Before the others go, so that the ids of new pages are beyond all that were ever there.
            for one in page.folded(Page(*row[1:]) for row in rows):
                page.write(connection, one, folded=True)
            self._delete(connection, [row[0] for row in rows])
        if now - self._profiles_since > _SEEN_AGAIN:
            self._profiles = {}
            self._profiles_since = now

    def committed(self) -> None:
        """What was done since the last transaction is durable now."""
        self._profiles_now = []

    def undone(self) -> None:
        """What was done since the last transaction did not happen."""
        for key in self._profiles_now:
            self._profiles.pop(key, None)
        self._profiles_now = []

    def _profile(self, connection: sqlite3.Connection, key: Any, record: EventRecord) -> int:
        if len(self._profiles) >= _MOST_PROFILES:
            self._profiles = {}
        number, words = written(profile_of(key[0], key[1], record))
        connection.execute(_INSERT_PROFILE, (number, record.time, words))
        self._profiles[key] = number
        self._profiles_now.append(key)
        return number

    def _dropped(self, connection: sqlite3.Connection, now: float) -> list[int]:
        """Pages that are kept no longer: too old, or the oldest of too many."""
        if abs(now - self._looked) < _LOOKED_EVERY:
            return []
        # The index has ages and sizes, so that neither question reads a page.
        total = connection.execute("SELECT total(size) FROM ledger").fetchone()[0]
        found = []
        for number, size, last in connection.execute(_OLDEST, (_PAGES_A_STEP,)).fetchall():
            if last >= now - self._keep and total <= self._max_bytes:
                break
            found.append(number)
            total -= size
        if not found:
            self._looked = now
        return found

    def _delete(self, connection: sqlite3.Connection, pages: Sequence[int]) -> None:
        if pages:
            statement = "DELETE FROM ledger WHERE id IN (SELECT value FROM json_each(?))"
            connection.execute(statement, (as_list(pages),))
