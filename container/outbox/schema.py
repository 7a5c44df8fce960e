"""The tables of an SQLite outbox and the statements on them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import lru_cache

from container.outbox.overflow import TRUE_DESTINATION

VERSION = 5
SMALLEST_KEY = -(2**63)

ROWS_A_GROUP = 2**40
"""A payload's id is its group's number times this, plus how many that group had accepted before.

So the payloads of a group lie side by side in the order they came, and are found without an index, which would cost a
third of a ``put``. An id is never given twice: a late word about a payload that is gone must not meet another one.
"""

# Ids of pages only grow, also of those that are folded: who goes through them by id meets every entry.
LEDGER = """
CREATE TABLE profiles (id INTEGER PRIMARY KEY, used REAL NOT NULL, words TEXT NOT NULL);
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, grp INTEGER NOT NULL, first REAL NOT NULL,
    last REAL NOT NULL, count INTEGER NOT NULL, small INTEGER NOT NULL, size INTEGER NOT NULL,
    records BLOB NOT NULL);
CREATE INDEX ledger_ages ON ledger (last, size);
CREATE INDEX ledger_small ON ledger (id) WHERE small = 1;
"""
"""What is written down of payloads that ended and of events that left none: pages of entries, and their profiles."""

PROOFS = """
CREATE TABLE ledger_lacks (
    grp INTEGER NOT NULL, kind TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (grp, kind)) WITHOUT ROWID;
CREATE TABLE set_aside (
    name TEXT PRIMARY KEY, time REAL NOT NULL, why TEXT NOT NULL, counted INTEGER NOT NULL DEFAULT 0,
    finished INTEGER NOT NULL DEFAULT 0, waiting TEXT NOT NULL DEFAULT '[]', pending INTEGER NOT NULL DEFAULT 0,
    dead INTEGER NOT NULL DEFAULT 0, pages INTEGER NOT NULL DEFAULT 0, entries INTEGER NOT NULL DEFAULT 0,
    lost INTEGER NOT NULL DEFAULT 0);
"""
"""What the proof goes by: how many entries the ledger has less than the books, and what became of damaged files."""

# "grp" is a row of destinations. Only what was put off is in the index of due times; what is fresh is due at once.
# The body of a payload is read only to be sent, so it is the last of the columns.
TABLES = (
    """
CREATE TABLE destinations (
    id INTEGER PRIMARY KEY, tag TEXT NOT NULL, destination TEXT NOT NULL,
    parked TEXT NOT NULL DEFAULT '', resumed_at REAL NOT NULL DEFAULT 0, purged INTEGER NOT NULL DEFAULT 0,
    parked_at REAL NOT NULL DEFAULT 0, type TEXT NOT NULL DEFAULT '', UNIQUE (tag, destination));
CREATE TABLE pending (
    id INTEGER PRIMARY KEY, grp INTEGER NOT NULL, accepted REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL DEFAULT 0,
    status INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '', history TEXT NOT NULL DEFAULT '[]',
    event_name TEXT NOT NULL, event_id TEXT NOT NULL, client TEXT NOT NULL,
    profile INTEGER NOT NULL DEFAULT 0, order_id TEXT NOT NULL DEFAULT '', body BLOB NOT NULL) STRICT;
CREATE INDEX put_off ON pending (grp, due) WHERE attempts > 0;
CREATE TABLE dead (
    id INTEGER PRIMARY KEY, grp INTEGER NOT NULL, died REAL NOT NULL, accepted REAL NOT NULL,
    attempts INTEGER NOT NULL, status INTEGER NOT NULL, reason TEXT NOT NULL, history TEXT NOT NULL DEFAULT '[]',
    event_name TEXT NOT NULL, event_id TEXT NOT NULL, client TEXT NOT NULL,
    profile INTEGER NOT NULL DEFAULT 0, order_id TEXT NOT NULL DEFAULT '', body BLOB NOT NULL) STRICT;
CREATE TABLE books (
    grp INTEGER NOT NULL, end TEXT NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (grp, end, reason)) WITHOUT ROWID;
