"""The fate of payloads: what became of each that a hit brought, told apart from others of the same event."""

from __future__ import annotations

import sqlite3
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from container.outbox import page
from container.outbox.database import read_only, unavailable
from container.outbox.find import near
from container.outbox.history import Attempt, attempts_of
from container.outbox.keys import key_of
from container.outbox.profile import clean
from container.outbox.schema import ROWS_A_GROUP
from container.outbox.shelf import as_list

State = Literal["pending", "dead", "delivered", "suppressed", "purged"]

_GROUPS = "SELECT tag, destination, id FROM destinations"
_KEPT = "SELECT id, accepted, attempts, status, reason, history, {when} FROM {table} WHERE id IN (SELECT value FROM "
_KEPT += "json_each(?)) ORDER BY id"
_TABLES = {
    "pending": _KEPT.format(table="pending", when="CASE WHEN attempts > 0 THEN due END, NULL"),
    "dead": _KEPT.format(table="dead", when="NULL, died"),
}
_PAGES = (
    "SELECT id, kind, grp, first, last FROM ledger WHERE last >= ? AND first <= ? AND kind IN ('delivered', "
    "'suppressed', 'dead') ORDER BY id"
)
_RECORDS = "SELECT records FROM ledger WHERE id = ?"
_SPARE = 0.001
"""Seconds around a page's times: those of its entries are in whole milliseconds."""

_ENDS: dict[str, State] = {"delivered": "delivered", "suppressed": "suppressed", "dead": "purged"}
_KEY = "SELECT time FROM seen WHERE key = ?"
_LOGGED = "SELECT time FROM seen_log WHERE time > 0 AND instr(keys, ?) % 8 = 1"


class Asked(NamedTuple):
    """One payload: who made it for whom, of which event, and when (unix seconds); its number where that is known."""

    tag: str
    destination: str
    event_name: str
    event_id: str
    accepted: float
    number: int = 0


@dataclass(frozen=True, slots=True)
class Fate:
    """Where a payload is. ``suppressed`` is a copy of one that was accepted before, ``purged`` a dead letter that was
    thrown away. Times are unix seconds; ``due`` is when it is tried again, ``ended`` when it reached its end."""

    state: State
    number: int
    attempts: int = 0
    status: int = 0
    reason: str = ""
    due: float | None = None
    ended: float | None = None
    history: list[Attempt] = field(default_factory=list)


def fates(paths: Iterable[Path], asked: Sequence[Asked]) -> list[Fate | None]:
    """The fate of each payload, None where nothing is written down of it (any more).

    Of payloads with the same event and the same millisecond the first that is asked for is the first accepted. Takes
    a few dozen short reads each, fewer for a known number, and the pages of the ledger that may hold those that ended.
    Raises ``OutboxUnavailable``.
    """
    found: list[Fate | None] = [None] * len(asked)
    for path in paths:
        left = [place for place, fate in enumerate(found) if fate is None]
        if not left:
            break
        try:
            with read_only(path) as connection:
                connection.execute("BEGIN")
                _look(connection, asked, left, found)
        except (OSError, sqlite3.Error, zlib.error, ValueError) as error:
            raise unavailable(path, error) from None
    return found


def accepted_first(paths: Iterable[Path], copy: Asked) -> float | None:
    """When the event a payload was a copy of was accepted, to the second; None when its key is not kept any more.

    Raises ``OutboxUnavailable``.
    """
    key = key_of(*map(clean, (copy.tag, copy.destination, copy.event_name, copy.event_id)))
    times: list[float] = []
    for path in paths:
        try:
            with read_only(path) as connection:
                times += [row[0] for row in connection.execute(_KEY, (key,)).fetchall()]
                times += [row[0] for row in connection.execute(_LOGGED, (array("q", [key]).tobytes(),)).fetchall()]
        except (OSError, sqlite3.Error) as error:
            raise unavailable(path, error) from None
    return max((one for one in times if one <= copy.accepted), default=None)


Key = tuple[int, str, str, int]


def _look(
    connection: sqlite3.Connection, asked: Sequence[Asked], left: Iterable[int], found: list[Fate | None]
) -> None:
    """What one file knows of those that are left."""
    groups = {(tag, destination): number for tag, destination, number in connection.execute(_GROUPS).fetchall()}
    wanted: dict[Key, list[int]] = {}
    for place in left:
        one = asked[place]
        group = groups.get((clean(one.tag), clean(one.destination)))
        if group is not None:
            name, identity = clean(one.event_name), clean(one.event_id)
            wanted.setdefault((group, name, identity, int(one.accepted * 1000)), []).append(place)
    told: dict[Key, list[Fate]] = {key: [] for key in wanted}
    for key, fate in _kept(connection, asked, wanted):
        told[key].append(fate)
    missing = {key for key, places in wanted.items() if len(told[key]) < len(places)}
    if missing:
        for key, fate in _ended(connection, missing):
            told[key].append(fate)
    for key, places in wanted.items():
        numbers = {fate.number: fate for fate in sorted(told[key], key=lambda fate: fate.number)}
        for place in sorted(places, key=lambda place: not asked[place].number):
            found[place] = numbers.pop(asked[place].number or next(iter(numbers), 0), None)


def _kept(
    connection: sqlite3.Connection, asked: Sequence[Asked], wanted: dict[Key, list[int]]
) -> Iterator[tuple[Key, Fate]]:
    """Those that are pending or dead."""
    for table, statement in _TABLES.items():
        keys: dict[int, Key] = {}
        for key, places in wanted.items():
            known = [asked[place].number for place in places]
            if all(known):
                keys |= dict.fromkeys(known, key)
            else:
                moments = {asked[place].accepted for place in places}
                found = (one for moment in moments for one in near(connection, table, key[0], moment))
                keys |= {number: key for number, name, identity in found if (name, identity) == key[1:3]}
        for number, _, attempts, status, reason, history, due, ended in connection.execute(
            statement, (as_list(keys),)
        ).fetchall():
            told = attempts_of(history, status, reason)
            state: State = "pending" if table == "pending" else "dead"
            yield keys[number], Fate(state, number, attempts, status, reason, due, ended, told)


def _ended(connection: sqlite3.Connection, missing: set[Key]) -> Iterator[tuple[Key, Fate]]:
    """Those of which the ledger tells."""
    groups, times = {key[0] for key in missing}, {key[3] for key in missing}
    moments = sorted(time / 1000 for time in times)
    span = (moments[0] - _SPARE, moments[-1] + _SPARE)
    for number, kind, group, first, last in connection.execute(_PAGES, span).fetchall():
        # Hits that are kept may lie far apart: a page between them is not opened.
        place = bisect_left(moments, first - _SPARE)
        if group not in groups or place == len(moments) or moments[place] > last + _SPARE:
            continue
        data = page.opened(connection.execute(_RECORDS, (number,)).fetchone()[0])
        if not any(str(time).encode() in data for time in times):
            continue
        for line in page.lines(data):
            key = (group, line.event_name, line.event_id, line.accepted)
            if key in missing:
                yield key, _fate(_ENDS[kind], group * ROWS_A_GROUP + line.order, line)


def _fate(state: State, number: int, line: page.Line) -> Fate:
    tried = line.tried or page.Try()
    history: Any = msgspec.json.encode(tried.history).decode()
    return Fate(
        state, number, tried.attempts + (state == "delivered"), tried.status, tried.reason, None,
        (line.accepted + line.took) / 1000, attempts_of(history, tried.status, tried.reason),
    )  # fmt: skip
