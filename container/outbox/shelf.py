"""The shelf: which payloads of one group are in flight, and where in the file the next ones are."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

import msgspec

from container.outbox import schema
from container.outbox.outbox import FURTHEST_DUE, Parcel, Taken, Which

_sizes = msgspec.json.Decoder(list[tuple[int, int]])
_rows = msgspec.json.Decoder(list[tuple[int, int, float, int, int, str]])
_encoder = msgspec.json.Encoder()


def as_list(ids: Iterable[int]) -> str:
    """Ids as the statements take them."""
    return _encoder.encode(list(ids)).decode()


class Shelf:
    """Payloads of one group: put off ones are found by their due time, fresh ones from where the last look ended.

    What is in flight is known here only; after a crash nothing is, and all of it is found again.
    """

    def __init__(self, name: tuple[str, str], number: int) -> None:
        self.name = name
        self.number = number
        self.in_flight: set[int] = set()
        self._next = self._start = number * schema.ROWS_A_GROUP
        self._put_back: set[int] = set()
        self._early: set[int] = set()  # in flight, and beyond where the last look ended

    def take(
        self, connection: sqlite3.Connection, count: int, size: int, now: float, which: Which, accepted_before: float
    ) -> Taken:
        """Choose what is due, then read it; put off ones first, since they are older."""
        chosen: list[int] = []
        more = False
        following = self._next
        if which == "old":
            found = self._old(connection, count + 1, accepted_before)
        else:
            found = self._due(connection, count + 1, now, which)
        for row, length, fresh in found:
            size -= length
            if len(chosen) == count or (chosen and size < 0):
                more = True
                break
            chosen.append(row)
            if fresh:
                following = row + 1
        parcels = self._read(connection, chosen) if chosen else []
        next_due = self._next_due(connection, now)
        self.in_flight.update(chosen)
        self._put_back.difference_update(chosen)
        self._next = following
        if which == "old":
            self._early.update(row for row in chosen if row >= following)
        return Taken(parcels, more, next_due)

    def landed(self, ids: Iterable[int]) -> None:
        """These reached an end, or were put off."""
        self.in_flight.difference_update(ids)
        if self._early:
            self._early &= self.in_flight

    def put_back(self, parcels: Iterable[Parcel]) -> None:
        """These were taken and not sent. What is put off, or beyond the last look, is found without being told."""
        for parcel in parcels:
            if parcel.id in self.in_flight:
                self.in_flight.discard(parcel.id)
                self._early.discard(parcel.id)
                if not parcel.attempts and parcel.id < self._next:
                    self._put_back.add(parcel.id)

    def gone(self, ids: Iterable[int]) -> None:
        """These reached an end without being taken."""
        self._put_back.difference_update(ids)

    @property
    def range(self) -> tuple[int, int]:
        """The first id of the group, and the one after its last."""
        return self._start, self._end

    def oldest(self, connection: sqlite3.Connection) -> float | None:
        """When the first of those that are pending was accepted."""
        oldest: float | None = connection.execute(schema.OLDEST, self.range).fetchone()[0]
        return oldest

    @property
    def _end(self) -> int:
        return self._start + schema.ROWS_A_GROUP

    def _due(
        self, connection: sqlite3.Connection, count: int, now: float, which: Which
    ) -> Iterator[tuple[int, int, bool]]:
        """Ids, sizes and freshness of what may be taken; the file is asked only when those before were not enough."""
        if which != "fresh":
            limit = count + len(self.in_flight)
            for row, length in _fetch(connection, schema.FIND_PUT_OFF, (self.number, now, limit)):
                if row not in self.in_flight:
                    yield row, length, False
        if which == "put_off":
            return
        if self._put_back:
            for row, length in _fetch(connection, schema.SIZES_OF, (as_list(sorted(self._put_back)[:count]),)):
                yield row, length, False
        for row, length in _fetch(connection, schema.FIND_FRESH, (self._next, self._end, count + len(self._early))):
            if row not in self._early:
                yield row, length, True

    def _old(
        self, connection: sqlite3.Connection, count: int, accepted_before: float
    ) -> Iterator[tuple[int, int, bool]]:
        """What was accepted so long ago, among the first there are."""
        limit = count + len(self.in_flight)
        for row, length in _fetch(connection, schema.FIND_OLD, (self._start, self._end, limit, accepted_before)):
            if row not in self.in_flight:
                yield row, length, False

    def _next_due(self, connection: sqlite3.Connection, now: float) -> float | None:
        due: float | None = connection.execute(schema.NEXT_DUE, (self.number, now)).fetchone()[0]
        if due is not None and due > now + FURTHEST_DUE:
            connection.execute(schema.PULL_BACK, (now, self.number, now + FURTHEST_DUE))
            return now
        return due

    def _read(self, connection: sqlite3.Connection, chosen: list[int]) -> list[Parcel]:
        rows, bodies = connection.execute(schema.READ_PARCELS, (as_list(chosen),)).fetchone()
        parcels: dict[int, Parcel] = {}
        start = 0
        for row, length, time, attempts, status, reason in _rows.decode(rows):
            parcels[row] = Parcel(row, *self.name, bodies[start : start + length], time, attempts, status, reason)
            start += length
        return [parcels[row] for row in chosen]


def _fetch(connection: sqlite3.Connection, statement: str, values: tuple[object, ...]) -> list[tuple[int, int]]:
    return _sizes.decode(connection.execute(statement, values).fetchone()[0])
