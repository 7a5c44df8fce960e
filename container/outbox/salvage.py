"""Salvage: what can still be read of a file that was set aside because it is damaged."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from container.component import Entry
from container.outbox.database import read_beside
from container.outbox.page import Page, lines, opened
from container.outbox.profile import NOTHING, Profile, read
from container.record import EventRecord

CHUNK = 500

_PENDING = (
    "SELECT {table}.id, tag, destination, event_name, event_id, client, accepted, profile, order_id, body "
    "FROM {table} JOIN destinations d ON d.id = grp"
)
_DEAD = _PENDING.replace("body ", "died, attempts, status, reason, history, body ")
_PAGES = (
    "SELECT ledger.id, coalesce(tag, ''), coalesce(destination, ''), kind, grp, first, last, count, records "
    "FROM {table} LEFT JOIN destinations d ON d.id = grp"
)
_PART = " WHERE {table}.id {beyond} ? ORDER BY {table}.id {way} LIMIT ?"
_WORDS = "SELECT words FROM profiles WHERE id = ?"


@dataclass(slots=True)
class SalvagedPage:
    """A page of the ledger with the tag and destination it is of, "" for neither, and the profiles it names."""

    tag: str
    destination: str
    page: Page
    profiles: list[Profile]


@dataclass(slots=True)
class Salvaged:
    """Some of what was found: payloads that were pending, dead letters with what became of them, the ledger's pages."""

    pending: list[Entry] = field(default_factory=list)
    dead: list[tuple[Entry, dict[str, Any]]] = field(default_factory=list)
    pages: list[SalvagedPage] = field(default_factory=list)


def salvage(path: Path) -> Iterator[Salvaged]:
    """What can be read of a damaged file, some at a time; ends where nothing more can be. Changes nothing.

    Where a part of a table cannot be read, it is gone on with behind it. Raises nothing of the file's.
    """
    try:
        beside = read_beside(path)
    except sqlite3.Error:
        return
    with beside as connection:
        profiles = _Profiles(connection)
        for rows in _rows(connection, "pending", _PENDING):
            yield Salvaged(pending=[_entry(row, profiles) for row in rows])
        for rows in _rows(connection, "dead", _DEAD):
            yield Salvaged(dead=[_letter(row, profiles) for row in rows])
        for rows in _rows(connection, "ledger", _PAGES):
            yield Salvaged(pages=[found for row in rows if (found := _page(row, profiles)) is not None])


class _Profiles:
    """What profiles say, as far as it can be read."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[int, Profile] = {}

    def of(self, number: int) -> Profile:
        if number not in self._known:
            try:
                row = self._connection.execute(_WORDS, (number,)).fetchone() if number else None
            except sqlite3.Error:
                row = None
            self._known[number] = read(row[0]) if row is not None else NOTHING
        return self._known[number]


def _letter(row: Any, profiles: _Profiles) -> tuple[Entry, dict[str, Any]]:
    names = ("died", "attempts", "status", "reason", "history")
    return _entry(row, profiles), dict(zip(names, row[9:14], strict=True))


def _entry(row: Any, profiles: _Profiles) -> Entry:
    _, tag, destination, name, event_id, client, accepted, number, order, *_, body = row
    one = profiles.of(number)
    record = EventRecord(accepted, client, name, event_id, order, one.consent, one.decisions, one.basis)
    return Entry(
        tag, destination, name, event_id, body, accepted, client,
        one.identifiers, one.limited, record if number or order else None,
    )  # fmt: skip


def _page(row: Any, profiles: _Profiles) -> SalvagedPage | None:
    """A page that can be read whole; its blob may be what is damaged."""
    _, tag, destination, kind, grp, first, last, count, records = row
    try:
        data = opened(records)
        numbers = {line.profile for line in lines(data)}
    except (ValueError, TypeError, zlib.error):
        return None
    return SalvagedPage(
        tag, destination, Page(kind, grp, first, last, count, data), [profiles.of(one) for one in numbers]
    )


def _columns(connection: sqlite3.Connection, table: str, columns: str) -> str:
    """The columns there are: a file of an older version has neither profiles nor orders."""
    try:
        there = {row[1] for row in connection.execute(f"PRAGMA table_info({table})").fetchall()}
    except sqlite3.Error:
        return columns
    for name, instead in (("profile", "0"), ("order_id", "''"), ("history", "'[]'")):
        if name not in there and table != "ledger":
            columns = columns.replace(f" {name},", f" {instead},")
    return columns


def _rows(connection: sqlite3.Connection, table: str, columns: str) -> Iterator[list[Any]]:
    """The rows of a table in chunks, around every damage in it."""
    columns = _columns(connection, table, columns)
    up, down = (
        (columns + _PART).format(table=table, beyond=beyond, way=way) for beyond, way in ((">", "ASC"), ("<", "DESC"))
    )
    at = -1
    while True:
        for rows in _run(connection, up, at):
            yield rows
            at = rows[-1][0]
        behind = _behind(connection, up, at)
        if behind is None:
            return
        edge = behind[0][0] if behind else 2**63 - 1
        for rows in _run(connection, down, edge):
            fresh = [row for row in rows if row[0] > at]
            if fresh:
                yield fresh
            if len(fresh) < len(rows):
                break
        if not behind:
            return
        yield behind
        at = edge


def _run(connection: sqlite3.Connection, statement: str, at: int) -> Iterator[list[Any]]:
    """Rows from one on, until there is none or damage; a chunk that cannot be read is tried row by row."""
    size = CHUNK
    while True:
        try:
            found = connection.execute(statement, (at, size)).fetchall()
        except sqlite3.Error:
            if size == 1:
                return
            size = 1
            continue
        if not found:
            return
        yield found
        at = found[-1][0]


def _behind(connection: sqlite3.Connection, up: str, at: int) -> list[Any] | None:
    """The first row that can be read some way behind; none of them when the table's end is there instead, and None
    when there is no damage at all."""
    gap = 0
    while at + gap < 2**62:
        try:
            found = connection.execute(up, (at + gap, 1)).fetchall()
        except sqlite3.Error:
            gap = gap * 2 or 1
            continue
        return found if gap else None
    return []
