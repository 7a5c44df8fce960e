"""Captured hits, cut and mutated, and random bytes never make routing fail."""

from __future__ import annotations

from tests.fuzz import run


def test_two_thousand_mutated_hits_raise_nothing_and_no_component_fails() -> None:
    result = run(2_000, seed=7)
    assert result.raised == []
    assert result.refused == 0
    # Most of them are still hits: the run does exercise the clients and the tag.
    assert result.inputs == 2_000
    assert result.claimed > 1_000
    assert result.events > 500
    assert result.payloads > 100
