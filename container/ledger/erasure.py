"""The erasure: a person's payloads removed from outbox files, and the ids of their events from the ledger."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from container.ledger.answers import FORGOTTEN, Names, forget_answers, naming, without_answers
from container.ledger.person import Person
from container.outbox import page
from container.outbox.database import changing, read_only, unavailable
from container.outbox.page import Line, Try
from container.outbox.schema import add_to_books, write_wide
from container.outbox.shelf import as_list

CHUNK = 500
"""Payloads looked at, or removed, in one transaction."""

_PAGES = 50
_BODIES = "SELECT id, event_id, order_id, body FROM {table} WHERE id > ? ORDER BY id LIMIT ?"
_NAMES = "SELECT id, event_id, order_id, NULL FROM {table} WHERE id > ? ORDER BY id LIMIT ?"
_LEDGER = "SELECT id, records FROM ledger WHERE id > ? AND kind <> 'forgotten' ORDER BY id LIMIT ?"
_TABLES = ("pending", "dead")

Watch = Callable[[str, int], None]
"""Told the name of the work and of how much more of it is done."""


@dataclass(slots=True)
class Erased:
    """How much was removed, or would be: payloads that were pending or dead, entries of the ledger that lost their ids
    (those of these payloads among them), rows of the sandbox, and hits of the console."""

    pending: int = 0
    dead: int = 0
    entries: int = 0
    sandbox: int = 0
    console: int = 0

    def add(self, other: Erased) -> None:
        """Count another file's too."""
        for name, number in asdict(other).items():
            setattr(self, name, getattr(self, name) + number)


def references_of(path: Path, person: Person, watch: Watch = lambda *_: None) -> set[str]:
    """The ids of the events and orders whose payloads in a file name a person. Changes nothing.

    Raises ``OutboxUnavailable``.
    """
    found: set[str] = set()
    if person.looks_inside:
        with _telling(path), read_only(path) as connection:
            for table in _TABLES:
                for rows in _rows(connection, table, _BODIES, watch):
                    for _, event_id, order_id, body in rows:
                        if body is not None and person.is_in(body):
                            found |= {event_id, order_id} - {""}
    return found


def erase(
    path: Path, person: Person, references: set[str], now: float, *, dry_run: bool, watch: Watch = lambda *_: None
) -> Erased:
    """Remove from a file the payloads of a person and of the events and orders ``references``, and these ids from its
    ledger. A server may be using the file. With ``dry_run`` nothing is changed. Raises ``OutboxUnavailable``; what was
    removed before stays so. Its remains are gone with ``wipe``.

    A payload that was pending is dead in the books, for the reason ``forgotten``, and counted as purged. What is just
    being sent arrives all the same. Answers of vendors that name the person are replaced wherever they stand.
    """
    done = Erased()
    with _telling(path), read_only(path) if dry_run else changing(path) as connection:
        # What is removed is overwritten, not only marked as free.
        connection.execute("PRAGMA secure_delete = ON")
        for table in _TABLES:
            chosen: list[int] = []
            for rows in _rows(connection, table, _BODIES if person.looks_inside else _NAMES, watch):
                for number, event_id, order_id, body in rows:
                    if event_id in references or order_id in references or (body is not None and person.is_in(body)):
                        chosen.append(number)
            removed = len(chosen) if dry_run else _remove(connection, table, chosen, now)
            setattr(done, table, removed)
            done.entries += removed
        names = naming(person, references)
        done.entries += _anonymise(connection, references, names, dry_run, watch)
        if not dry_run:
            forget_answers(connection, names)
    return done


def note(path: Path, by: Sequence[str], erased: Erased, now: float) -> None:
    """Enter in a file's ledger that somebody was forgotten: by which words, never whom. Raises OutboxUnavailable."""
    told = ", ".join(f"{number} {name}" for name, number in asdict(erased).items() if number) or "nothing was found"
    line = Line(int(now * 1000), int(now * 1000), 0, "", "", "", "", 0, Try(reason=f"by {', '.join(by)}: {told}"))
    with _telling(path), changing(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        page.write(connection, page.of_lines("forgotten", 0, [line]))
        connection.execute("COMMIT")


def _rows(
    connection: sqlite3.Connection, table: str, statement: str, watch: Watch
) -> Iterator[list[tuple[int, str, str, bytes | None]]]:
    after = -1
    while rows := connection.execute(statement.format(table=table), (after, CHUNK)).fetchall():
        after = rows[-1][0]
        watch("payloads", len(rows))
        yield rows


def _remove(connection: sqlite3.Connection, table: str, chosen: Sequence[int], now: float) -> int:
    """Take payloads out, some at a time; what was delivered meanwhile is there no more, and is not counted."""
    removed = 0
    for start in range(0, len(chosen), CHUNK):
        connection.execute("BEGIN IMMEDIATE")
        ids = as_list(chosen[start : start + CHUNK])
        inside = f"FROM {table} WHERE id IN (SELECT value FROM json_each(?))"
        for (grp,) in connection.execute(f"SELECT DISTINCT grp {inside}", (ids,)).fetchall():
            rows = connection.execute(f"SELECT id {inside} AND grp = ?", (ids, grp)).fetchall()
            own = as_list(row for (row,) in rows)
            words: dict[str, object] = {"ids": own, "now": now}
            made = page.of_rows(connection, page.OF_PENDING if table == "pending" else page.OF_DEAD, words, "dead", grp)
            lines = [_without_ids(line, table == "pending") for line in page.lines(made.data)]
            page.write(connection, page.of_lines("dead", grp, lines))
            connection.execute(f"DELETE {inside}", (own,))
            connection.execute("UPDATE destinations SET purged = purged + ? WHERE id = ?", (len(rows), grp))
            if table == "pending":
                write_wide(connection, add_to_books, [grp, "dead", FORGOTTEN, len(rows)], 4)
            removed += len(rows)
        connection.execute("COMMIT")
    return removed


def _without_ids(line: Line, ends: bool = False) -> Line:
    """An entry without the ids of its event, and without the answers, which may repeat what was sent; ``ends`` says
    that the erasure is its end."""
    tried = line.tried or (Try() if ends else None)
    if tried is not None:
        tried = tried._replace(reason=FORGOTTEN if ends or tried.reason else "", history=())
    return line._replace(event_id=FORGOTTEN, order_id=FORGOTTEN if line.order_id else "", tried=tried)


def _anonymise(connection: sqlite3.Connection, references: set[str], names: Names, dry_run: bool, watch: Watch) -> int:
    """Take ids out of the pages of the ledger, and answers that name somebody; returns how many lost their ids. What is
    folded meanwhile comes later in the order, never before."""
    changed, after = 0, -1
    while True:
        connection.execute("BEGIN" if dry_run else "BEGIN IMMEDIATE")
        rows = connection.execute(_LEDGER, (after, _PAGES)).fetchall()
        for number, records in rows:
            lines = list(page.lines(page.opened(records)))
            watch("entries", len(lines))
            theirs = [line.event_id in references or line.order_id in references for line in lines]
            kept = [
                _without_ids(line) if found else line._replace(tried=without_answers(line.tried, names))
                for line, found in zip(lines, theirs, strict=True)
            ]
            if not dry_run and kept != lines:
                page.replace(connection, number, kept)
            changed += sum(theirs)
        connection.execute("COMMIT")
        if not rows:
            return changed
        after = rows[-1][0]


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise unavailable(path, error) from None
