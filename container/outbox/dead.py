"""The dead letters of an SQLite outbox: looked at, sent again or thrown away by people, while a server runs or not."""

from __future__ import annotations

import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from container.outbox import page
from container.outbox.books import OTHER_REASONS
from container.outbox.database import changing, read_only, unavailable
from container.outbox.keys import key_of
from container.outbox.outbox import LAST_ANSWER
from container.outbox.overflow import TRUE_DESTINATION, as_made
from container.outbox.schema import add_to_books, insert_seen, write_wide
from container.outbox.shelf import as_list

CHUNK = 500
"""Letters handled in one transaction, so that a server that is running is not held up."""

_WHERE = """
WHERE (:id = 0 OR dead.id = :id) AND (:tag = '' OR destinations.tag = :tag)
AND (:event_name = '' OR dead.event_name = :event_name)
AND (:reason = '' OR instr(dead.reason, :reason) > 0) AND dead.died >= :since AND dead.died < :until
AND dead.id > :after ORDER BY dead.id LIMIT :limit"""
_FROM = "FROM dead JOIN destinations ON destinations.id = dead.grp"
_LETTERS = (
    "SELECT dead.id, tag, destination, event_name, event_id, client, accepted, died, attempts, status, reason, body "
    f"{_FROM} {_WHERE}"
)
_CHOSEN = f"SELECT dead.id, dead.grp, dead.reason {_FROM} {_WHERE}"
NAMES = f"SELECT dead.id, accepted, tag, destination, event_name, event_id {_FROM} {_WHERE}"
"""What the chosen letters are known by; takes the fields of a ``Choice``, ``limit`` and ``after``."""

# Attempts of at least one put them into the index of due times, which is where a running server looks for them. Why
# they were given up is no answer of the vendor's: what it said last is.
_REVIVE = f"""
INSERT INTO pending (
    id, grp, accepted, attempts, due, status, reason, history, event_name, event_id, client, profile, order_id, body)
SELECT id, grp, accepted, max(attempts, 1), ?, status,
       CASE WHEN instr(reason, '{LAST_ANSWER}') THEN substr(reason, instr(reason, '{LAST_ANSWER}') + {len(LAST_ANSWER)})
       ELSE reason END, history, event_name, event_id, client, profile, order_id, body
FROM dead WHERE id IN (SELECT value FROM json_each(?))"""
_EVENTS = f"""
SELECT tag, {TRUE_DESTINATION}, event_name, event_id FROM dead JOIN destinations ON destinations.id = dead.grp
WHERE event_id <> '' AND dead.id IN (SELECT value FROM json_each(?))"""
_DELETE = "DELETE FROM dead WHERE id IN (SELECT value FROM json_each(?))"

_Chosen = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A payload that nobody sends by itself any more, with the vendor's last words. Times are unix seconds."""

    id: int
    tag: str
    destination: str
    event_name: str
    event_id: str
    client: str
    accepted: float
    died: float
    attempts: int
    status: int
    reason: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Choice:
    """Which letters: every field that is set narrows it. ``reason`` is a part of it; they died within the times, from
    ``since`` on and before ``until``."""

    id: int = 0
    tag: str = ""
    reason: str = ""
    since: float = 0.0
    until: float = 1e18
    event_name: str = ""


def letters(path: Path, choice: Choice = Choice(), limit: int = 100, after: int = 0) -> list[DeadLetter]:
    """The chosen letters by id, from the one after ``after``. Raises ``OutboxUnavailable``."""
    with _telling(path), read_only(path) as connection:
        words = {**asdict(choice), "limit": limit, "after": after}
        return [_alone(DeadLetter(*row)) for row in connection.execute(_LETTERS, words).fetchall()]


def _alone(one: DeadLetter) -> DeadLetter:
    destination, body = as_made(one.destination, one.body)
    return one if body is one.body else replace(one, destination=destination, body=body)


