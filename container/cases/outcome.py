"""The outcome: what came of a hit, in the words of ``expect:``."""

from __future__ import annotations

from typing import Any

import msgspec

from container.cases.written import writable
from container.runtime import Routed
from container.trace import TagTrace, Trace


def outcome_of(routed: Routed, *, named: bool) -> dict[str, Any]:
    """Everything a test can expect of what came, traced. With ``named`` the hit itself says which client it is for."""
    trace = routed.trace
    assert trace is not None
    status = routed.answer.status
    cookies = {one.name: one.value for one in routed.cookies}
    tags: dict[str, list[TagTrace]] = {}
    for event in trace.events:
        for tag in event.tags:
            tags.setdefault(tag.tag, []).append(tag)
    expect: dict[str, Any] = {} if named else {"client": trace.client}
    expect["response"] = {"status": status, "cookies": cookies} if cookies else status
    if trace.problems:
        expect["problems"] = list(trace.problems)
    if trace.events:
        expect["events"] = [{"event_name": one.event.get("event_name")} for one in trace.events]
    consent = _consent(trace)
    if consent:
        expect["consent"] = consent
    expect["fired"] = [name for name, ones in tags.items() if any(one.outcome == "fired" for one in ones)]
    skipped = {name: found for name, ones in tags.items() if (found := _reasons(ones))}
    if skipped:
        expect["skipped"] = skipped
    sends = {name: _payloads(ones) for name, ones in tags.items() if name in expect["fired"]}
    if sends:
        expect["sends"] = sends
    return expect


def _consent(trace: Trace) -> dict[str, str]:
    """What was said about the purposes, where every event of the hit says the same."""
    states = [{purpose: word for purpose, word in one.consent.items() if word != "unset"} for one in trace.events]
    return states[0] if states and all(one == states[0] for one in states) else {}


def _reasons(ones: list[TagTrace]) -> str | list[str] | None:
    """Why a tag did not fire: once where it never did for one reason, else for each event that did not fire it."""
    reasons = [_reason(one) for one in ones if one.outcome != "fired"]
    if len(reasons) == len(ones) and len(set(reasons)) == 1:
        return reasons[0]
    return reasons or None


def _reason(one: TagTrace) -> str:
    """The words that stay the same when a trigger gets another condition or a visitor another value."""
    words = one.reason.partition(" (")[0]
    return words.partition(":")[0] if one.outcome == "not_triggered" else words


def _payloads(ones: list[TagTrace]) -> Any:
    """The vendor events as they would be sent. They follow from the hit and the moment alone."""
    bodies = [
        writable(msgspec.json.decode(msgspec.json.encode(one.payload))) for one in ones if one.payload is not None
    ]
    return bodies[0] if len(bodies) == 1 else bodies
