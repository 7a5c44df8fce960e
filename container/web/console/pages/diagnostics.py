"""The page Diagnostics: what is wrong with the events, how often and since when, and how to mend it."""

from __future__ import annotations

import asyncio
from typing import Any

from container.outbox.accounts import NOT_TRIED, accounts, joined
from container.outbox.files import files_of
from container.outbox.outbox import OutboxError
from container.web.console.page import Ask, Page
from container.web.console.trying import example


async def data(ask: Ask) -> dict[str, Any]:
    """The messages on the events the sandbox keeps, the gravest first; in live mode what the vendors refused."""
    sandbox = ask.app.sandbox
    pixel = ask.query.get("pixel_id", "")[:100]
    found: dict[str, Any] = {
        "sandbox": sandbox is not None,
        "filters": {"pixel_id": pixel},
        "messages": [],
        "events": 0,
        "pixels": [],
        "refusals": [],
        "example": example(ask),
    }
    if sandbox is not None:
        found["messages"] = await sandbox.diagnostics(pixel)
        found["events"] = sandbox.counts()["kept"]
        found["pixels"] = (await sandbox.choices())["pixel_id"]
    else:
        found["refusals"] = await asyncio.to_thread(refusals, ask.app.configuration.delivery.store)
    return found


def refusals(store: str) -> list[dict[str, Any]]:
    """What vendors said to payloads that are dead or wait to be tried again, the most frequent first."""
    parts = []
    for path in files_of(store).values():
        try:
            parts += accounts(path)
        except OutboxError:
            continue  # the page Delivery says which file cannot be read
    found = [
        {
            "tag": one.tag,
            "destination": one.destination,
            "state": state,
            "words": words,
            "count": count,
            "of": one.accepted,
        }
        for one in joined(parts)
        for state in ("dead", "pending")
        for words, count in one.reasons.get(state, {}).items()
        if words != NOT_TRIED
    ]
    return sorted(found, key=lambda one: -int(one["count"]))[:100]


PAGE = Page("/diagnostics", "Diagnostics", "diagnostics.html", data, place=3, scripts=("again.js",))
