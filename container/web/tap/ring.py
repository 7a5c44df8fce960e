"""The ring: the hits the console knows, in a small file beside the outbox that all workers write and outlives them."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

KEPT = 500
"""Hits that are kept; the oldest go first."""

KEPT_BYTES = 24 * 1024 * 1024
"""Bytes of hits that are kept, whatever their number."""

LAYOUT = 2
_SCHEMA = """
CREATE TABLE IF NOT EXISTS hit (
    id INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, session TEXT NOT NULL, row BLOB NOT NULL,
    document BLOB NOT NULL, size INTEGER NOT NULL, open INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS hit_open ON hit (id) WHERE open = 1;
CREATE INDEX IF NOT EXISTS hit_changed ON hit (changed) WHERE changed > 0;
CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY, started REAL NOT NULL, expires REAL NOT NULL, ended INTEGER NOT NULL DEFAULT 0,
    test_event_code TEXT NOT NULL, version TEXT NOT NULL, draft BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS ended (id TEXT PRIMARY KEY, until REAL NOT NULL);
CREATE TABLE IF NOT EXISTS flow (
    worker INTEGER NOT NULL, second INTEGER NOT NULL, hits INTEGER NOT NULL, taken INTEGER NOT NULL,
    PRIMARY KEY (worker, second)) WITHOUT ROWID;
"""
Row = tuple[Any, ...]


_read = msgspec.json.Decoder(dict[str, Any]).decode


class Kept(msgspec.Struct, frozen=True):
    """A hit as it is kept: its number, what a list shows of it, and everything.

    ``changed`` only ever grows from one change of a row to the next; 0 for a row as it was first written.
    """

    id: int
    row: dict[str, Any]
    document: dict[str, Any] | None = None
    changed: int = 0


class Flow(msgspec.Struct, frozen=True):
    """How many hits arrived in a while, and how many of them were taken."""

    hits: int
    taken: int


class Ring:
    """One connection, to be used by one thread at a time; opened at the first use. Raises ``sqlite3.Error``.

    A file of another layout, or one that is no database, is begun afresh: nothing in it is anybody's only copy.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: sqlite3.Connection | None = None
        self._added = 0

    def add(self, time: float, session: str, row: dict[str, Any], document: dict[str, Any]) -> int:
        """Keep one hit; its number. ``row["sent"]`` are its payloads, which have not reached their ends yet."""
        kept = [msgspec.json.encode(one) for one in (row, document)]
        size = sum(map(len, kept))
        connection = self._connection
        cursor = connection.execute(
            "INSERT INTO hit (time, session, row, document, size, open) VALUES (?,?,?,?,?,?)",
            (time, session, *kept, size, int(bool(row.get("sent")))),
        )
        self._added += 1
        if self._added % 32 == 1:
            self._tidy(connection)
        return int(cursor.lastrowid or 0)

    def rows(self, after: int = 0, session: str = "", limit: int = 200) -> list[Kept]:
        """The newest hits after a number, oldest first."""
        found = self._connection.execute(
            "SELECT id, row, changed FROM hit WHERE id > ? AND (? = '' OR session = ?) ORDER BY id DESC LIMIT ?",
            (after, session, session, limit),
        ).fetchall()
        return _rows(reversed(found))

    def unsettled(self) -> list[Kept]:
        """The hits of which some payload may still reach another end, oldest first."""
        return _rows(self._connection.execute("SELECT id, row, changed FROM hit WHERE open = 1 ORDER BY id").fetchall())

    def settle(self, found: Iterable[tuple[int, dict[str, Any], bool]]) -> None:
        """Write rows anew: the hit's number, its row, and whether it is settled."""
        connection = self._connection
        for number, row, settled in found:
            connection.execute(
                "UPDATE hit SET row = ?, open = ?, changed = 1 + (SELECT coalesce(max(changed), 0) FROM hit "
                "WHERE changed > 0) WHERE id = ?",
                (msgspec.json.encode(row), int(not settled), number),
            )

    def changes(self, since: int) -> list[Kept]:
        """The rows that were written anew after a change, in the order of their changes."""
        return _rows(
            self._connection.execute(
                "SELECT id, row, changed FROM hit WHERE changed > ? AND changed > 0 ORDER BY changed", (since,)
            ).fetchall()
        )

    def last_change(self) -> int:
        """The newest change, 0 when there was none."""
        found = self._connection.execute("SELECT coalesce(max(changed), 0) FROM hit WHERE changed > 0").fetchone()
        return int(found[0])

    def last(self) -> int:
        """The number of the newest hit, 0 when there never was one."""
        found = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'hit'").fetchone()
        return int(found[0]) if found else 0

    def find(self, number: int) -> Kept | None:
        """A hit by its number."""
        found = self._connection.execute("SELECT row, document, changed FROM hit WHERE id = ?", (number,)).fetchone()
        return None if found is None else Kept(number, _read(found[0]), _read(found[1]), found[2])

    def clear(self) -> None:
        """Forget all hits."""
        self._connection.execute("DELETE FROM hit")

    def note_flow(self, worker: int, second: int, hits: int, taken: int) -> None:
        """How many hits a worker met in a second while somebody looked."""
        connection = self._connection
        connection.execute(
            "INSERT INTO flow VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET hits = hits + excluded.hits, "
            "taken = taken + excluded.taken",
            (worker, second, hits, taken),
        )
        connection.execute("DELETE FROM flow WHERE second < ?", (second - 120,))

    def flow(self, since: int) -> Flow:
        """The sums over all workers from a second on."""
        found = self._connection.execute(
            "SELECT coalesce(sum(hits), 0), coalesce(sum(taken), 0) FROM flow WHERE second >= ?", (since,)
        ).fetchone()
        return Flow(*map(int, found))

    def ask(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """Rows of the smaller tables, or a change to them."""
        return self._connection.execute(statement, values).fetchall()

    def close(self) -> None:
        """Close the file."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL, 0o600))  # its owner's alone
        try:
            return self._prepared()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise  # busy, or a disk that takes nothing: the file itself may be sound
            for end in ("", "-wal", "-shm"):
                Path(f"{self._path}{end}").unlink(missing_ok=True)
            return self._prepared()

    def _prepared(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None, timeout=5)
        try:
            for pragma in ("journal_mode=WAL", "synchronous=OFF", "journal_size_limit=1048576"):
                connection.execute(f"PRAGMA {pragma}")
            if connection.execute("PRAGMA user_version").fetchone()[0] not in (0, LAYOUT):
                for table in ("hit", "session", "ended", "flow"):
                    connection.execute(f"DROP TABLE IF EXISTS {table}")
            connection.executescript(_SCHEMA)
            connection.execute(f"PRAGMA user_version = {LAYOUT}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _tidy(self, connection: sqlite3.Connection) -> None:
        connection.execute(
            "DELETE FROM hit WHERE id <= coalesce((SELECT max(id) FROM (SELECT id, row_number() OVER newest AS place, "
            "sum(size) OVER newest AS bytes FROM hit WINDOW newest AS (ORDER BY id DESC)) "
            "WHERE place > ? OR bytes > ?), 0)",
            (KEPT, KEPT_BYTES),
        )


def _rows(found: Iterable[Row]) -> list[Kept]:
    return [Kept(number, _read(row), None, changed) for number, row, changed in found]
