"""The page Live: hits as they arrive, and what became of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any

from container.trace import OUTCOMES
from container.web.console.matching import FILTERS, matches
from container.web.console.page import Ask, Page, Sent
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


async def data(ask: Ask) -> dict[str, Any]:
    """The latest hits that pass the filters, newest first."""
    tap, desk = ask.app.desk.tap, ask.app.desk
    tap.look(LOOKED)
    since = int(desk.clock()) - _WINDOW

    def read(ring: Ring) -> tuple[list[Kept], int, Flow]:
        return ring.rows(_number(ask.query.get("after", ""))), ring.last(), ring.flow(since)

    kept, last, flow = await tap.ask(read)
    chosen = {name: ask.query.get(name, "")[:200] for name in FILTERS}
    found = [one for one in reversed(kept) if matches(one.row, chosen)][:SHOWN]
    configuration = ask.app.configuration
    return {
        "hits": [shown(one) for one in found],
        "last": last,
        "others": len(kept),
        "flow": {"hits": flow.hits, "taken": flow.taken, "seconds": _WINDOW},
        "filters": chosen,
        "clients": list(configuration.clients),
        "tags": list(configuration.tags),
        "outcomes": OUTCOMES,
        "sessions": [one.to_json() for one in tap.sessions.all()],
        "example": example(ask),
        "sampled": not ask.app.desk.quiet,
    }


async def stream(ask: Ask) -> AsyncIterator[Sent]:
    """Hits as they are written down; a reader that was cut off goes on where it was."""
    tap, clock = ask.app.desk.tap, ask.app.desk.clock
    chosen = {name: ask.query.get(name, "")[:200] for name in FILTERS}
    after = _number(ask.request.headers.get("last-event-id", "") or ask.query.get("after", ""))
    pause = _TOGETHER if ask.app.workers.count > 1 else 1.0
    told: Flow | None = None
    with tap.watching():
        after = min(after, await tap.ask(Ring.last))  # the file may have been begun afresh
        while True:
            bell = tap.bell
            for one in await tap.ask(partial(Ring.rows, after=after)):
                after = one.id
                if matches(one.row, chosen):
                    yield Sent("hit", {"id": one.id, "html": _drawn(ask, one)}, str(one.id))
            flow = await tap.ask(lambda ring: ring.flow(int(clock()) - _WINDOW))
            if flow != told:
                told = flow
                yield Sent("flow", {"hits": flow.hits, "taken": flow.taken, "seconds": _WINDOW}, str(after))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(bell.wait(), pause)


def _drawn(ask: Ask, kept: Kept) -> str:
    """A row, drawn once for all who look."""
    drawn = ask.app.desk.drawn
    html = drawn.get(kept.id)
    if html is None:
        html = drawn[kept.id] = ask.fragment("row.html", {"hit": shown(kept), "fresh": True})
        while len(drawn) > _DRAWN:
            drawn.popitem(last=False)
    return html


def shown(kept: Kept) -> dict[str, Any]:
    """A row as templates and programs see it."""
    row: Mapping[str, Any] = {name: value for name, value in kept.row.items() if name != "text"}
    return {"id": kept.id, **row}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


PAGE = Page("/", "Live", "live.html", data, place=1, stream=stream, scripts=("live.js",))
