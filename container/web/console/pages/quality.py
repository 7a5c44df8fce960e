"""The page Quality: how well events can be matched, how the two channels meet, and what one more key would add."""

from __future__ import annotations

import asyncio
from typing import Any

from container.sandbox.quality import ESTIMATE, WEIGHTS
from container.sandbox.trend import whole
from container.web.console.page import Ask, Page
from container.web.console.pages.test_events import LONGEST
from container.web.console.sent import matched
from container.web.console.trying import example

RANGES = {"1h": 3600.0, "24h": 86400.0, "7d": 7 * 86400.0}
"""What may be looked at, in seconds."""

BUCKETS = 48


async def data(ask: Ask) -> dict[str, Any]:
    """Quality by pixel and event name, and the trend over ``range``. What is estimated says so.

    In live mode of what was sent to Meta, as far as the ledger knows."""
    sandbox = ask.app.sandbox
    chosen = ask.query.get("range", "")
    filters = {
        "range": chosen if chosen in RANGES else "1h",
        "pixel_id": ask.query.get("pixel_id", "")[:100],
        "event_name": ask.query.get("event_name", "")[:LONGEST],
    }
    found: dict[str, Any] = {
        "sandbox": sandbox is not None,
        "filters": filters,
        "ranges": list(RANGES),
        "example": example(ask),
        "events": [],
        "browser_copies": [],
        "only_server": None,
        "trend": [],
        "whole": {},
        "sent": [],
        "sent_trouble": "",
        "estimate": ESTIMATE,
        "weights": WEIGHTS,
        "choices": {"event_name": [], "pixel_id": []},
    }
    now = ask.app.desk.clock()
    if sandbox is None:
        configuration = ask.app.configuration
        tags = {name for name, one in configuration.tags.items() if one.type == "meta_capi"}
        since = now - RANGES[filters["range"]]
        found["sent"], found["sent_trouble"] = await asyncio.to_thread(
            matched, configuration.delivery.store, since, tags
        )
        return found
    told = await sandbox.quality(filters["pixel_id"])
    if filters["event_name"]:
        for part in ("events", "browser_copies"):
            told[part] = [one for one in told[part] if one["event_name"] == filters["event_name"]]
    seconds = RANGES[filters["range"]]
    # Spans begin at full steps, so that what is drawn does not shiver from one look to the next.
    step = seconds / BUCKETS
    until = (now // step + 1) * step
    found |= told
    found["only_server"] = only_server(told["browser_copies"])
    found["trend"] = await sandbox.trend(until - seconds, until, BUCKETS, filters["pixel_id"], filters["event_name"])
    found["whole"] = whole(found["trend"])
    found["choices"] = await sandbox.choices()
    return found


def only_server(copies: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Of the actions that reached Meta as far as pages told, the share only the server told of; how many reached
    nobody, and how many visitors ``refused``. None when no page told anything."""

    def count(*words: str) -> int:
        return sum(one["copies"].get(word, 0) for one in copies for word in words)

    saved, lost, sent = sum(one["saved"] for one in copies), count("blocked", "offline"), count("sent")
    if not (lost or sent or count("refused")):
        return None
    known = saved + sent
    return {
        "saved": saved,
        "known": known,
        "share": round(saved / known, 4) if known else None,
        "nobody": max(lost - saved, 0),
        "refused": count("refused"),
    }


PAGE = Page("/quality", "Quality", "quality.html", data, place=4, scripts=("again.js",))
