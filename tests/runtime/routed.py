"""Hits routed through configurations of the tests, and what came of them."""

from __future__ import annotations

import json
from typing import Any

from container.config.document import Configuration
from container.hit import Hit
from container.runtime import Routed, route
from container.trace import OUTCOMES, TagTrace
from tests.fakes import NOW, spoken

PURCHASE = {"event_name": "purchase", "event_id": "o-1", "value": 120}


def sent(routed: Routed) -> list[tuple[str, Any]]:
    return [(one.tag, json.loads(one.body)) for one in routed.outgoing]


def tags(routed: Routed) -> list[TagTrace]:
    assert routed.trace is not None
    assert len(routed.trace.events) == 1
    return routed.trace.events[0].tags


def only(routed: Routed) -> TagTrace:
    (one,) = tags(routed)
    assert one.outcome in OUTCOMES
    return one


def explained(configuration: Configuration, hit: Hit | None = None) -> Routed:
    """The run with its trace, after a look that the run without one sends the same."""
    hit = spoken(PURCHASE) if hit is None else hit
    silent = route(hit, configuration, NOW)
    told = route(hit, configuration, NOW, explain=True)
    assert silent.trace is None
    assert silent.outgoing == told.outgoing
    assert silent.suppressed == told.suppressed
    assert silent.answer == told.answer
    return told
