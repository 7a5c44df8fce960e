"""Keep what was received in one SQLite file: committed before the answer, bounded, counted.

All writing runs on one thread of its own, so neither a large batch nor a slow disk holds up the event loop. What is
committed survives the death of the process (WAL, synchronous NORMAL); only the newest `keep` events are kept, the
counts go on.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import takewhile
from pathlib import Path

import msgspec

from .deduplication import WINDOW, mark
from .reading import P, Reading, T
from .record import COLUMNS, Exchange, First, Record

COUNTS = ("total", "good", "bad", "deduplicated", "server", "browser", "faulted")
EXCHANGES_KEPT = 500
LAYOUT = 2

_SCHEMA = """
CREATE TABLE IF NOT EXISTS event (
    id INTEGER PRIMARY KEY, received REAL NOT NULL, channel INTEGER NOT NULL, good INTEGER NOT NULL,
    pixel_id TEXT NOT NULL, event_name TEXT NOT NULL, event_id TEXT, event_time INTEGER, action_source TEXT,
    key INTEGER, match_keys INTEGER NOT NULL, findings INTEGER NOT NULL, address TEXT, order_id TEXT,
    first INTEGER, deduplicated_by TEXT, test_event_code TEXT, exchange INTEGER NOT NULL,
    body BLOB NOT NULL, error BLOB);
