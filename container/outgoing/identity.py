"""The identity: the id by which vendors deduplicate an event, and the moment it happened."""

from __future__ import annotations

from container.amount import identifier
from container.context import Context
from container.moment import moment

LONGEST = 200
"""Characters of an id; a longer one is no id."""


def given_id(context: Context) -> str:
    """The id the sender gave: ``event_id``, else ``transaction_id``, else ""."""
    for key in ("event_id", "transaction_id"):
        found = identifier(context.event.get(key))
        if found is not None and len(found) <= LONGEST:
            return found.encode("utf-8", "replace").decode()
    return ""


def event_id(context: Context) -> str:
    """The id the sender gave, else one that is the same whenever the same hit is sent again."""
    given = given_id(context)
    if given:
        return given
    context.note("no event_id and no transaction_id: a stable id is sent, which no browser's copy can match")
    stable = context.event.get("x-tagdock-stable-id")
    return stable if isinstance(stable, str) and 0 < len(stable) <= LONGEST else context.stable_id


def event_seconds(context: Context) -> float:
    """When the event happened in unix seconds: as its sender said, never later than it arrived."""
    told = moment(context.event.get("event_time"))
    return context.now if told is None else min(told, context.now)
