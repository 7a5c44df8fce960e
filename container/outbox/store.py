"""The store: what each verb does to the tables of an SQLite outbox. One thread uses it, inside one transaction."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b

import msgspec

from container.outbox import schema
from container.outbox.database import Database, used_bytes
from container.outbox.outbox import (
    IDEMPOTENCY_WINDOW,
    SAME_EVENT,
    Account,
    Entry,
    Group,
    OutboxFull,
    Parcel,
    Status,
    Taken,
)

FURTHEST_DUE = 24 * 3600.0
"""Seconds ahead past which a due time can only come from a clock that was wrong."""

_LONGEST_REASON = 300
_MOST_REASONS = 200
_PRUNE_EVERY = 500
_PRUNE_CHUNK = 1000

_ids = msgspec.json.Encoder()
_sizes = msgspec.json.Decoder(list[tuple[int, int]])
_rows = msgspec.json.Decoder(list[tuple[int, int, float, int, int, str]])


class Store:
    """The tables and what is known of them in memory. ``groups`` is read by other threads, never changed by them."""

    def __init__(self, database: Database, max_bytes: int, max_pending: int) -> None:
        self.database = database
        self.groups: dict[tuple[str, str], Group] = {}
        self.pending = 0
        self._max_bytes = max_bytes
        self._max_pending = max_pending
        self._connection: sqlite3.Connection | None = None
        self._numbers: dict[tuple[str, str], int] = {}
        self._in_flight: dict[tuple[str, str], set[int]] = {}
        self._tally: Counter[tuple[tuple[str, str], str, str]] = Counter()
        self._landed: list[Parcel] = []
        self._named: list[tuple[str, str]] = []
        self._parked: dict[tuple[str, str], tuple[str, float | None]] = {}
        self._reasons: set[tuple[tuple[str, str], str, str]] = set()
        self._size = 0
        self._since_measured = 0
        self._since_pruned = 0
        self._pruned_to = b""

    # the connection and the transaction

    def open(self) -> sqlite3.Connection:
        """The connection, made when there is none; what memory holds is read afresh then."""
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
        if self._connection is not None:
            try:
                self._connection.close()
            finally:
                self._connection = None
        self._forget_transaction()

    def begin(self) -> None:
        """Start a transaction that may write."""
        self.open().execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Enter the transaction in the books, make all of it durable, then let memory follow."""
        connection = self.open()
        if self._tally:
            self._enter_in_books(connection)
        connection.execute("COMMIT")
        arrived: Counter[tuple[str, str]] = Counter()
        ended: Counter[tuple[str, str]] = Counter()
        for (name, end, reason), count in self._tally.items():
            self._reasons.add((name, end, reason))
            if end == "accepted":
                arrived[name] += count
            elif end == "suppressed":
                arrived[name] -= count
            elif end != "purged":
                ended[name] += count
        for name in arrived.keys() | ended.keys():
            self.groups[name].pending += arrived[name] - ended[name]
            self.groups[name].arrivals += arrived[name]  # in one step: the loop reads it at any moment
        self.pending += arrived.total() - ended.total()
        for name, (parked, resumed_at) in self._parked.items():
            self.groups[name].parked = parked
            if resumed_at is not None:
                self.groups[name].resumed_at = resumed_at
        self.release(self._landed)
        self._named = []
        self._forget_transaction()

    def rollback(self) -> None:
        """Undo the transaction. A connection that cannot even do that is dropped."""
        try:
            if self._connection is not None and self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            self.close()
        self._forget_transaction()

    def _forget_transaction(self) -> None:
        for name in self._named:  # their rows were undone: the numbers may go to others
            self._numbers.pop(name, None)
        self._named = []
        self._tally.clear()
        self._landed = []
        self._parked = {}

    def _recall(self, connection: sqlite3.Connection) -> None:
        pending: Counter[int] = Counter()
        self._reasons = set()
        named = connection.execute("SELECT id, tag, destination, parked, resumed_at FROM destinations").fetchall()
        names = {number: (tag, destination) for number, tag, destination, _, _ in named}
        for number, end, reason, count in connection.execute("SELECT grp, end, reason, count FROM books").fetchall():
            if end != "purged":
                pending[number] += count if end == "accepted" else -count
            if number in names:
                self._reasons.add((names[number], end, reason))
        self._numbers = {(tag, destination): number for number, tag, destination, _, _ in named}
        for number, tag, destination, parked, resumed_at in named:
            group = self._group((tag, destination))
            group.pending, group.parked, group.resumed_at = pending[number], parked, resumed_at
        for name in self.groups.keys() - self._numbers.keys():  # the file was replaced by a new one
            self.groups[name].pending = 0
            self.groups[name].parked = ""
        self.pending = sum(pending.values())
        self._size = used_bytes(connection)

    # the verbs

    def put(self, entries: Sequence[Entry]) -> None:
        """Keep the payloads that are new, count the ones that are not."""
        connection = self.open()
        self._check_limits(connection, len(entries))
        rows: list[object] = []
        fresh: list[object] = []
        tally = self._tally
        texts = [
            (_clean(entry.tag), _clean(entry.destination), _clean(entry.event_name), _clean(entry.event_id))
            for entry in entries
        ]
        keys = [_key(*text) if text[3] else b"" for text in texts]
        known = self._seen(connection, [key for key in keys if key], entries[0].time)
        for entry, (tag, destination, event_name, event_id), key in zip(entries, texts, keys, strict=True):
            name = (tag, destination)
            number = self._numbers.get(name) or self._number(connection, name)
            tally[name, "accepted", ""] += 1
            time = entry.time
            if key:
                if key in known:
                    tally[name, "suppressed", SAME_EVENT] += 1
                    continue
                known.add(key)
                fresh += (key, int(time))
            rows += (number, time, time, event_name, event_id, _clean(entry.client), entry.body)
        _write_wide(connection, schema.insert_seen, fresh, 2)
        _write_wide(connection, schema.insert_pending, rows, 7)
        self._prune(connection, len(entries), entries[0].time)

    def done(self, parcels: Sequence[Parcel]) -> None:
        """Remove what was delivered and count it."""
        for name, ids in _by_name(parcels).items():
            count = self.open().execute(schema.DELETE, (_ids.encode(ids).decode(),)).rowcount
            self._end(name, "delivered", "", count)
        self._landed += parcels

    def later(self, parcels: Sequence[Parcel], due: float, status: int, reason: str) -> None:
        """Note the answer and when to try again."""
        for ids in _by_name(parcels).values():
            words = (due, status, reason[:_LONGEST_REASON], _ids.encode(ids).decode())
            self.open().execute(schema.POSTPONE, words)
        self._landed += parcels

    def bury(self, parcels: Sequence[Parcel], status: int, reason: str, now: float, sent: bool) -> None:
        """Move to the dead and let the same event in again."""
        connection = self.open()
        for name, ids in _by_name(parcels).items():
            chosen = _ids.encode(ids).decode()
            for event_name, event_id in connection.execute(schema.NAMES_OF, (chosen,)).fetchall():
                if event_id:
                    connection.execute(schema.FORGET_SEEN, (_key(*name, event_name, event_id),))
            words = (now, int(sent), status, reason[:_LONGEST_REASON], chosen)
            connection.execute(schema.COPY_TO_DEAD, words)
            count = connection.execute(schema.DELETE, (chosen,)).rowcount
            self._end(name, "dead", reason[:_LONGEST_REASON], count)
        self._landed += parcels

    def suppress(self, tag: str, reason: str, count: int) -> None:
        """Count what a tag decided not to send; it has no destination."""
        name = (tag, "")
        self._number(self.open(), name)
        self._tally[name, "accepted", ""] += count
        self._end(name, "suppressed", reason[:_LONGEST_REASON], count)

    def park(self, tag: str, destination: str, reason: str) -> None:
        """Mark a destination as stopped."""
        number = self._number(self.open(), (tag, destination))
        reason = reason[:_LONGEST_REASON] or "parked"
        self.open().execute("UPDATE destinations SET parked = ? WHERE id = ?", (reason, number))
        self._parked[tag, destination] = (reason, None)

    def unpark(self, tag: str, destination: str, now: float) -> None:
        """Mark a destination as going on."""
        number = self._number(self.open(), (tag, destination))
        self.open().execute("UPDATE destinations SET parked = '', resumed_at = ? WHERE id = ?", (now, number))
        self._parked[tag, destination] = ("", now)

    def take(self, tag: str, destination: str, count: int, size: int, now: float) -> Taken:
        """Choose by the index, then read the chosen. Outside a transaction: only what is durable is given out."""
        name = (tag, destination)
        number = self._numbers.get(name)
        connection = self.open()
        if number is None or not self.groups[name].pending:
            return Taken([])
        in_flight = self._in_flight.setdefault(name, set())
        limit = count + len(in_flight) + 1
        found = _sizes.decode(connection.execute(schema.FIND_DUE, (number, now, limit)).fetchone()[0])
        chosen: list[int] = []
        more = False
        for row, length in found:
            if row in in_flight:
                continue
            size -= length
            if len(chosen) == count or (chosen and size < 0):
                more = True
                break
            chosen.append(row)
        next_due = self._next_due(connection, number, now)
        parcels = self._read(connection, name, chosen) if chosen else []
        in_flight.update(chosen)
        self.groups[name].in_flight = len(in_flight)
        return Taken(parcels, more, next_due)

    def release(self, parcels: Iterable[Parcel]) -> None:
        """No longer in flight."""
        for name, ids in _by_name(parcels).items():
            if name in self._in_flight:
                self._in_flight[name].difference_update(ids)
                self.groups[name].in_flight = len(self._in_flight[name])

    def status(self) -> Status:
        """The books as they are in the file."""
        connection = self.open()
        accounts = read_accounts(connection)
        for account in accounts.values():
            name = (account.tag, account.destination)
            account.in_flight = len(self._in_flight.get(name, ()))
        oldest = connection.execute("SELECT accepted FROM pending ORDER BY id LIMIT 1").fetchone()
        return Status(list(accounts.values()), oldest[0] if oldest else None, used_bytes(connection))

    # helpers

    def _end(self, name: tuple[str, str], end: str, reason: str, count: int) -> None:
        """Count payloads at an end. Reasons are the vendors' words: past a number of them they share one entry."""
        known = (name, end, reason) in self._reasons or len(self._reasons) < _MOST_REASONS
        self._tally[name, end, reason if known else "other reasons"] += count

    def _enter_in_books(self, connection: sqlite3.Connection) -> None:
        values: list[object] = []
        for (name, end, reason), count in self._tally.items():
            values += (self._numbers[name], end, reason, count)
        _write_wide(connection, schema.add_to_books, values, 4)

    def _number(self, connection: sqlite3.Connection, name: tuple[str, str]) -> int:
        number = self._numbers.get(name)
        if number is None:
            connection.execute("INSERT INTO destinations (tag, destination) VALUES (?, ?) ON CONFLICT DO NOTHING", name)
            row = connection.execute("SELECT id FROM destinations WHERE tag = ? AND destination = ?", name).fetchone()
            number = self._numbers[name] = int(row[0])
            self._named.append(name)
            self._group(name)
        return number

    def _group(self, name: tuple[str, str]) -> Group:
        if name not in self.groups:
            self.groups = {**self.groups, name: Group(*name)}  # a new one: somebody may be going through the old
        return self.groups[name]

    def _seen(self, connection: sqlite3.Connection, keys: list[bytes], now: float) -> set[bytes]:
        known: set[bytes] = set()
        for start in range(0, len(keys), schema.WIDEST):
            part = keys[start : start + schema.WIDEST]
            statement = schema.select_seen(len(part))
            known.update(key for (key,) in connection.execute(statement, (now, IDEMPOTENCY_WINDOW, *part)).fetchall())
        return known

    def _check_limits(self, connection: sqlite3.Connection, coming: int) -> None:
        if self.pending + coming > self._max_pending:
            raise OutboxFull(f"outbox {self.database.path}: it holds {self.pending} pending payloads, its limit")
        self._since_measured += coming
        if self._since_measured > 1000 or self._size > 0.9 * self._max_bytes:
            self._since_measured = 0
            self._size = used_bytes(connection)
        if self._size > self._max_bytes:
            raise OutboxFull(f"outbox {self.database.path}: it fills {self._size} bytes, its limit")

    def _prune(self, connection: sqlite3.Connection, count: int, now: float) -> None:
        """Go on a little way through the keys whenever some were added, and drop those whose window is over.

        Twice as many are looked at as are added, so a pass ends before the table has doubled.
        """
        self._since_pruned += count
        if self._since_pruned < _PRUNE_EVERY:
            return
        self._since_pruned = 0
        last = connection.execute(schema.LAST_OF_CHUNK, (self._pruned_to, _PRUNE_CHUNK)).fetchone()[0]
        if last is not None:
            connection.execute(schema.PRUNE_CHUNK, (self._pruned_to, last, now, IDEMPOTENCY_WINDOW))
        self._pruned_to = last or b""

    def _next_due(self, connection: sqlite3.Connection, number: int, now: float) -> float | None:
        due: float | None = connection.execute(schema.NEXT_DUE, (number, now)).fetchone()[0]
        if due is not None and due > now + FURTHEST_DUE:
            connection.execute(schema.PULL_BACK, (now, number, now + FURTHEST_DUE))
            return now
        return due

    def _read(self, connection: sqlite3.Connection, name: tuple[str, str], chosen: list[int]) -> list[Parcel]:
        rows, bodies = connection.execute(schema.READ_PARCELS, (_ids.encode(chosen).decode(),)).fetchone()
        parcels: dict[int, Parcel] = {}
        start = 0
        for row, length, time, attempts, status, reason in _rows.decode(rows):
            body = bodies[start : start + length]
            parcels[row] = Parcel(row, *name, body, time, attempts, status, reason)
            start += length
        return [parcels[row] for row in chosen]


