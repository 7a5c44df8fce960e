"""Salvage: what can still be read of a file that was set aside because it is damaged."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from container.component import Entry

CHUNK = 500

_PENDING = "SELECT id, tag, destination, event_name, event_id, client, accepted, body FROM {table} JOIN destinations d"
_DEAD = _PENDING.replace("body FROM", "died, attempts, status, reason, history, body FROM")
_PART = " ON d.id = grp WHERE {table}.id {beyond} ? ORDER BY {table}.id {way} LIMIT ?"


@dataclass(slots=True)
class Salvaged:
    """Some of what was found: payloads that were pending, and dead letters with what became of them."""

    pending: list[Entry] = field(default_factory=list)
    dead: list[tuple[Entry, dict[str, Any]]] = field(default_factory=list)


def salvage(path: Path) -> Iterator[Salvaged]:
    """What can be read of a damaged file, some at a time; ends where nothing more can be. Changes nothing.

    Where a part of a table cannot be read, it is gone on with behind it. Raises nothing of the file's.
    """
    log = Path(f"{path}-wal")
    # Without a log beside it nothing need be made beside it either.
    how = "mode=ro" if log.exists() and log.stat().st_size else "immutable=1"
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True, check_same_thread=False)
    except sqlite3.Error:
        return
    with closing(connection):
        for rows in _rows(connection, "pending", _PENDING):
            yield Salvaged(pending=[_entry(row) for row in rows])
        for rows in _rows(connection, "dead", _DEAD):
            yield Salvaged(dead=[_letter(row) for row in rows])


def _letter(row: Any) -> tuple[Entry, dict[str, Any]]:
    names = ("died", "attempts", "status", "reason", "history")
    return _entry(row), dict(zip(names, row[7:12], strict=True))


def _entry(row: Any) -> Entry:
    _, tag, destination, name, event_id, client, accepted, *_, body = row
    return Entry(tag, destination, name, event_id, body, accepted, client)


def _rows(connection: sqlite3.Connection, table: str, columns: str) -> Iterator[list[Any]]:
    """The rows of a table in chunks, around every damage in it."""
    columns = columns.replace("SELECT id", f"SELECT {table}.id")
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
