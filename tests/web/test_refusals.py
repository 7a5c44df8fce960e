"""Hits that cannot be kept are told once, then once a minute with their number, and when they are taken again."""

from __future__ import annotations

import logging

import pytest

from container.web.refusals import Refusals

FULL = "outbox data/outbox.db: database or disk is full"


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "tagdock.collect")
    return caplog


def lines(told: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(one.levelname, one.getMessage()) for one in told.records]


def test_of_many_refused_hits_the_first_is_told_and_then_a_minute_s_number(told: pytest.LogCaptureFixture) -> None:
    now = [1000.0]
    refusals = Refusals(lambda: now[0])
    for _ in range(62):  # one a second, from 1000 to 1061
        refusals.refused(FULL)
        now[0] += 1
    assert lines(told) == [
        ("ERROR", f"a hit was refused with 503, nothing of it was kept: {FULL}"),
        ("ERROR", f"hits are refused with 503, 60 more in 60 s: {FULL}"),
    ]
    now[0] = 1200.0
    refusals.refused(FULL)
    assert lines(told)[2:] == [("ERROR", f"hits are refused with 503, 2 more in 140 s: {FULL}")]


def test_when_hits_are_taken_again_it_is_told_with_how_many_were_refused(told: pytest.LogCaptureFixture) -> None:
    now = [1000.0]
    refusals = Refusals(lambda: now[0])
    for second in (0, 20, 42):
        now[0] = 1000.0 + second
        refusals.refused(FULL)
    assert refusals.count == 3
    now[0] = 1050.0
    refusals.taken()
    assert lines(told)[1:] == [("WARNING", "taking hits again, 3 refused in 42 s")]
    assert refusals.count == 0
    refusals.refused(FULL)
    assert lines(told)[2:] == [("ERROR", f"a hit was refused with 503, nothing of it was kept: {FULL}")]


def test_at_a_limit_where_one_hit_is_taken_and_the_next_refused_no_line_is_written_for_each(
    told: pytest.LogCaptureFixture,
) -> None:
    now = [1000.0]
    refusals = Refusals(lambda: now[0])
    for _ in range(100):
        refusals.refused(FULL)
        now[0] += 0.1
        refusals.taken()
        now[0] += 0.1
    assert len(lines(told)) == 1
    now[0] += 10
    refusals.taken()
    assert lines(told)[1:] == [("WARNING", "taking hits again, 100 refused in 20 s")]
