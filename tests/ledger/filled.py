"""An outbox file for the tests of the ledger, with payloads and events whose words are given."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from container.component import Entry
from container.outbox import Outbox, open_outbox
from container.record import ConsentState, Decision, EventRecord
from tests.outbox.entries import NOW, take

DAY = 86400.0
GRANTED = ConsentState(("granted",) * 4, ("hit", "hit", "hit", ""))
BANNER = ConsentState(("granted",) * 4, ("trigger banner", "hit", "trigger banner", ""))


def lived(path: Path, *works: Callable[[Outbox], Awaitable[object]]) -> None:
    """Let the outbox of a file live once for every piece of work; its clock stands at ``NOW``."""

    async def run() -> None:
        for work in works:
            outbox = open_outbox(f"sqlite:{path}", clock=lambda: NOW, ledger=(1e9, 10**9))
            await outbox.open()
            await work(outbox)
            await outbox.close()

    asyncio.run(run())


def event(number: int, *decisions: Decision, at: float = NOW, **words: object) -> EventRecord:
    """A purchase of order ``T`` and its number."""
    made = EventRecord(at, "browser", "purchase", f"o-{number}", f"T{number}", GRANTED, decisions)
    for name, value in words.items():
        setattr(made, name, value)
    return made


def payload(
    record: EventRecord, tag: str = "meta", destination: str = "123", body: bytes = b"{}", *identifiers: str
) -> Entry:
    """A payload of the event."""
    to = (tag, destination, "Purchase" if tag == "meta" else "purchase", record.event_id)
    return Entry(*to, body, record.time, "browser", identifiers, False, record)


async def delivered(outbox: Outbox, *entries: Entry) -> None:
    """Accept payloads and deliver them."""
    await outbox.put(list(entries))
    for tag, destination in {(one.tag, one.destination) for one in entries}:
        await outbox.done(await take(outbox, now=1e12, tag=tag, destination=destination))