CREATE TABLE seen (key INTEGER PRIMARY KEY, time INTEGER NOT NULL);
CREATE TABLE seen_log (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, keys BLOB NOT NULL);
"""
    + LEDGER
    + PROOFS
)

UPGRADES = {
    1: """
ALTER TABLE pending ADD COLUMN history TEXT NOT NULL DEFAULT '[]';
ALTER TABLE dead ADD COLUMN history TEXT NOT NULL DEFAULT '[]';""",
    2: f"""
ALTER TABLE pending ADD COLUMN profile INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pending ADD COLUMN order_id TEXT NOT NULL DEFAULT '';
ALTER TABLE dead ADD COLUMN profile INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dead ADD COLUMN order_id TEXT NOT NULL DEFAULT '';
{LEDGER}""",
    # What the ledger lacked until then nobody counted; of events of tags without a destination not even that is known.
    3: f"""
ALTER TABLE destinations ADD COLUMN parked_at REAL NOT NULL DEFAULT 0;
{PROOFS}
INSERT INTO ledger_lacks SELECT grp, end, sum(books.count) - (
    SELECT total(ledger.count) FROM ledger WHERE ledger.grp = books.grp AND kind = end)
FROM books WHERE end IN ('delivered', 'suppressed') GROUP BY grp, end;
INSERT INTO ledger_lacks SELECT id, 'dead', purged - (
    SELECT total(count) FROM ledger WHERE grp = destinations.id AND kind = 'dead') FROM destinations;
INSERT INTO ledger_lacks VALUES (0, 'events', 1);""",
    4: "ALTER TABLE destinations ADD COLUMN type TEXT NOT NULL DEFAULT '';",
}
"""What makes a file of each older version one of the next."""

WIDEST = 32
"""Rows written by one statement. A statement is one release of the interpreter's lock, whatever its width."""


@lru_cache(maxsize=8 * WIDEST)
def insert_pending(rows: int) -> str:
    """Takes id, grp, accepted, event_name, event_id, client, profile, order_id, body for every row."""
    columns = "id, grp, accepted, event_name, event_id, client, profile, order_id, body"
    return f"INSERT INTO pending ({columns}) VALUES " + ", ".join(["(?,?,?,?,?,?,?,?,?)"] * rows)


@lru_cache(maxsize=8 * WIDEST)
def insert_seen(rows: int) -> str:
    """Takes key, time for every row. A key that is there already is out of its window: it starts a new one."""
    return "INSERT OR REPLACE INTO seen (key, time) VALUES " + ", ".join(["(?,?)"] * rows)


@lru_cache(maxsize=8 * WIDEST)
def select_seen(keys: int) -> str:
    """Takes the time now, the window, and the keys; gives those that are within the window, on either side."""
    return f"SELECT key FROM seen WHERE abs(time - ?) < ? AND key IN ({','.join('?' * keys)})"


@lru_cache(maxsize=8 * WIDEST)
def add_to_books(rows: int) -> str:
    """Takes grp, end, reason, count for every row."""
    values = ", ".join(["(?,?,?,?)"] * rows)
    return (
        f"INSERT INTO books (grp, end, reason, count) VALUES {values} "
        "ON CONFLICT (grp, end, reason) DO UPDATE SET count = count + excluded.count"
    )


