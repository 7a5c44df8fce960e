"""The store: what each verb does to the tables of an SQLite outbox. One thread uses it, inside one transaction."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

import msgspec

from container.component import Entry
from container.outbox import schema
from container.outbox.books import Name, Tally, read_accounts
from container.outbox.database import Database, in_words, is_broken, read_only, used_bytes
from container.outbox.files import FIRST_GROUPS
from container.outbox.keys import Keys, key_of
from container.outbox.ledger import KEPT, MOST_BYTES, Ledger
from container.outbox.limits import Limits
from container.outbox.outbox import LAST_ANSWER, SAME_EVENT, Group, OutboxUnavailable, Parcel, Status, Taken, Which
from container.outbox.overflow import OTHER, addressed
from container.outbox.profile import clean
from container.outbox.retyped import set_apart
from container.outbox.shelf import as_list
from container.outbox.shelves import Shelves
from container.outbox.sibling import Sibling
from container.record import EventRecord

LONGEST_REASON = 300

TOO_OLD = "older than delivery.limit.age"
"""Why a payload is dead that was in the outbox for longer than anything may be."""

_OVERDUE_AT_ONCE = 2000
_overdue = msgspec.json.Decoder(list[tuple[int, int, str]])


class Store:
    """The tables and what is known of them in memory."""

    def __init__(
        self,
        database: Database,
        max_bytes: int,
        max_pending: int,
        worker: int = 0,
        siblings: Sequence[Sibling] = (),
        ledger: tuple[float, int] = (KEPT, MOST_BYTES),
        deaths: Counter[Name] | None = None,
        types: Mapping[str, str] | None = None,
    ) -> None:
        self.database = database
        self._deaths: Counter[Name] = Counter() if deaths is None else deaths
        self._ledger_limits = ledger
        self._limits = Limits(str(database.path), max_bytes, max_pending)
        self._siblings = siblings
        self._connection: sqlite3.Connection | None = None
        self._shelves = Shelves(worker * FIRST_GROUPS, types or {})
        self._version = 0
        self._barred = ""
        # Of the transaction that is open:
        self._tally = Tally()
        self._landed: list[Parcel] = []
        self._parked: dict[Name, tuple[str, float]] = {}
        self._expired: list[tuple[Name, list[int]]] = []
        self._died: list[tuple[Name, int]] = []

    @property
    def groups(self) -> dict[Name, Group]:
        """What there is by tag and destination; read by other threads, never changed by them."""
        return self._shelves.groups

    # the connection and the transaction

    def open(self) -> sqlite3.Connection:
        """The connection, made when there is none; what memory holds of the file is read afresh then."""
        if self._connection is None:
            connection = self.database.connect()
            try:
                self._recall(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def close(self) -> None:
        """Drop the connection and an open transaction with it. What is in flight stays so."""
        connection, self._connection = self._connection, None
        self._forget_transaction(undone=True)
        if connection is not None:
            with suppress(sqlite3.Error):  # a connection that cannot even be closed is given up
                connection.close()
        for sibling in self._siblings:
            sibling.close()

    def begin(self) -> None:
        """Start a transaction that may write."""
        if self._barred:
            raise OutboxUnavailable(self._barred)
        self.open().execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Enter the transaction in the books, make all of it durable, then let memory follow."""
        connection = self.open()
        self._tally.enter(connection, self._shelves.numbers())
        connection.execute("COMMIT")
        self._keys.committed()
        self._ledger.committed()
        self._shelves.committed(self._tally.committed(), self._parked, _by_name(self._landed), self._expired)
        for name, count in self._died:
            self._deaths[name] += count
        self._forget_transaction(undone=False)

    def rollback(self) -> None:
        """Undo the transaction. A connection that cannot even do that is dropped."""
        try:
            if self._connection is not None and self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            self.close()
        else:
            self._forget_transaction(undone=True)

    # the verbs

    def put(self, entries: Sequence[Entry], *, limited: bool = True) -> None:
        """Keep the payloads that are new, count the ones that are not."""
        connection = self.open()
        if limited:
            self._limits.check(
                connection, self._shelves.pending, len(entries), sum([len(entry.body) for entry in entries])
            )
        now = entries[0].time
        names = [(clean(entry.tag), clean(entry.destination)) for entry in entries]
        events = [(clean(entry.event_name), clean(entry.event_id)) for entry in entries]
        keys = [key_of(*name, *event) if event[1] else None for name, event in zip(names, events, strict=True)]
        asked = [key for key in keys if key is not None]
        known = self._keys.known(connection, asked, now)
        for sibling in self._siblings:
            known |= sibling.known([key for key in asked if key not in known], now)
        rows: list[object] = []
        fresh: list[int] = []
        repeated: dict[int, list[tuple[int, Entry]]] = {}
        shelves = self._shelves.by_name
        for entry, said, event, key in zip(entries, names, events, keys, strict=True):
            shelf, name = shelves.get(said), said
            if shelf is None:
                name = self._shelves.place(said)
                shelf = self._shelves.of(connection, name)
            body = entry.body if name[1] != OTHER else addressed(clean(entry.destination), entry.body)
            order = self._tally.accept(name)
            if key is not None:
                if key in known:
                    self._tally.end(name, "suppressed", SAME_EVENT, 1)
                    repeated.setdefault(shelf.number, []).append((order, entry))
                    continue
                known.add(key)
                fresh.append(key)
            number = shelf.number
            row = number * schema.ROWS_A_GROUP + order
            profile, of = self._ledger.of(connection, entry)
            rows += (row, number, entry.time, event[0], event[1], clean(entry.client), profile, of, body)
        schema.write_wide(connection, schema.insert_pending, rows, 9)
        for number, some in repeated.items():
            self._ledger.repeated(connection, number, some)
        self._keys.add(connection, fresh, now)

    def done(self, parcels: Sequence[Parcel], now: float) -> None:
        """Remove what was delivered, count it, and enter it in the ledger."""
        for name, ids in _by_name(parcels).items():
            self._ledger.ended(self.open(), "delivered", self._shelves.by_name[name].number, as_list(ids), now)
            self._tally.end(name, "delivered", "", self._delete(ids))
        self._landed += parcels

    def later(self, parcels: Sequence[Parcel], due: float, status: int, reason: str, now: float) -> None:
        """Note the answer and when to try again."""
        words = {"due": due, "now": round(now, 3), "status": status, "reason": clean(reason)[:LONGEST_REASON]}
        self.open().execute(schema.POSTPONE, {**words, "ids": as_list(parcel.id for parcel in parcels)})
        self._landed += parcels

    def bury(self, parcels: Sequence[Parcel], status: int, reason: str, now: float, sent: bool) -> None:
        """Move to the dead and let the same event in again."""
        reason = clean(reason)[:LONGEST_REASON]
        for name, ids in _by_name(parcels).items():
            self._bury(name, ids, status, reason, now, sent)
        self._landed += parcels

    def expire(self, age: float, now: float) -> int:
        """Bury what was accepted, or let go on, more than ``age`` seconds ago, also where nothing is sent.

        Returns how many that were.
        """
        before = now - age
        count = 0
        for name, shelf in self._shelves.by_name.items():
            group = self.groups[name]
            if not group.pending or group.resumed_at >= before:
                continue
            rows = self.open().execute(schema.OVERDUE, (*shelf.range, _OVERDUE_AT_ONCE, before)).fetchone()[0]
            answers: dict[tuple[int, str], list[int]] = {}
            for row, status, reason in _overdue.decode(rows):
                if row not in shelf.in_flight:
                    answers.setdefault((status, reason), []).append(row)
            for (status, reason), ids in answers.items():
                words = f"{TOO_OLD}{LAST_ANSWER}{reason}" if reason else TOO_OLD
                self._bury(name, ids, status, words[:LONGEST_REASON], now, sent=False)
                self._expired.append((name, ids))
                count += len(ids)
        return count

    def note(self, records: Sequence[EventRecord]) -> None:
        """Enter in the ledger what tags decided, and count what they suppressed; it has no destination."""
        connection = self.open()
        self._ledger.events(connection, records)
        for record in records:
            for tag, outcome, reason in record.decisions:
                if outcome == "suppressed":
                    name = (clean(tag), "")
                    self._shelves.of(connection, name)
                    self._tally.accept(name)
                    self._tally.end(name, "suppressed", clean(reason)[:LONGEST_REASON], 1)

    def untidy(self, now: float) -> bool:
        """Whether the ledger has something to fold or to drop."""
        return self._ledger.untidy(self.open(), now)

    def tidy(self, now: float) -> None:
        """Fold and drop what is due in the ledger, some at a time."""
        self._ledger.tidy(self.open(), now)

    def park(self, tag: str, destination: str, reason: str, now: float) -> None:
        """Mark a destination as stopped."""
        name = (tag, destination)
        self._mark(name, clean(reason)[:LONGEST_REASON] or "parked", self._shelves.group(name).resumed_at, now)

    def unpark(self, tag: str, destination: str, now: float) -> None:
        """Mark a destination as going on."""
        self._mark((tag, destination), "", now)

    def take(
        self, tag: str, destination: str, count: int, size: int, now: float, which: Which, accepted_before: float
    ) -> Taken:
        """Take out what is due. Outside a transaction: only what is durable is given out."""
        name = (tag, destination)
        if self._barred:
            raise OutboxUnavailable(self._barred)
        connection = self.open()
        shelf = self._shelves.by_name.get(name)
        if shelf is None or not self.groups[name].pending:
            return Taken([])
        taken = shelf.take(connection, count, size, now, which, accepted_before)
        self._shelves.taken(name)
        return taken

    def release(self, parcels: Iterable[Parcel]) -> None:
        """Put back what was taken and not sent."""
        self._shelves.put_back(parcels)

    def fold(self, over: int = 0, wait: float = 0.0) -> None:
        """Fold the log into the file when it is longer than so many bytes. Outside a transaction."""
        if self._connection is not None and not self.database.lost():
            self.database.fold(self._connection, over, wait)

    def probe(self) -> None:
        """Write without changing anything, as far as a ``put`` of one payload would get."""
        self._limits.check(self.open(), self._shelves.pending, 1, 0)
        self.open().execute(f"PRAGMA user_version = {schema.VERSION}")

    def retype(self, types: Mapping[str, str]) -> None:
        """Know the types of the tags, and set apart what others made. Outside a transaction, with nothing in flight of
        a tag whose type changes."""
        self._shelves.types = types
        if self._set_apart(self.open()):
            self._read_groups(self.open())

    def refresh(self) -> None:
        """Read the groups again when another connection changed the file; bring back a file that was deleted, and meet
        damage before more is trusted to the file."""
        connection = self._guard(self.open())
        self._look()
        version = connection.execute("PRAGMA data_version").fetchone()[0]
        if version != self._version:
            self._version = version
            self._read_groups(connection)

    def status(self) -> Status:
        """The books as they are in the file."""
        connection = self.open()
        accounts = read_accounts(connection)
        for account in accounts.values():
            shelf = self._shelves.by_name.get((account.tag, account.destination))
            if shelf is not None:
                account.in_flight = len(shelf.in_flight)
                account.oldest = shelf.oldest(connection)
        return Status(list(accounts.values()), used_bytes(connection) + self.database.log_bytes())

    # helpers

    def _look(self) -> None:
        """Read the file as one who never read it: what this connection remembers would hide that it is damaged."""
        try:
            with read_only(self.database.path) as fresh:
                for statement in schema.LOOKED_AT:
                    fresh.execute(statement).fetchone()
        except (OSError, sqlite3.Error) as error:
            if is_broken(error):
                raise

    def _guard(self, connection: sqlite3.Connection) -> sqlite3.Connection:
        """Make sure that the file and its lock are still ours; until they are, nothing is taken or given out."""
        try:
            self.database.lock_again()
            if self.database.lost():
                self.database.restore(connection)
                connection = self._connection = self.database.connect()
                self._version = -1
        except (OSError, sqlite3.Error, OutboxUnavailable) as error:
            said = str(error) if isinstance(error, OutboxUnavailable) else in_words(error)
            self._barred = f"outbox {self.database.path}: its file is gone and cannot be brought back: {said}"
            raise OutboxUnavailable(self._barred) from None
        self._barred = ""
        return connection

    def _recall(self, connection: sqlite3.Connection) -> None:
        self._keys = Keys(connection)
        self._ledger = Ledger(*self._ledger_limits)
        self._tally = Tally()
        self._version = connection.execute("PRAGMA data_version").fetchone()[0]
        self._limits.measure(connection)
        self._set_apart(connection)
        self._read_groups(connection)

    def _set_apart(self, connection: sqlite3.Connection) -> bool:
        """Let everything stand under the tag that made it, of the type it was; whether anything moved."""
        told = set_apart(connection, self._shelves.types)
        self.database.notices += [f"outbox {self.database.path}: {line}" for line in told or ()]
        return told is not None

    def _read_groups(self, connection: sqlite3.Connection) -> None:
        self._tally.accepted.clear()
        for name, count in self._shelves.read(connection, again=self._connection is not None).items():
            self._tally.accepted[name] = count

    def _forget_transaction(self, undone: bool) -> None:
        if undone:
            self._tally.undone()
            self._shelves.undone()
            if self._connection is not None:
                self._keys.undone()
                self._ledger.undone()
        self._landed = []
        self._parked = {}
        self._expired = []
        self._died = []

    def _mark(self, name: Name, parked: str, resumed_at: float, parked_at: float = 0.0) -> None:
        number = self._shelves.of(self.open(), name).number
        statement = "UPDATE destinations SET parked = ?, resumed_at = ?, parked_at = ? WHERE id = ?"
        self.open().execute(statement, (parked, resumed_at, round(parked_at, 3), number))
        self._parked[name] = (parked, resumed_at)

    def _bury(self, name: Name, ids: Sequence[int], status: int, reason: str, now: float, sent: bool) -> None:
        connection = self.open()
        chosen = as_list(ids)
        events = connection.execute(schema.NAMES_OF, (chosen,)).fetchall()
        self._keys.forget(connection, [key_of(name[0], *event) for event in events if event[2]])
        words = {"now": round(now, 3), "sent": int(sent), "status": status, "reason": reason, "ids": chosen}
        connection.execute(schema.COPY_TO_DEAD, words)
        count = self._delete(ids)
        self._tally.end(name, "dead", reason, count)
        self._died.append((name, count))

    def _delete(self, ids: Iterable[int]) -> int:
        return self.open().execute(schema.DELETE, (as_list(ids),)).rowcount


def _by_name(parcels: Iterable[Parcel]) -> dict[Name, list[int]]:
    by_name: dict[Name, list[int]] = {}
    for parcel in parcels:
        by_name.setdefault((parcel.tag, parcel.destination), []).append(parcel.id)
    return by_name
