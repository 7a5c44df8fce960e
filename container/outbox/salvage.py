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

    A table is read from its beginning up to the damage, then from its end back to it. Raises nothing of the file's.
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
    """The rows of a table in chunks from either end; a chunk that cannot be read is tried row by row."""
    seen = -1
    for beyond, way in ((">", "ASC"), ("<", "DESC")):
        at = -1 if way == "ASC" else 2**63 - 1
        statement = (columns.replace("SELECT id", f"SELECT {table}.id") + _PART).format(
            table=table, beyond=beyond, way=way
        )
        size = CHUNK
        while True:
            try:
                found = connection.execute(statement, (at, size)).fetchall()
            except sqlite3.Error:
                if size == 1:
                    break
                size = 1
                continue
            found = [row for row in found if way == "ASC" or row[0] > seen]
            if not found:
                break
            yield found
            at = found[-1][0]
            if way == "ASC":
                seen = at
