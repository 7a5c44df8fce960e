"""The tables of an SQLite outbox and the statements on them."""

from __future__ import annotations

from functools import lru_cache

VERSION = 1

# "grp" is a row of destinations. The body of a payload is read only to be sent, so it is the last of the columns.
# ids are never given twice (AUTOINCREMENT): a late word about a payload that is gone must not meet another one.
TABLES = """
CREATE TABLE destinations (
    id INTEGER PRIMARY KEY, tag TEXT NOT NULL, destination TEXT NOT NULL,
    parked TEXT NOT NULL DEFAULT '', resumed_at REAL NOT NULL DEFAULT 0,
    UNIQUE (tag, destination));
CREATE TABLE pending (
    id INTEGER PRIMARY KEY AUTOINCREMENT, grp INTEGER NOT NULL, due REAL NOT NULL, accepted REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, status INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '',
    event_name TEXT NOT NULL, event_id TEXT NOT NULL, client TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX pending_due ON pending (grp, due);
CREATE TABLE dead (
    id INTEGER PRIMARY KEY, grp INTEGER NOT NULL, died REAL NOT NULL, accepted REAL NOT NULL,
    attempts INTEGER NOT NULL, status INTEGER NOT NULL, reason TEXT NOT NULL,
    event_name TEXT NOT NULL, event_id TEXT NOT NULL, client TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE books (
    grp INTEGER NOT NULL, end TEXT NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (grp, end, reason)) WITHOUT ROWID;
CREATE TABLE seen (key BLOB PRIMARY KEY, time INTEGER NOT NULL) WITHOUT ROWID;
"""

WIDEST = 32
"""Rows written by one statement. A statement is one release of the interpreter's lock, whatever its width."""


@lru_cache(maxsize=8 * WIDEST)
def insert_pending(rows: int) -> str:
    """Takes grp, due, accepted, event_name, event_id, client, body for every row."""
    columns = "grp, due, accepted, event_name, event_id, client, body"
    return f"INSERT INTO pending ({columns}) VALUES " + ", ".join(["(?,?,?,?,?,?,?)"] * rows)


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


# The reads below give one row that holds many, since every row fetched is a release of the interpreter's lock, and
# on a busy server getting it back can take longer than the read.
FIND_DUE = """
SELECT json_group_array(json_array(id, size)) FROM (
    SELECT id, length(body) AS size FROM pending WHERE grp = ? AND due <= ? ORDER BY due, id LIMIT ?)"""
READ_PARCELS = """
SELECT json_group_array(json_array(id, length(body), accepted, attempts, status, reason)),
       CAST(group_concat(body, '') AS BLOB)
FROM pending WHERE id IN (SELECT value FROM json_each(?))"""
NEXT_DUE = "SELECT min(due) FROM pending WHERE grp = ? AND due > ?"
PULL_BACK = "UPDATE pending SET due = ? WHERE grp = ? AND due > ?"

DELETE = "DELETE FROM pending WHERE id IN (SELECT value FROM json_each(?))"
POSTPONE = """
UPDATE pending SET attempts = attempts + 1, due = ?, status = ?, reason = ?
WHERE id IN (SELECT value FROM json_each(?))"""
COPY_TO_DEAD = """
INSERT INTO dead (id, grp, died, accepted, attempts, status, reason, event_name, event_id, client, body)
SELECT id, grp, ?, accepted, attempts + ?, ?, ?, event_name, event_id, client, body
FROM pending WHERE id IN (SELECT value FROM json_each(?))"""
NAMES_OF = "SELECT event_name, event_id FROM pending WHERE id IN (SELECT value FROM json_each(?))"
FORGET_SEEN = "DELETE FROM seen WHERE key = ?"

LAST_OF_CHUNK = "SELECT max(key) FROM (SELECT key FROM seen WHERE key > ? ORDER BY key LIMIT ?)"
PRUNE_CHUNK = "DELETE FROM seen WHERE key > ? AND key <= ? AND abs(time - ?) >= ?"
