"""What the sandbox and the console keep of a person: found and removed in their files, beside a running server."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from container.ledger.person import Person
from container.obstacle import obstacle
from container.outbox.database import changing, in_words, read_only
from container.outbox.outbox import OutboxUnavailable
from container.outbox.shelf import as_list

_CHUNK = 500
_EVENTS = "SELECT id, coalesce(event_id, ''), coalesce(order_id, ''), body FROM event WHERE id > ? ORDER BY id LIMIT ?"
# An answer may name somebody whom the request does not.
_ERRORS = "SELECT id, '', '', error FROM event WHERE error IS NOT NULL AND id > ? ORDER BY id LIMIT ?"
_WITHOUT = """UPDATE event SET error = '{"message": "forgotten"}' WHERE id IN (SELECT value FROM json_each(?))"""
_EXCHANGES = "SELECT id, '', '', CAST(target || body || answer AS BLOB) FROM exchange WHERE id > ? ORDER BY id LIMIT ?"
_REQUESTS = "SELECT id, '', '', content FROM request WHERE id > ? ORDER BY id LIMIT ?"
_TOLD = "SELECT id, event_id, '', x'' FROM told WHERE id > ? ORDER BY id LIMIT ?"
_HITS = "SELECT id, '', '', document FROM hit WHERE id > ? ORDER BY id LIMIT ?"
_TABLES = {"event": _EVENTS, "exchange": _EXCHANGES, "request": _REQUESTS, "told": _TOLD, "hit": _HITS}
_THERE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"


def forget_tried(path: Path, person: Person, references: set[str], *, dry_run: bool) -> tuple[int, set[str]]:
    """Remove what names a person, or an event or order of ``references``, from the file of a sandbox or a console; of
    another's event whose refusal names them, the refusal's words.

    Returns how many rows, and the ids of the events and orders that name the person. Raises ``OutboxUnavailable``.
    """
    found = set(references)
    chosen: dict[str, list[int]] = {}
    try:
        with read_only(path) if dry_run else changing(path) as connection:
            for table, statement in _TABLES.items():
                if connection.execute(_THERE, (table,)).fetchone():
                    chosen[table] = _chosen(connection, statement, person, found, table == "event")
            errors = _chosen(connection, _ERRORS, person, found, learn=False) if "event" in chosen else []
            errors = sorted(set(errors).difference(chosen.get("event", ())))
            if not dry_run:
                connection.execute("PRAGMA secure_delete = ON")
                connection.execute("BEGIN IMMEDIATE")
                for table, ids in chosen.items():
                    connection.execute(
                        f"DELETE FROM {table} WHERE id IN (SELECT value FROM json_each(?))", (as_list(ids),)
                    )
                if "event" in chosen:
                    connection.execute(_WITHOUT, (as_list(errors),))
                    events = (as_list(chosen["event"]),)
                    connection.execute(
                        "DELETE FROM browser_key WHERE event IN (SELECT value FROM json_each(?))", events
                    )
                connection.execute("COMMIT")
    except (OSError, sqlite3.Error) as error:
        raise OutboxUnavailable(f"{path}: {obstacle(path, error) or in_words(error)}") from None
    return sum(map(len, chosen.values())) + len(errors), found - references


def _chosen(
    connection: sqlite3.Connection, statement: str, person: Person, references: set[str], learn: bool
) -> list[int]:
    """The rows that name somebody; with ``learn``, the ids of their events are looked for from then on too."""
    chosen, after = [], -1
    while rows := connection.execute(statement, (after, _CHUNK)).fetchall():
        after = rows[-1][0]
        for number, event_id, order_id, body in rows:
            named = person.is_in(bytes(body))
            if named and learn:
                references |= {event_id, order_id} - {""}
            quoted = not event_id and any(f'"{one}"'.encode() in body for one in references)
            if named or event_id in references or order_id in references or quoted:
                chosen.append(number)
    return chosen