def count(path: Path, choice: Choice = Choice()) -> int:
    """How many letters are chosen: what ``redrive`` and ``purge`` would handle. Raises ``OutboxUnavailable``."""
    with _telling(path), read_only(path) as connection:
        words = {**asdict(choice), "limit": -1, "after": 0}
        return int(connection.execute(f"SELECT count(*) FROM ({_CHOSEN})", words).fetchone()[0])


def redrive(
    path: Path,
    now: float,
    choice: Choice = Choice(),
    most: int | None = None,
    leave: frozenset[int] = frozenset(),
) -> Iterator[int]:
    """Make the chosen letters pending and due, the first ``most`` of them; yields how many with every step.

    Those whose ids are in ``leave`` are left as they are, as ``delivered_since`` finds them.

    Their destination counts as resumed now, so that they are not given up at once, and the same event that comes again
    is known again. What a vendor takes no more because
    of its age dies again. Raises ``OutboxUnavailable``; the steps before stay done.
    """

    def revive(connection: sqlite3.Connection, chosen: list[_Chosen]) -> None:
        ids = as_list(row for row, _, _ in chosen)
        values: list[object] = []
        for key in {key_of(*event) for event in connection.execute(_EVENTS, (ids,)).fetchall()}:
            values += (key, int(now))
        write_wide(connection, insert_seen, values, 2)
        connection.execute(_REVIVE, (now, ids))
        connection.execute(_DELETE, (ids,))
        for grp in {grp for _, grp, _ in chosen}:
            connection.execute("UPDATE destinations SET resumed_at = ? WHERE id = ?", (now, grp))
        for (grp, reason), number in Counter((grp, reason) for _, grp, reason in chosen).items():
            _unbook(connection, grp, reason, number)

    return _in_chunks(path, choice, revive, most, leave)


def purge(path: Path, choice: Choice = Choice(), most: int | None = None) -> Iterator[int]:
    """Throw the chosen letters away, the first ``most`` of them; yields how many with every step.

    The books remember for what reason they died and how many are kept no more, the ledger what they were.
    Raises ``OutboxUnavailable``.
    """

    def throw(connection: sqlite3.Connection, chosen: list[_Chosen]) -> None:
        for grp in {grp for _, grp, _ in chosen}:
            ids = as_list(row for row, of, _ in chosen if of == grp)
            page.write(connection, page.of_rows(connection, page.OF_DEAD, {"ids": ids}, "dead", grp))
            number = connection.execute(_DELETE, (ids,)).rowcount
            connection.execute("UPDATE destinations SET purged = purged + ? WHERE id = ?", (number, grp))

    return _in_chunks(path, choice, throw, most)


def _in_chunks(
    path: Path,
    choice: Choice,
    change: Callable[[sqlite3.Connection, list[_Chosen]], None],
    most: int | None = None,
    leave: frozenset[int] = frozenset(),
) -> Iterator[int]:
    """Change letters some at a time, each time in one transaction; nothing is held while the caller looks on."""
    after = 0
    left = most if most is not None else sys.maxsize
    with _telling(path), changing(path) as connection:
        while left > 0:
            connection.execute("BEGIN IMMEDIATE")
            words = {**asdict(choice), "limit": min(CHUNK, left), "after": after}
            rows = connection.execute(_CHOSEN, words).fetchall()
            chosen = [row for row in rows if row[0] not in leave]
            change(connection, chosen)
            connection.execute("COMMIT")
            if not rows:
                return
            after = rows[-1][0]
            left -= len(chosen)
            yield len(chosen)


def _unbook(connection: sqlite3.Connection, grp: int, reason: str, number: int) -> None:
    """Take letters out of the dead in the books, where they may be under the reason that others share."""
    book = "SELECT count FROM books WHERE grp = ? AND end = 'dead' AND reason = ?"
    row = connection.execute(book, (grp, reason)).fetchone()
    own = min(number, row[0] if row else 0)
    for name, part in ((reason, own), (OTHER_REASONS, number - own)):
        if part:
            write_wide(connection, add_to_books, [grp, "dead", name, -part], 4)


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise unavailable(path, error) from None