CREATE INDEX IF NOT EXISTS event_first ON event (first) WHERE first IS NOT NULL;
CREATE TABLE IF NOT EXISTS browser_key (
    key INTEGER NOT NULL, has_id INTEGER NOT NULL, received REAL NOT NULL, event INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS browser_key_key ON browser_key (key);
CREATE INDEX IF NOT EXISTS browser_key_event ON browser_key (event);
CREATE TABLE IF NOT EXISTS exchange (
    id INTEGER PRIMARY KEY, received REAL NOT NULL, method TEXT NOT NULL, target TEXT NOT NULL,
    content_type TEXT NOT NULL, body BLOB NOT NULL, cut INTEGER NOT NULL, status INTEGER NOT NULL,
    answer BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS tally (id INTEGER PRIMARY KEY, counts BLOB NOT NULL);
"""
_INSERT_EVENT = f"INSERT INTO event VALUES ({','.join('?' * COLUMNS)})"
_INSERT_EXCHANGE = f"INSERT INTO exchange VALUES ({','.join('?' * 9)})"
_FIRSTS = "SELECT key, id, received FROM event WHERE id IN (SELECT value FROM json_each(?)) AND received >= ?"
_BROWSERS = (
    "SELECT key, event, received, has_id FROM browser_key WHERE key IN (SELECT value FROM json_each(?)) "
    "AND received >= ? ORDER BY has_id DESC, event"
)


class Store:
    """The received events. `run` is awaited from the event loop; `add` and `reset` run on the writing thread.

    `anonymous_browsers` tells whether any browser copy without an event_id is kept: only then can a server event that
    has one meet it by its fallback keys.
    """

    def __init__(self, path: str | Path = ":memory:", keep: int = 100_000) -> None:
        self._keep, self._chunk = keep, max(keep // 20, 1)
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            with suppress(OSError):  # it is there, or SQLite says what is wrong
                os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))  # its owner's alone; SQLite's others follow it
        self._connection = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        for pragma in (
            "page_size=8192",
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "busy_timeout=5000",
            "cache_size=-8000",
            "wal_autocheckpoint=2000",
            "journal_size_limit=67108864",
        ):
            self._connection.execute("PRAGMA " + pragma)
        self._prepare()
        self._writing = Reading(self._connection, ThreadPoolExecutor(1, "sandbox"))
        self.reading = self._writing  # what is in memory has no second connection
        if str(path) != ":memory:":
            beside = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
            self.reading = Reading(beside, ThreadPoolExecutor(1, "sandbox-reading"))
        self._load()

    def _prepare(self) -> None:
        """Make the tables; a file of another layout starts afresh, since nothing in it is anybody's only copy."""
        if self._connection.execute("PRAGMA user_version").fetchone()[0] not in (0, LAYOUT):
            for (table,) in self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                self._connection.execute(f'DROP TABLE "{table}"')
        self._connection.executescript(_SCHEMA)
        self._connection.execute(f"PRAGMA user_version = {LAYOUT}")

    def _load(self) -> None:
        one = self._connection.execute
        self._oldest, newest = one("SELECT coalesce(min(id), 1), coalesce(max(id), 0) FROM event").fetchone()
        self._next = newest + 1
        self._next_exchange: int = one("SELECT coalesce(max(id), 0) + 1 FROM exchange").fetchone()[0]
        self.anonymous_browsers = bool(one("SELECT EXISTS (SELECT 1 FROM browser_key WHERE NOT has_id)").fetchone()[0])
        # In memory, since an index on keys without order would rewrite itself with every batch.
        self._firsts: dict[int, int] = dict(
            one("SELECT key, id FROM event WHERE good AND first IS NULL AND key IS NOT NULL ORDER BY id")
        )
        tally = one("SELECT counts FROM tally").fetchone()
        self._counts = dict.fromkeys(COUNTS, 0) | (msgspec.json.decode(tally[0]) if tally else {})

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do `work` on the writing thread and wait for it without holding up the loop."""
        return await self._writing.run(work, *args, **kwargs)

    def counts(self) -> dict[str, int]:
        """Counts since the last reset, and how many events are still kept."""
        return {**self._counts, "kept": self._next - self._oldest}

    def close(self) -> None:
        """Finish what was begun and close the file."""
        if self.reading is not self._writing:
            self.reading.close()
        self._writing.close()

    # Everything below runs on the writing thread.

    def add(self, records: list[Record], exchange: Exchange, faulted: bool = False) -> None:
        """Mark copies and commit `records` with the exchange that brought them; raises `sqlite3.Error` if it cannot."""
        counts = dict(self._counts)
        for number, record in enumerate(records, self._next):
            record.id, record.exchange = number, self._next_exchange
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            accepted = [record for record in records if record.good]
            if accepted:
                mark(accepted, *self._known(accepted))
            self._write(records, exchange)
            _count(counts, records)
            counts["faulted"] += faulted
            self._connection.execute("INSERT OR REPLACE INTO tally VALUES (0, ?)", (msgspec.json.encode(counts),))
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._counts = counts
        for record in records:
            if record.good and record.first is None and record.key is not None:
                self._firsts.pop(record.key, None)  # so that the order of keys stays that of the events
                self._firsts[record.key] = record.id
        self._next += len(records)
        self._next_exchange += 1
        if self._next - self._oldest > self._keep + self._chunk:
            self._drop(self._next - self._keep)

    def reset(self) -> None:
        """Forget everything."""
        self._connection.execute("BEGIN IMMEDIATE")
        for table in ("event", "browser_key", "exchange", "tally"):
            self._connection.execute(f"DELETE FROM {table}")
        self._connection.execute("COMMIT")
        self._load()

    def _known(self, records: list[Record]) -> tuple[dict[int, First], dict[int, First]]:
        ids = [self._firsts[record.key] for record in records if record.key in self._firsts]
        meeting = {key for record in records for _, key in record.fallback}
        since = records[0].received - WINDOW
        firsts: dict[int, First] = {}
        browsers: dict[int, First] = {}
        if ids:
            rows = self._connection.execute(_FIRSTS, (msgspec.json.encode(ids).decode(), since))
            firsts = {key: First(event, received, True) for key, event, received in rows}
        if meeting:
            rows = self._connection.execute(_BROWSERS, (msgspec.json.encode(list(meeting)).decode(), since))
            browsers = {key: First(event, received, bool(has_id)) for key, event, received, has_id in rows}
        return firsts, browsers

    def _write(self, records: list[Record], exchange: Exchange) -> None:
        number = self._next_exchange
        self._connection.executemany(_INSERT_EVENT, [record.columns() for record in records])
        meeting = [
            (key, r.key is not None, r.received, r.id)
            for r in records
            if r.good and r.channel == 1
            for _, key in r.fallback
        ]
        if meeting:
            self._connection.executemany("INSERT INTO browser_key VALUES (?,?,?,?)", meeting)
            self.anonymous_browsers = self.anonymous_browsers or not all(has_id for _, has_id, _, _ in meeting)
        e = exchange
        self._connection.execute(
            _INSERT_EXCHANGE,
            (number, e.received, e.method, e.target, e.content_type, e.body, e.cut, e.status, e.answer),
        )
        self._connection.execute("DELETE FROM exchange WHERE id <= ?", (number - EXCHANGES_KEPT,))

    def _drop(self, until: int) -> None:
        self._connection.execute("DELETE FROM event WHERE id < ?", (until,))
        self._connection.execute("DELETE FROM browser_key WHERE event < ?", (until,))
        self._oldest = until
        old = [key for key, event in takewhile(lambda item: item[1] < until, self._firsts.items())]
        for key in old:
            del self._firsts[key]


def _count(counts: dict[str, int], records: Sequence[Record]) -> None:
    good = sum([record.good for record in records])
    browser = sum([record.channel for record in records])
    for name, number in (("good", good), ("bad", len(records) - good), ("browser", browser)):
        counts[name] += number
    counts["total"] += len(records)
    counts["server"] += len(records) - browser
    counts["deduplicated"] += len([1 for record in records if record.first is not None])
