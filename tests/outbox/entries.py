"""Entries for the tests, and a run of one coroutine with an open outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from container.outbox import Account, Entry, Outbox, Parcel, open_outbox
from container.record import ConsentState, Decision, EventRecord

NOW = 1_766_755_500.0
T = TypeVar("T")


def entry(number: int = 1, **changes: object) -> Entry:
    """A purchase with its own event_id; its body says its number."""
    entry = Entry(
        tag="meta",
        destination="123",
        event_name="Purchase",
        event_id=f"order-{number}",
        body=b'{"number":%d}' % number,
        time=NOW,
        client="browser",
    )
    for name, value in changes.items():
        setattr(entry, name, value)
    return entry


def record(number: int = 1, *decisions: Decision, **changes: object) -> EventRecord:
    """What is written down about the event of ``entry(number)``: its order is ``T`` and its number."""
    consent = ConsentState(("granted", "granted", "granted", "unset"), ("hit", "hit", "trigger accepted", ""))
    made = EventRecord(NOW, "browser", "purchase", f"order-{number}", f"T{number}", consent, decisions)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def with_outbox(path: Path, work: Callable[[Outbox], Awaitable[T]], **limits: int) -> T:
    """Open the SQLite outbox at a path, do the work, close it."""

    async def run() -> T:
        outbox = open_outbox(f"sqlite:{path}", **limits)  # type: ignore[arg-type]
        await outbox.open()
        try:
            return await work(outbox)
        finally:
            await outbox.close()

    return asyncio.run(run())


async def take(outbox: Outbox, count: int = 100, now: float = NOW, size: int = 1_000_000, **at: str) -> list[Parcel]:
    taken = await outbox.take(at.get("tag", "meta"), at.get("destination", "123"), count, size, now)
    return taken.parcels


async def account(outbox: Outbox, tag: str = "meta", destination: str = "123") -> Account:
    found = [one for one in (await outbox.status()).accounts if (one.tag, one.destination) == (tag, destination)]
    assert len(found) == 1, found
    books = found[0]
    assert books.accepted == books.delivered + books.suppressed + books.dead + books.pending
    return books
