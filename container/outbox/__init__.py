"""The outbox: accepted payloads, kept until they reach one of their four ends."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping

from container.component import Entry
from container.outbox.files import file_of
from container.outbox.ledger import KEPT
from container.outbox.ledger import MOST_BYTES as MOST_LEDGER_BYTES
from container.outbox.limits import share
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
from container.outbox.sqlite import MOST_BYTES, MOST_PENDING, SqliteOutbox

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


def open_outbox(
    address: str,
    max_bytes: int = 0,
    max_pending: int = 0,
    max_age: float = 0.0,
    *,
    worker: int = 0,
    workers: int = 1,
    clock: Callable[[], float] = time.time,
    ledger: tuple[float, int] = (KEPT, MOST_LEDGER_BYTES),
    deaths: Counter[tuple[str, str]] | None = None,
    types: Mapping[str, str] | None = None,
) -> Outbox:
    """The outbox at an address as ``delivery.outbox`` has it: an engine, a colon, and what the engine needs.

    ``sqlite:data/outbox.db`` is a file, whose folder is made when missing; of several ``workers`` each has a file of
    its own beside it. A limit of 0 is the engine's own, an age of 0 no limit; limits of size and number are shared
    among the workers. ``ledger`` is for how many seconds its entries are kept, and how many bytes they may fill.
    ``deaths`` counts by tag and destination what dies from now on, and never falls: another thread adds to it.
    ``types`` are those of the tags by name: what a tag made when it was of another type is set apart, see ``retype``.
    Touches nothing yet: ``await outbox.open()`` does. Raises ``ValueError`` for an engine that is not there.
    """
    engine, colon, rest = address.partition(":")
    if engine != "sqlite" or not colon or not rest:
        raise ValueError(f"'{address}' is no outbox; write sqlite: and a path, as in sqlite:data/outbox.db")
    return SqliteOutbox(
        file_of(address, worker),
        share(max_bytes or MOST_BYTES, workers),
        share(max_pending or MOST_PENDING, workers),
        max_age,
        worker,
        [file_of(address, other) for other in range(workers) if other != worker],
        clock,
        (ledger[0], share(ledger[1], workers)),
        deaths,
        types,
    )
