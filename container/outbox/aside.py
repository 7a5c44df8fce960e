"""The files that were set aside because they were damaged: what each was waiting to deliver, and what was saved."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from glob import escape
from pathlib import Path

import msgspec

from container.outbox.books import Name, read_accounts
from container.outbox.database import read_beside
from container.outbox.files import file_of, files_of

Waiting = dict[Name, tuple[int, int]]
"""For every tag and destination how many payloads were pending, and how many dead letters were kept."""

MOST = 2**32
"""More than any file held: a number beyond was not counted but damaged."""

_COLUMNS = "name, time, why, counted, finished, waiting, pending, dead, pages, entries, lost"
_WRITE = f"INSERT OR REPLACE INTO set_aside ({_COLUMNS}) VALUES ({', '.join('?' * 11)})"
_rows = msgspec.json.Decoder(list[tuple[str, str, int, int]])
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Aside:
    """A file that was set aside, as the file that replaced it tells.

    ``pending``, ``dead``, ``pages`` and ``entries`` (of the ledger) were salvaged; ``waiting`` is what was not, so far,
    and is entered in the books as ``lost`` when the salvage is finished. ``counted`` says whether it is known how much
    there was at all. ``stands`` says whether the file is still there, ``known`` whether this outbox knows of it.
    """

    name: str
    time: float = 0.0
    why: str = ""
    counted: bool = False
    finished: bool = False
    waiting: Waiting | None = None
    pending: int = 0
    dead: int = 0
    pages: int = 0
    entries: int = 0
    lost: int = 0
    stands: bool = False
    known: bool = True

    @property
    def missing(self) -> int:
        """Payloads and letters that were waiting in it and were not read so far."""
        return sum(max(0, pending) + max(0, dead) for pending, dead in (self.waiting or {}).values())


def asides(connection: sqlite3.Connection) -> list[Aside]:
    """All that a file knows of, the oldest first; none where it is of a version that did not note them."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'set_aside'").fetchone():
        return []
    rows = connection.execute(f"SELECT {_COLUMNS} FROM set_aside ORDER BY time, name").fetchall()
    return [
        Aside(name, time, why, bool(counted), bool(finished), _read(waiting), *numbers)
        for name, time, why, counted, finished, waiting, *numbers in rows
    ]


def beside(path: Path) -> list[Path]:
    """The damaged files that stand beside the outbox at ``path``. Raises ``OSError``."""
    found = path.parent.glob(f"{escape(path.name)}.corrupt-*")
    return sorted(one for one in found if not one.name.endswith(("-wal", "-shm")))


def standing(address: str, workers: Iterable[int] | None = None) -> list[Path]:
    """The damaged files beside those of these workers, or of all there are; none where they cannot be seen."""
    try:
        numbers = {0, *files_of(address)} if workers is None else workers
        return sorted(one for number in numbers for one in beside(file_of(address, number)))
    except OSError:
        return []


def unsettled(path: Path, connection: sqlite3.Connection) -> list[Aside]:
    """The files that were set aside of the outbox at ``path`` and still stand beside it, whether it knows of them or
    not, and those whose salvage is not finished. Raises ``OSError`` and ``sqlite3.Error``.
    """
    found = {one.name: one for one in asides(connection)}
    for one in beside(path):
        found.setdefault(one.name, Aside(one.name, known=False)).stands = True
    return [one for one in found.values() if one.stands or not one.finished]


def write(connection: sqlite3.Connection, one: Aside) -> None:
    """Note a file, or what became of it since."""
    rows = [(*name, *counts) for name, counts in (one.waiting or {}).items() if max(counts) > 0]
    words = (one.name, one.time, one.why, int(one.counted), int(one.finished), _encode(rows).decode())
    numbers = (one.pending, one.dead, one.pages, one.entries, one.lost)
    connection.execute(_WRITE, (*words, *numbers))


def told_by(path: Path) -> tuple[Waiting, list[Aside]] | None:
    """What the books of a damaged file say was waiting in it, and the files it had set aside itself.

    None when its books cannot be read. Changes nothing.
    """
    try:
        with read_beside(path) as connection:
            accounts = read_accounts(connection)
            try:
                before = asides(connection)
            except sqlite3.Error:
                before = []
    except (OSError, sqlite3.Error, KeyError, TypeError, ValueError):  # what is damaged may read as anything
        return None
    waiting = {(one.tag, one.destination): (one.pending, one.dead - one.purged) for one in accounts.values()}
    return {name: counts for name, counts in waiting.items() if _sound(name, counts)}, before


def more_of(one: Mapping[Name, tuple[int, int]], other: Mapping[Name, tuple[int, int]]) -> Waiting:
    """The larger of both numbers for each: either may know of what the other does not."""
    found: Waiting = {}
    for name in {**one, **other}:
        (pending, dead), (others, letters) = one.get(name, (0, 0)), other.get(name, (0, 0))
        found[name] = max(pending, others), max(dead, letters)
    return found


def _sound(name: Name, counts: tuple[int, int]) -> bool:
    return all(isinstance(part, str) for part in name) and all(
        isinstance(count, int) and 0 <= count < MOST for count in counts
    )


def _read(waiting: str) -> Waiting:
    return {(tag, destination): (pending, dead) for tag, destination, pending, dead in _rows.decode(waiting)}
