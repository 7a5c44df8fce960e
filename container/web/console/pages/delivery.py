"""The page Delivery: how much waits and what became of it over time, every destination's state, the dead letters."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from container.outbox.accounts import NOT_TRIED, accounts, joined
from container.outbox.files import files_of
from container.outbox.outbox import SAME_EVENT, Account, OutboxError
from container.web.console.dead_letters import choice_of, found, shown
from container.web.console.matching import unknown
from container.web.console.page import Ask, Done, Page, Refused
from container.web.console.pulse import EVERY
from container.web.console.trying import example

FILTERS = ("tag", "reason", "event_name")
"""What dead letters are narrowed by."""

RANGES = {"15m": 900.0, "1h": 3600.0, "24h": 86400.0}
"""What may be looked at, in seconds."""

SPANS = 60
"""Spans of a drawing at most; each holds two samples or more."""

SHORTEST = 120.0
SHOWN = 25
"""Dead letters on one page."""


async def data(ask: Ask) -> dict[str, Any]:
    """Depth, age and ends over ``range``, the destinations, and the dead letters that pass the filters."""
    app, desk = ask.app, ask.app.desk
    store = app.configuration.delivery.store
    books, troubles = await asyncio.to_thread(_books, store)
    tags = {one.tag for one in books}
    known_values = {"range": tuple(RANGES), "tag": tags | set(app.configuration.tags)}
    notes = unknown(ask.query, known_values, ("range", "after", "id", "until"), FILTERS)
    if notes and ask.program:
        raise Refused("; ".join(notes))
    known = await desk.peers.known()
    series = desk.pulse.series
    if series.last is None:
        await desk.pulse.sample()
    chosen = ask.query.get("range", "")
    range_ = chosen if chosen in RANGES else "15m"
    # Of a server that has just begun no more is drawn than it has been there.
    seconds = min(RANGES[range_], max(SHORTEST, desk.clock() - series.since))
    last = series.last
    after = ask.query.get("after", "")
    filters = {name: ask.query.get(name, "")[:500] for name in FILTERS}
    if filters["tag"] not in known_values["tag"]:
        filters["tag"] = ""
    dead, total, unread = await asyncio.to_thread(
        found,
        store,
        choice_of({**ask.query, **filters}),
        SHOWN + 1,
        int(after) if after.isdigit() and len(after) < 19 else 0,
    )
    return {
        "now": desk.clock(),
        "since": series.since,
        "range": range_,
        "ranges": list(RANGES),
        "spans": [msgspec.to_builtins(one) for one in series.spans(seconds, min(SPANS, int(seconds / (2 * EVERY))))],
        "depth": msgspec.to_builtins(last.depth) if last is not None else None,
        "rate": sum(one.rate for one in known.destinations),
        "destinations": [
            {**msgspec.to_builtins(one), **_book(books, one.tag, one.destination)} for one in known.destinations
        ],
        "silent": known.silent,
        "troubles": [*troubles, *(one for one in unread if one not in troubles)],
        "trouble": app.outbox.trouble(),
        "dead": [shown(one) for one in dead[:SHOWN]],
        "dead_chosen": total,
        "more": dead[SHOWN - 1].id if len(dead) > SHOWN else 0,
        "dead_reasons": _reasons(books, "dead"),
        "filters": filters,
        "unknown": notes,
        "tags": sorted(tags),
        "example": example(ask),
    }


async def resume(ask: Ask, form: Mapping[str, str]) -> Done:
    """Let one destination go on at once: a parked one, or one that waits after failures."""
    tag, destination = form.get("tag", ""), form.get("destination", "")
    known = {(one.tag, one.destination) for one in (await ask.app.desk.peers.known()).destinations}
    if (tag, destination) not in known:
        return Done("There is no such destination any more.", bad=True)
    try:
        count = await ask.app.desk.peers.resume(tag, destination)
    except OutboxError as error:
        return Done(f"It could not be resumed: {error}", bad=True)
    name = f"{tag} ({destination})" if destination else tag
    return Done(f"{name} goes on." if count else f"{name} is tried now.", data={"resumed": count})


def _books(store: str) -> tuple[list[Account], list[str]]:
    parts, troubles = [], []
    for path in files_of(store).values():
        try:
            parts += accounts(path)
        except OutboxError as error:
            troubles.append(str(error))
    return joined(parts), troubles


def _book(books: list[Account], tag: str, destination: str) -> dict[str, Any]:
    """What the books say of a destination: they outlive the process, its counts do not."""
    one = next((one for one in books if (one.tag, one.destination) == (tag, destination)), Account(tag, destination))
    waits = {words: count for words, count in one.reasons.get("pending", {}).items() if words != NOT_TRIED}
    return {
        "books": {name: getattr(one, name) for name in ("accepted", "delivered", "suppressed", "dead")},
        "oldest": one.oldest,
        "left_out": _left_out(one),
        "waits_after": dict(sorted(waits.items(), key=lambda item: -item[1])[:5]),
    }


def _left_out(one: Account) -> dict[str, int]:
    """Of a tag's events without a destination, which never became payloads, how many were left out for which reason;
    nothing where payloads did go there."""
    reasons = one.reasons.get("suppressed", {})
    if one.destination or not one.accepted or one.accepted != one.suppressed or SAME_EVENT in reasons:
        return {}
    return dict(sorted(reasons.items(), key=lambda item: -item[1])[:5])


def _reasons(books: list[Account], end: str) -> list[dict[str, Any]]:
    """Why payloads died, the most frequent first."""
    listed: list[dict[str, Any]] = [
        {"tag": one.tag, "destination": one.destination, "reason": words, "count": count}
        for one in books
        for words, count in one.reasons.get(end, {}).items()
    ]
    return sorted(listed, key=lambda one: -int(one["count"]))[:20]


PAGE = Page("/delivery", "Delivery", "delivery.html", data, place=5, actions={"resume": resume}, scripts=("again.js",))