def write_wide(
    connection: sqlite3.Connection, statement: Callable[[int], str], values: list[object], columns: int
) -> None:
    """Write many rows by few statements; ``values`` holds them one after the other."""
    step = WIDEST * columns
    for start in range(0, len(values), step):
        part = values[start : start + step]
        connection.execute(statement(len(part) // columns), part)


# The reads below give one row that holds many, since every row fetched is a release of the interpreter's lock, and
# on a busy server getting it back can take longer than the read.
FIND_PUT_OFF = """
SELECT json_group_array(json_array(id, size)) FROM (
    SELECT id, length(body) AS size FROM pending WHERE grp = ? AND attempts > 0 AND due <= ? ORDER BY due LIMIT ?)"""
FIND_FRESH = """
SELECT json_group_array(json_array(id, size)) FROM (
    SELECT id, length(body) AS size FROM pending WHERE id >= ? AND id < ? AND attempts = 0 ORDER BY id LIMIT ?)"""
SIZES_OF = """
SELECT json_group_array(json_array(id, length(body))) FROM pending
WHERE id IN (SELECT value FROM json_each(?))"""
READ_PARCELS = """
SELECT json_group_array(json_array(id, length(body), accepted, attempts, status, reason)),
       CAST(group_concat(body, '') AS BLOB)
FROM pending WHERE id IN (SELECT value FROM json_each(?))"""
# Ids follow acceptance, so what is oldest is found at the front, whether it is due or not.
FIND_OLD = """
SELECT json_group_array(json_array(id, size)) FROM (
    SELECT id, length(body) AS size, accepted FROM pending WHERE id >= ? AND id < ? ORDER BY id LIMIT ?)
WHERE accepted <= ?"""
NEXT_DUE = "SELECT min(due) FROM pending WHERE grp = ? AND attempts > 0 AND due > ?"
PULL_BACK = "UPDATE pending SET due = ? WHERE grp = ? AND attempts > 0 AND due > ?"
OLDEST = "SELECT min(accepted) FROM (SELECT accepted FROM pending WHERE id >= ? AND id < ? ORDER BY id LIMIT 1)"

# The history of a payload: an array with a list for every attempt, the oldest first. The last of them, and every one
# whose answer was the same as that of the one after it, is the time alone: its words stand in the row, or after it. So
# an hour of the same refusal costs 20 bytes an attempt.
ATTEMPTS_KEPT = 10
_TOLD = """
CASE WHEN json_array_length(history, '$[#-1]') = 1 AND NOT (status = :status AND reason = :reason)
THEN json_replace(history, '$[#-1]', json_array(json_extract(history, '$[#-1][0]'), status, reason))
ELSE history END"""
_TRIED = f"""
json_insert(CASE WHEN json_array_length(history) >= {ATTEMPTS_KEPT} THEN json_remove({_TOLD}, '$[0]')
ELSE {_TOLD} END, '$[#]', json_array(:now))"""

DELETE = "DELETE FROM pending WHERE id IN (SELECT value FROM json_each(?))"
POSTPONE = f"""
UPDATE pending SET attempts = attempts + 1, due = :due, status = :status, reason = :reason, history = {_TRIED}
WHERE id IN (SELECT value FROM json_each(:ids))"""
COPY_TO_DEAD = f"""
INSERT INTO dead (
    id, grp, died, accepted, attempts, status, reason, history, event_name, event_id, client, profile, order_id, body)
SELECT id, grp, :now, accepted, attempts + :sent, :status, :reason, CASE WHEN :sent THEN {_TRIED} ELSE {_TOLD} END,
       event_name, event_id, client, profile, order_id, body
FROM pending WHERE id IN (SELECT value FROM json_each(:ids))"""
OVERDUE = """
SELECT json_group_array(json_array(id, status, reason)) FROM (
    SELECT id, accepted, status, reason FROM pending WHERE id >= ? AND id < ? ORDER BY id LIMIT ?) WHERE accepted < ?"""
INSERT_DEAD = """
INSERT INTO dead (
    id, grp, accepted, event_name, event_id, client, profile, order_id, body, died, attempts, status, reason, history)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
LOOKED_AT = (
    "SELECT count(*) FROM destinations",
    "SELECT count(*) FROM books",
    "SELECT min(id), max(id) FROM pending",
    "SELECT total(length(body)) FROM (SELECT body FROM pending ORDER BY id LIMIT 100)",
)
"""What is read to see whether a file is sound, at little cost however large it is."""

NAMES_OF = f"""
SELECT {TRUE_DESTINATION}, event_name, event_id FROM pending JOIN destinations ON destinations.id = pending.grp
WHERE pending.id IN (SELECT value FROM json_each(?))"""

LAST_OF_CHUNK = "SELECT max(key) FROM (SELECT key FROM seen WHERE key > ? ORDER BY key LIMIT ?)"
PRUNE_CHUNK = "DELETE FROM seen WHERE key > ? AND key <= ? AND abs(time - ?) >= ?"
