"""The unmet: why the container sent no copy of an event that a browser told Meta of, as far as it knows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from container.config.document import Configuration
from container.ledger.entry import LedgerEntry
from container.ledger.reading import Choice, entries
from container.outbox.files import files_of
from container.outbox.outbox import OutboxError
from container.web.console.page import Ask
from container.web.tap.ring import Ring

LOOKED_UP = 10
"""Events of one page that are looked for in the ledger; each costs a look into its pages of that time."""

AROUND = 900.0
"""Seconds around the browser's copy within which its hit is looked for there."""

_MOST_ROWS = 500
_GRAVEST = ("dead", "failed", "pending", "suppressed", "no_consent", "blocked", "not_triggered", "delivered")
_SAYS = {
    "dead": "Meta did not take the server's copy, which is a dead letter: {reason}",
    "failed": "{tag} failed, so no copy was sent: {reason}",
    "pending": "The server's copy waits to be sent{after}.",
    "suppressed": "{tag} decided not to send a copy: {reason}",
    "no_consent": "No copy for want of consent: {reason}, which {tag} needs.",
    "blocked": "{tag} was {reason}, so no copy was sent.",
    "not_triggered": "No tag fires on this {name}: {reason}",
    "delivered": "{tag} delivered a copy, which is kept here no more.",
}
"""What became of the event for a tag, for people."""

Decision = tuple[str, str, str, int]
"""A tag's name, what became of the event for it, the reason, attempts so far."""


async def explain(ask: Ask, actions: Sequence[dict[str, Any]]) -> None:
    """Write ``why`` anew for actions whose server copy has not come, where the container knows more than that.

    ``hit`` of each is the number of the hit it came of, 0 where none is known.
    """
    wanted = [one for one in actions if one["absent"] and one["event_id"]]
    if not wanted:
        return
    configuration = ask.app.configuration
    numbers = {one["hit"] for one in wanted}
    rows = await ask.app.desk.tap.ask(lambda ring: _rows(ring, numbers)) if any(numbers) else {}
    told = await asyncio.to_thread(_ledger, configuration.delivery.store, wanted[:LOOKED_UP])
    tags = {name for name, one in configuration.tags.items() if one.type == "meta_capi"}
    for one in wanted:
        name = str(one["event_name"])
        seen = [entry for entry in told.get(one["event_id"], ()) if entry[0] in tags]
        row = rows.get(one["hit"])
        if row is not None:
            seen += [(each["tag"], each["outcome"], each["reason"], 0) for each in row["tags"] if each["tag"] in tags]
        listened = any(listens(configuration, tags, each) for each in (name, *(row["names"] if row else ())))
        if not listened and (row is not None or one["said"]):
            one["why"] = f"No tag fires on {name}."
        elif seen:
            one["why"] = in_words(seen, name) or one["why"]
        elif row is None and not one["said"] and len(wanted) <= LOOKED_UP:
            one["why"] += " The container knows of no hit with it."


def listens(configuration: Configuration, tags: Iterable[str], name: str) -> bool:
    """Whether any of these tags could fire for an event of this name."""
    return any(binding.name in tags for binding, _ in configuration.candidates(name))


def in_words(seen: Iterable[Decision], name: str) -> str:
    """What the gravest of some decisions comes to; "" where all there is to say is that a tag fired."""
    known = [one for one in seen if one[1] in _GRAVEST]
    if not known:
        return ""
    tag, outcome, reason, attempts = min(known, key=lambda one: _GRAVEST.index(one[1]))
    after = f" after {attempts} attempt{'' if attempts == 1 else 's'}: {reason}" if attempts and reason else ""
    return _SAYS[outcome].format(tag=tag, reason=reason, name=name, after=after)


def _rows(ring: Ring, numbers: set[int]) -> dict[int, Mapping[str, Any]]:
    return {one.id: one.row for one in ring.rows(limit=_MOST_ROWS) if one.id in numbers}


def _ledger(store: str, wanted: Sequence[dict[str, Any]]) -> dict[str, list[Decision]]:
    """What is written down of these events, by their ids; what cannot be read tells nothing."""
    found: dict[str, list[Decision]] = {}
    try:
        paths = list(files_of(store).values())
        for one in wanted:
            near = Choice(one["received"] - AROUND, one["received"] + AROUND, reference=one["event_id"])
            found[one["event_id"]] = [_decision(entry) for entry in entries(paths, near)]
    except (OutboxError, OSError):
        return found  # the page Delivery says which file cannot be read
    return found


def _decision(entry: LedgerEntry) -> Decision:
    return entry.tag, entry.outcome, entry.reason, entry.attempts
