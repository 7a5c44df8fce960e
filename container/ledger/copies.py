"""Copies: what the local Meta made of the browser's and the server's copy of one event."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from container.ledger.entry import LedgerEntry
from container.outbox.database import read_only

UNKNOWN = "unknown: Meta tells nobody whether the browser's copy met it"

_EVENTS = """
SELECT id, channel, good, first FROM event WHERE pixel_id = ? AND event_name = ? AND event_id = ? ORDER BY id"""
_SERVER, _BROWSER = 0, 1


def copies(sandbox: Path | None, entry: LedgerEntry) -> str:
    """Whether a payload's event met its browser's copy, in words; "" while it has not reached Meta."""
    if entry.outcome != "delivered":
        return ""
    if sandbox is None:
        return UNKNOWN
    if not sandbox.exists():
        return "the sandbox keeps nothing that could tell"
    try:
        with read_only(sandbox) as connection:
            wanted = (entry.destination.partition(":")[0], entry.event_name, entry.event_id)
            rows = connection.execute(_EVENTS, wanted).fetchall()
    except (OSError, sqlite3.Error):
        return "the sandbox's file cannot be read"
    server = {number for number, channel, good, _ in rows if channel == _SERVER and good}
    browser = {number for number, channel, good, _ in rows if channel == _BROWSER and good}
    if not server:
        return "the sandbox does not keep the event any more"
    if not browser:
        return "no browser's copy of this event_id came"
    firsts = {first for _, _, _, first in rows}
    met = firsts & (server | browser)
    return "the browser's copy met it by event_id" if met else "a browser's copy came and did not meet it"
