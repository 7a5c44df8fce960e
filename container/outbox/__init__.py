"""The outbox: accepted payloads, kept until they reach one of their four ends."""

from __future__ import annotations

from pathlib import Path

from container.component import Entry
from container.outbox.outbox import (
    Account,
    Group,
    Outbox,
    OutboxError,
    OutboxFull,
    OutboxUnavailable,
    Parcel,
    Status,
    Taken,
)
from container.outbox.sqlite import SqliteOutbox

__all__ = [
    "Account",
    "Entry",
    "Group",
    "Outbox",
    "OutboxError",
    "OutboxFull",
    "OutboxUnavailable",
    "Parcel",
    "Status",
    "Taken",
    "open_outbox",
]


def open_outbox(address: str, max_bytes: int = 0, max_pending: int = 0) -> Outbox:
    """The outbox at an address as ``delivery.outbox`` has it: an engine, a colon, and what the engine needs.

    ``sqlite:data/outbox.db`` is a file, whose folder is made when missing. A limit of 0 is the engine's own. Touches
    nothing yet: ``await outbox.open()`` does. Raises ``ValueError`` for an engine that is not there.
    """
    engine, colon, rest = address.partition(":")
    if engine != "sqlite" or not colon or not rest:
        raise ValueError(f"'{address}' is no outbox; write sqlite: and a path, as in sqlite:data/outbox.db")
    limits = {"max_bytes": max_bytes, "max_pending": max_pending}
    return SqliteOutbox(Path(rest), **{name: limit for name, limit in limits.items() if limit})
