"""The page Test events: each action once, the browser's copy beside the server's, and why one of them is missing."""

from __future__ import annotations

import asyncio
from typing import Any

from container.sandbox.couples import STATES
from container.web.console.known_hits import hits_of
from container.web.console.page import Ask, Page
from container.web.console.sent import newest
from container.web.console.trying import browser_copy, example
from container.web.console.unmet import explain

SHOWN = 25
"""Actions on one page."""

LONGEST = 1000
"""Characters of a filter: an event of a long name is to be found by it."""

FILTERS = ("event_name", "test_event_code", "pixel_id", "event_id", "state")


async def data(ask: Ask) -> dict[str, Any]:
    """The newest actions that pass the filters; in live mode what was sent, since Meta alone sees both copies."""
    chosen = {name: ask.query.get(name, "")[:LONGEST] for name in FILTERS}
    found: dict[str, Any] = {
        "sandbox": ask.app.sandbox is not None,
        "filters": chosen,
        "states": STATES,
        "choices": {},
        "actions": [],
        "older": 0,
        "counts": {},
        "sent": [],
        "sent_trouble": "",
        "example": example(ask),
        "browser_copy": browser_copy(ask),
    }
    sandbox = ask.app.sandbox
    if sandbox is None:
        store, now = ask.app.configuration.delivery.store, ask.app.desk.clock()
        names = chosen["event_name"], chosen["event_id"]
        found["sent"], found["sent_trouble"] = await asyncio.to_thread(newest, store, now, *names)
        return found
    before = ask.query.get("before", "")
    last = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else 0
    actions = await sandbox.couples(SHOWN + 1, before=last, **chosen)
    hits = await hits_of(ask, [one["event_id"] for one in actions])
    for one in actions:
        one["hit"] = hits.get(one["event_id"] or "", 0)
    await explain(ask, actions[:SHOWN])
    found["actions"] = actions[:SHOWN]
    found["older"] = actions[SHOWN - 1]["id"] if len(actions) > SHOWN else 0
    found["choices"] = await sandbox.choices()
    found["counts"] = sandbox.counts()
    return found


PAGE = Page("/test-events", "Test events", "test_events.html", data, place=2, scripts=("again.js",))