def read_accounts(connection: sqlite3.Connection) -> dict[int, Account]:
    """The books of a file by the number of the destination; ``pending`` is what they say must be there."""
    accounts: dict[int, Account] = {}
    for number, tag, destination, parked in connection.execute("SELECT id, tag, destination, parked FROM destinations"):
        accounts[number] = Account(tag, destination, parked=parked)
    for number, end, reason, count in connection.execute("SELECT grp, end, reason, count FROM books ORDER BY 1, 2, 3"):
        account = accounts.get(number)
        if account is None or end == "purged":
            continue
        setattr(account, end, getattr(account, end) + count)
        if reason:
            account.reasons.setdefault(end, {})[reason] = count
    for account in accounts.values():
        account.pending = account.accepted - account.delivered - account.suppressed - account.dead
    return accounts


def _key(tag: str, destination: str, event_name: str, event_id: str) -> bytes:
    """The idempotency key: 16 bytes, so that the table stays small."""
    # Lengths keep ("a", "bc") and ("ab", "c") apart whatever the texts hold.
    text = f"{len(tag)},{len(destination)},{len(event_name)}:{tag}{destination}{event_name}{event_id}"
    return blake2b(text.encode(), digest_size=16).digest()


def _clean(text: str) -> str:
    """Text a file can hold: JSON can smuggle in half a surrogate pair."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _by_name(parcels: Iterable[Parcel]) -> dict[tuple[str, str], list[int]]:
    by_name: dict[tuple[str, str], list[int]] = {}
    for parcel in parcels:
        by_name.setdefault((parcel.tag, parcel.destination), []).append(parcel.id)
    return by_name


def _write_wide(connection: sqlite3.Connection, statement: object, values: list[object], columns: int) -> None:
    """Write many rows by few statements."""
    step = schema.WIDEST * columns
    for start in range(0, len(values), step):
        part = values[start : start + step]
        connection.execute(statement(len(part) // columns), part)  # type: ignore[operator]
