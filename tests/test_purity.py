"""Routing is pure: the same hit at the same moment comes to the same, traced or not, with the shipped configuration."""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from container.config.document import Configuration
from container.config.load import load
from container.hit import Hit
from container.hit_file import read_hits
from container.runtime import route
from tests.fakes import NOW

ROOT = Path(__file__).parents[1]
HITS = [hit for name in ("ga4", "pixel") for hit in read_hits(ROOT / "tests" / "hits" / f"{name}.jsonl")]


@cache
def shipped() -> Configuration:
    return load(ROOT / "config.yaml", {}).whole()


def fresh(hit: Hit, **changes: object) -> Hit:
    """The hit with nothing remembered from an earlier reading."""
    fields = {name: getattr(hit, name) for name in ("method", "path", "query_string", "headers", "body", "ip", "id")}
    return Hit(**copy.deepcopy(fields | changes))  # type: ignore[arg-type]


def consenting(hit: Hit) -> Hit:
    """The hit of a visitor whom the shop's banner has asked."""
    return fresh(hit, headers={"user-agent": "Firefox/140.0", **hit.headers, "cookie": "cmp_marketing=yes"})


def check(hit: Hit, now: float) -> None:
    first, second = (route(fresh(hit), shipped(), now, explain=True) for _ in range(2))
    silent = route(fresh(hit), shipped(), now)
    assert first.trace is not None
    assert second.trace is not None
    assert repr(first.trace.to_json()) == repr(second.trace.to_json())
    assert first.outgoing == second.outgoing == silent.outgoing
    assert first.suppressed == second.suppressed == silent.suppressed
    assert first.cookies == second.cookies == silent.cookies
    assert first.answer == second.answer == silent.answer
    assert first.events == silent.events
    assert first.failures == silent.failures == []
    fired = [tag for event in first.trace.events for tag in event.tags if tag.outcome == "fired"]
    assert len(fired) == len(silent.outgoing)


@pytest.mark.parametrize("hit", HITS, ids=lambda hit: hit.id)
def test_a_captured_hit_comes_to_the_same_twice_and_with_or_without_a_trace(hit: Hit) -> None:
    check(hit, NOW)
    check(consenting(hit), NOW)


def test_captured_hits_do_leave() -> None:
    # Else the comparisons above would compare nothing with nothing.
    assert sum(len(route(consenting(hit), shipped(), NOW).outgoing) for hit in HITS) >= 30


@settings(max_examples=150)
@given(
    some.sampled_from(HITS),
    some.floats(1.6e9, 1.9e9),
    some.sampled_from(["", "cmp_marketing=yes", "cmp_marketing=yes; _fbp=fb.1.1700000000000.7"]),
    some.sampled_from(["", "198.51.100.7", "2001:db8::7", "10.0.0.1"]),
    some.integers(0, 400),
    some.text(max_size=12),
)
def test_a_changed_hit_at_any_moment_comes_to_the_same_twice(
    hit: Hit, now: float, cookie: str, ip: str, cut: int, extra: str
) -> None:
    query = hit.query_string[: max(0, len(hit.query_string) - cut)] + extra
    check(fresh(hit, query_string=query, headers={**hit.headers, "cookie": cookie}, ip=ip), now)
