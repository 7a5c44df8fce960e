"""Retyped tags: what a tag made when it was of another type stands under a name of its own until it is that again."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping

from container.outbox.books import read_accounts
from container.outbox.outbox import Account

_MOVE = "UPDATE destinations SET tag = ?, parked = '', parked_at = 0 WHERE id = ?"
_TYPE = "UPDATE destinations SET type = ? WHERE id = ?"
_APART = re.compile(r"(.+) \((\w+)\)", re.DOTALL)


def apart(tag: str, kind: str) -> str:
    """The name under which stands what a tag made when it was of a type: ``meta (meta_capi)``. No tag is named so."""
    return f"{tag} ({kind})"


def made_as(name: str) -> tuple[str, str] | None:
    """The tag and the type that ``apart`` made a name of, None for any other name."""
    found = _APART.fullmatch(name)
    return (found[1], found[2]) if found else None


def type_of(name: str, types: Mapping[str, str]) -> str:
    """The type of tag that makes payloads under a name, "" when that is not known."""
    made = made_as(name)
    return made[1] if made is not None else types.get(name, "")


def set_apart(connection: sqlite3.Connection, types: Mapping[str, str]) -> list[str] | None:
    """Note of which type each tag is, and let what another type made stand under a name of its own.

    Where nothing is kept that could be sent, the books go on under the tag's name. Returns what is to be told of it, a
    line each; None when no name changed. Raises ``sqlite3.Error``; nothing has changed then.
    """
    rows = connection.execute("SELECT tag, type FROM destinations").fetchall() if types else []
    if not any(types.get(tag, kind) != kind or _goes_back(tag, kind, types) for tag, kind in rows):
        return None
    connection.execute("BEGIN IMMEDIATE")
    try:
        told = _move(connection, read_accounts(connection), types)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return told


def _move(connection: sqlite3.Connection, rows: Mapping[int, Account], types: Mapping[str, str]) -> list[str] | None:
    told: list[str] = []
    moved = False
    back = _back(rows, types)
    wanted = {(tag, rows[number].destination) for number, tag in back.items()}
    names = {(row.tag, row.destination) for row in rows.values()}
    for number, row in rows.items():  # these first: what comes back may need their place
        kind = types.get(row.tag, row.type)
        if kind == row.type:
            continue
        kept = _kept(row)
        if not row.type or not (kept or (row.tag, row.destination) in wanted):
            connection.execute(_TYPE, (kind, number))
            continue
        name = _free(apart(row.tag, row.type), row.destination, names)
        connection.execute(_MOVE, (name, number))
        moved = True
        if kept:
            told.append(
                f"the tag {row.tag} was of type {row.type} when it made {kept}, and is of type {kind} now; they are "
                f"kept under '{name}', and go on when it is of type {row.type} again"
            )
    for number, tag in back.items():
        connection.execute(_MOVE, (tag, number))
        moved = True
        if kept := _kept(rows[number]):
            told.append(
                f"the tag {tag} is of type {rows[number].type} again: what '{rows[number].tag}' kept goes on, {kept}"
            )
    return told if moved else None


def _back(rows: Mapping[int, Account], types: Mapping[str, str]) -> dict[int, str]:
    """What stands apart, by number, and the tag that is of its type again, where that has nothing else in its place."""
    stay = {(row.tag, row.destination) for row in rows.values() if row.type in ("", types.get(row.tag, row.type))}
    found: dict[int, str] = {}
    for number, row in rows.items():
        tag = _goes_back(row.tag, row.type, types)
        if tag is not None and (tag, row.destination) not in stay:
            found[number] = tag
    return found


def _goes_back(name: str, kind: str, types: Mapping[str, str]) -> str | None:
    made = made_as(name)
    return made[0] if made is not None and kind == made[1] == types.get(made[0]) else None


def _free(name: str, destination: str, names: set[tuple[str, str]]) -> str:
    """The name, or one like it where there is such a one."""
    while (name, destination) in names:
        name += "'"
    names.add((name, destination))
    return name


def _kept(row: Account) -> str:
    """What could be sent of a row, in words."""
    dead = row.dead - row.purged - row.lost
    return " and ".join(_words([(row.pending, "pending payload"), (dead, "dead letter")]))


def _words(counts: Iterable[tuple[int, str]]) -> list[str]:
    return [f"{count} {what}{'s' if count > 1 else ''}" for count, what in counts if count > 0]
