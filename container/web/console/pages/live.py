"""The page Live: hits as they arrive, and what became of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any

from container.web.console.matching import FILTERS, OUTCOMES, became, in_words, matches, unknown
from container.web.console.page import Ask, Page, Refused, Sent
from container.web.console.trying import example
from container.web.tap.ring import Flow, Kept, Ring

SHOWN = 50
"""Rows a page begins with; the script keeps four times as many."""

LOOKED = 30.0
"""Seconds for which hits are taken for somebody who was shown the page once; one without script asks again."""

_WINDOW = 10
"""Seconds over which is told how many of all hits are shown."""

_DRAWN = 200
_TOGETHER = 0.3
"""Seconds between two looks at what other workers wrote down."""


_BESIDE = ("after", "since", "changed")


async def data(ask: Ask) -> dict[str, Any]:
    """The latest hits that pass the filters, newest first."""
    tap, desk = ask.app.desk.tap, ask.app.desk
    tap.look(LOOKED)
    await desk.following.look()
    since = int(desk.clock()) - _WINDOW

    def read(ring: Ring) -> tuple[list[Kept], int, int, Flow]:
        after = ask.query.get("after", "")
        return ring.rows(_number(after)), ring.last(), ring.last_change(), ring.flow(since)

    kept, last, changed, flow = await tap.ask(read)
    configuration, sessions = ask.app.configuration, tap.sessions.all()
    known = {
        "outcome": OUTCOMES,
        "client": {*configuration.clients, "nobody", *(one.row["client"] for one in kept if one.row["client"])},
        "tag": {*configuration.tags, *(tag["tag"] for one in kept for tag in one.row["tags"])},
        "session": {"any", *(one.id for one in sessions), *(one.row["session"] for one in kept if one.row["session"])},
    }
    notes = unknown(ask.query, known, _BESIDE)
    if notes and ask.program:
        raise Refused("; ".join(notes))
    chosen = {name: ask.query.get(name, "")[:200] for name in FILTERS}
    for name, values in known.items():
        if chosen[name] not in values:
            chosen[name] = ""
    found = [one for one in reversed(kept) if matches(one.row, chosen)][:SHOWN]
    return {
        "hits": [shown(one) for one in found],
        "last": last,
        "changed": changed,
        "others": len(kept),
        "flow": {"hits": flow.hits, "taken": flow.taken, "seconds": _WINDOW},
        "showing": _showing(in_words(chosen), cleared="after" in ask.query and _number(ask.query["after"]) > 0),
        "filters": chosen,
        "unknown": notes,
        "after": _number(ask.query.get("after", "")),
        "clients": list(configuration.clients),
        "tags": list(configuration.tags),
        "outcomes": OUTCOMES,
        "sessions": [one.to_json() for one in sessions],
        "example": example(ask),
        "sampled": not ask.app.desk.quiet,
    }


def stream(ask: Ask) -> AsyncIterator[Sent]:
    """Hits as they are written down, and again when something became of them; a reader that was cut off goes on where
    it was. Of an older hit that passes the filters no more there is no ``html``."""
    notes = unknown(ask.query, {"outcome": OUTCOMES}, _BESIDE)
    if notes:
        raise Refused("; ".join(notes))
    return _sent(ask)


async def _sent(ask: Ask) -> AsyncIterator[Sent]:
    tap, clock = ask.app.desk.tap, ask.app.desk.clock
    chosen = {name: ask.query.get(name, "")[:200] for name in FILTERS}
    told_after, _, told_changed = ask.request.headers.get("last-event-id", "").partition("-")
    after = _number(told_after or ask.query.get("after", ""))
    changed = _number(told_changed or ask.query.get("changed", ""))
    since = _number(ask.query.get("since", ""))
    pause = _TOGETHER if ask.app.workers.count > 1 else 1.0
    told: Flow | None = None
    with tap.watching():
        after = min(after, await tap.ask(Ring.last))  # the file may have been begun afresh
        changed = min(changed, await tap.ask(Ring.last_change))
        while True:
            bell = tap.bell
            fresh = await tap.ask(partial(Ring.rows, after=after))
            for one in [*fresh, *await tap.ask(partial(Ring.changes, since=changed))]:
                new = one.id > after
                after, changed = max(after, one.id), max(changed, one.changed)
                passes = matches(one.row, chosen)
                if passes or (one.changed and not new and one.id > since):
                    html = _drawn(ask, one, new) if passes else ""
                    yield Sent("hit", {"id": one.id, "html": html}, f"{after}-{changed}")
            flow = await tap.ask(lambda ring: ring.flow(int(clock()) - _WINDOW))
            if flow != told:
                told = flow
                yield Sent("flow", {"hits": flow.hits, "taken": flow.taken, "seconds": _WINDOW}, f"{after}-{changed}")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(bell.wait(), pause)


def _drawn(ask: Ask, kept: Kept, fresh: bool) -> str:
    """A row, drawn once for all who look."""
    drawn, name = ask.app.desk.drawn, (kept.id, kept.changed)
    html = drawn.get(name)
    if html is None:
        html = drawn[name] = ask.fragment("row.html", {"hit": shown(kept), "fresh": fresh})
        while len(drawn) > _DRAWN:
            drawn.popitem(last=False)
    return html


def shown(kept: Kept) -> dict[str, Any]:
    """A row as templates and programs see it."""
    row: Mapping[str, Any] = {name: value for name, value in kept.row.items() if name != "text"}
    return {"id": kept.id, **row, "tags": became(kept.row)}


def _showing(narrowed: str, *, cleared: bool) -> dict[str, str]:
    """What the list shows in words: while all hits are looked at (``whole``), and while only some are (``part``, with
    the names of the numbers in braces)."""
    since = " since you cleared the list" if cleared else ""
    some = "{taken} of {hits} hits of the last {seconds} seconds"
    if narrowed:
        return {
            "whole": f"Showing only hits{since} with this: {narrowed}.",
            "part": f"Looking at {some}, and showing only those with this: {narrowed}.",
        }
    return {"whole": f"Showing every hit{since}.", "part": f"Showing {some}."}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


PAGE = Page("/", "Live", "live.html", data, place=1, stream=stream, scripts=("live.js",))
