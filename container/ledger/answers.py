"""What vendors answered about a person: taken out of the reasons, histories and books of an outbox file."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from container.ledger.person import Person, stands
from container.outbox.page import Try
from container.outbox.schema import add_to_books, write_wide

FORGOTTEN = "forgotten"
"""What stands in place of an id or of an answer, and why a payload that was pending is dead."""

_CHUNK = 2000
_REMEMBERED = 4096
_SHORTEST_WORD, _SHORTEST_NUMBER = 3, 5
"""Characters of an id that is looked for in answers: a shorter one would be found in any."""

_TOLD = "SELECT id, reason, history FROM {table} WHERE id > ? AND (reason <> '' OR history <> '[]') ORDER BY id LIMIT ?"
_WRITE = "UPDATE {table} SET reason = ?, history = ? WHERE id = ? AND reason = ? AND history = ?"
_BOOKS = "SELECT grp, end, reason, count FROM books WHERE reason NOT IN ('', ?)"
_UNBOOK = "DELETE FROM books WHERE grp = ? AND end = ? AND reason = ?"
_PARKED = "SELECT id, parked FROM destinations WHERE parked <> ''"

Names = Callable[[str], bool]
"""Whether an answer names somebody."""


def naming(person: Person, references: set[str]) -> Names:
    """Whether an answer holds a person, or an id of their events and orders."""
    ids = {one.lower() for one in (*references, *person.ids) if _telling(one)}
    words = [*person.texts, *person.hashes, *(one.encode("utf-8", "replace") for one in ids)]

    @lru_cache(maxsize=_REMEMBERED)
    def names(text: str) -> bool:
        lower = text.lower().encode("utf-8", "replace")
        return any(stands(one, lower) for one in words)

    return names


def without_answers(tried: Try | None, names: Names) -> Try | None:
    """What is written of attempts, with every answer that names somebody replaced."""
    if tried is None:
        return None
    reason = FORGOTTEN if names(tried.reason) else tried.reason
    return tried._replace(reason=reason, history=_clean(tried.history, names))


def forget_answers(connection: sqlite3.Connection, names: Names) -> None:
    """Replace every answer that names somebody, whoever's payload it stands on: a vendor's answer is written on the
    whole batch. What is counted for such a reason in the books is counted as ``forgotten``."""
    for table in ("pending", "dead"):
        for rows in _rows(connection, table):
            found = [(row, new) for row in rows if (new := _changed(row, names)) is not None]
            if found:
                connection.execute("BEGIN IMMEDIATE")
                for (number, *old), new in found:
                    connection.execute(_WRITE.format(table=table), (*new, number, *old))
                connection.execute("COMMIT")
    connection.execute("BEGIN IMMEDIATE")
    for grp, end, reason, count in connection.execute(_BOOKS, (FORGOTTEN,)).fetchall():
        if names(reason):
            write_wide(connection, add_to_books, [grp, end, FORGOTTEN, count], 4)
            connection.execute(_UNBOOK, (grp, end, reason))
    for grp, parked in connection.execute(_PARKED).fetchall():
        if names(parked):
            connection.execute("UPDATE destinations SET parked = ? WHERE id = ?", (FORGOTTEN, grp))
    connection.execute("COMMIT")


def _telling(word: str) -> bool:
    return len(word) >= (_SHORTEST_NUMBER if word.isdigit() else _SHORTEST_WORD)


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[list[tuple[int, str, str]]]:
    after = -1
    while rows := connection.execute(_TOLD.format(table=table), (after, _CHUNK)).fetchall():
        after = rows[-1][0]
        yield rows


def _changed(row: tuple[int, str, str], names: Names) -> tuple[str, str] | None:
    _, reason, history = row
    new = FORGOTTEN if names(reason) else reason
    # All of it at once: most histories have no words of their own.
    if names(history):
        new_history = msgspec.json.encode(_clean(_decoded(history), names)).decode()
    else:
        new_history = history
    return None if (new, new_history) == (reason, history) else (new, new_history)


def _decoded(history: str) -> list[Any]:
    try:
        return msgspec.json.decode(history, type=list[Any])
    except msgspec.MsgspecError:
        return []


def _clean(history: Sequence[Any], names: Names) -> list[Any]:
    """The attempts with the words of each replaced where they name somebody."""
    return [
        [*one[:2], FORGOTTEN] if isinstance(one, list | tuple) and len(one) == 3 and names(str(one[2])) else one
        for one in history
    ]
