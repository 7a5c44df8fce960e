"""Reading: the entries of outbox files one by one, and how many there are of each sort, at one moment of each file."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from container.ledger.entry import LedgerEntry
from container.outbox import page
from container.outbox.database import read_only, unavailable
from container.outbox.history import attempts_of
from container.outbox.outbox import OutboxUnavailable
from container.outbox.page import Line
from container.outbox.profile import NOTHING, Profile, read
from container.outbox.schema import ROWS_A_GROUP

_ENDS = ("delivered", "suppressed", "dead")
_PAGES = """
SELECT kind, grp, records, count FROM ledger WHERE last >= :since AND first < :until ORDER BY id"""
_WAITING = """
SELECT id, grp, accepted, event_name, event_id, order_id, client, profile, attempts, status, reason, history, {ended}
FROM {table} WHERE accepted >= :since AND accepted < :until"""
_OLDER = "written by an older version of tagdock, which kept no ledger; the next tagdock serve takes it over"

Watch = Callable[[int], None]
"""Told of every so many entries that were looked at."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which entries: every field that is set narrows it. The hit came from ``since`` on and before ``until``, unix
    seconds; ``reference`` is an event's id or an order's. What did not trigger is chosen by that outcome only, or by a
    reference."""

    since: float = 0.0
    until: float = 1e18
    tag: str = ""
    outcome: str = ""
    reference: str = ""

    def takes(self, entry: LedgerEntry) -> bool:
        """Whether an entry is one of these."""
        return (
            self.since <= entry.time < self.until
            and self.tag in ("", entry.tag)
            and (self.outcome == entry.outcome or not self.outcome)
            and (entry.outcome != "not_triggered" or bool(self.outcome or self.reference))
            and (not self.reference or self.reference in (entry.event_id, entry.order_id))
        )


@dataclass(slots=True)
class Source:
    """One file, open for reading at one moment."""

    connection: sqlite3.Connection
    groups: dict[int, tuple[str, str]]
    profiles: dict[int, Profile]

    def profile(self, number: int) -> Profile:
        """What a number says; nothing when its words are gone."""
        found = self.profiles.get(number)
        if found is None:
            row = self.connection.execute("SELECT words FROM profiles WHERE id = ?", (number,)).fetchone()
            found = self.profiles[number] = read(row[0]) if row is not None else NOTHING
        return found


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """A file to read from. Raises ``OutboxUnavailable``, also for what goes wrong while it is read."""
    try:
        with read_only(path) as connection:
            connection.execute("BEGIN")
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'ledger'").fetchone():
                raise OutboxUnavailable(f"outbox {path}: {_OLDER}")
            groups = connection.execute("SELECT id, tag, destination FROM destinations").fetchall()
            yield Source(connection, {number: (tag, destination) for number, tag, destination in groups}, {})
    except (OSError, sqlite3.Error, zlib.error, ValueError) as error:
        raise unavailable(path, error) from None


def entries(paths: Iterable[Path], choice: Choice = Choice(), watch: Watch = lambda _: None) -> Iterator[LedgerEntry]:
    """The chosen entries, file by file and roughly by time: what ended, in the order of the ends, then what is dead,
    then what is pending. A file is held at one moment until all of it was read. Raises ``OutboxUnavailable``."""
    for path in paths:
        with opened(path) as source:
            for made in _all(source, choice, watch):
                if choice.takes(made):
                    yield made


def _all(source: Source, choice: Choice, watch: Watch) -> Iterator[LedgerEntry]:
    span = {"since": choice.since, "until": choice.until}
    needle = _needle(choice.reference)
    for kind, grp, records, count in source.connection.execute(_PAGES, span):
        watch(count)
        if _may_hold(kind, grp, source, choice):
            data = page.opened(records)
            if not needle or needle in data:
                for line in page.lines(data):
                    yield from _of_line(source, kind, grp, line)
    for table, ended in (("dead", "died"), ("pending", "NULL")):
        for row in source.connection.execute(_WAITING.format(table=table, ended=ended), span):
            yield _waiting(source, table, row)


def _may_hold(kind: str, grp: int, source: Source, choice: Choice) -> bool:
    """Whether a page can have what is asked for."""
    if kind in _ENDS:
        return choice.tag in ("", source.groups.get(grp, ("", ""))[0]) and choice.outcome in ("", kind)
    return (
        choice.outcome in ("", "forgotten") if kind == "forgotten" else choice.outcome not in ("delivered", "pending")
    )


def _needle(reference: str) -> bytes:
    """What the JSON of a page that names it must hold; nothing where it could be written in several ways."""
    plain = reference.isprintable() and not set(reference) & {'"', "\\"}
    return f'"{reference}"'.encode("utf-8", "replace") if reference and plain else b""


def _of_line(source: Source, kind: str, grp: int, line: Line) -> Iterator[LedgerEntry]:
    profile = source.profile(line.profile)
    time = line.accepted / 1000
    tried = line.tried or page.Try()
    names = (line.event_name, line.event_id, line.order_id, line.client)
    if kind == "events":
        for tag, outcome, reason in profile.decisions:
            if outcome != "fired":
                yield LedgerEntry(time, outcome, tag, "", *names, reason, profile=profile)
        return
    if kind not in _ENDS:
        yield LedgerEntry(time, kind, event_name=line.event_name, reason=tried.reason, ended=time)
        return
    tag, destination = source.groups.get(grp, ("", ""))
    yield LedgerEntry(
        time, kind, tag, destination, *names, tried.reason, tried.attempts + (kind == "delivered"), tried.status,
        time + line.took / 1000, grp * ROWS_A_GROUP + line.order, profile, _history(tried),
    )  # fmt: skip


def _history(tried: page.Try) -> list[Any]:
    history = msgspec.json.encode(tried.history).decode()
    return attempts_of(history, tried.status, tried.reason) if tried.history else []


def _waiting(source: Source, table: str, row: Sequence[Any]) -> LedgerEntry:
    number, grp, accepted, name, event_id, order_id, client, profile, attempts, status, reason, history, ended = row
    tag, destination = source.groups.get(grp, ("", ""))
    return LedgerEntry(
        accepted, table, tag, destination, name, event_id, order_id, client, reason, attempts, status, ended, number,
        source.profile(profile) if profile else NOTHING, attempts_of(history, status, reason),
    )  # fmt: skip
