"""A lane knows when to send, and backs off with full jitter."""

from __future__ import annotations

import pytest

from container.delivery.lane import LONGEST_RETRY_AFTER, Backoff, Lane

NOW = 1_766_755_500.0


@pytest.mark.parametrize(
    ("failures", "ceiling"), [(1, 1.0), (2, 2.0), (5, 16.0), (10, 512.0), (11, 900.0), (5000, 900.0)]
)
def test_the_ceiling_doubles_up_to_the_longest(failures: int, ceiling: float) -> None:
    assert Backoff(1.0, 900.0, lambda: 1.0).pause(failures) == ceiling


def test_the_jitter_reaches_down_to_nothing() -> None:
    assert Backoff(1.0, 900.0, lambda: 0.0).pause(8) == 0.0
    assert Backoff(1.0, 900.0, lambda: 0.25).pause(8) == 32.0


def test_the_vendor_may_ask_for_more_but_not_for_less_or_for_ever() -> None:
    backoff = Backoff(1.0, 900.0, lambda: 0.5)
    assert backoff.pause(1, 30.0) == 30.0
    assert backoff.pause(10, 30.0) == 256.0
    assert backoff.pause(1, 1e9) == LONGEST_RETRY_AFTER


def test_requests_that_fail_together_are_one_failure() -> None:
    lane = Lane()
    backoff = Backoff(1.0, 900.0, lambda: 1.0)
    for _ in range(4):  # all started while nothing had failed
        lane.failed(0, NOW, backoff, None)
    assert (lane.failures, lane.retry_at) == (1, NOW + 1)
    lane.failed(1, NOW + 1, backoff, None)
    assert (lane.failures, lane.retry_at) == (2, NOW + 3)
    lane.failed(0, NOW + 2, backoff, None)  # one that was under way all the time
    assert (lane.failures, lane.retry_at) == (2, NOW + 3)
    lane.failed(0, NOW + 2, backoff, 60.0)
    assert (lane.failures, lane.retry_at) == (2, NOW + 62)


def test_an_answer_closes_the_breaker() -> None:
    lane = Lane(more=True)
    lane.failed(0, NOW, Backoff(60.0, 900.0, lambda: 1.0), None)
    assert lane.ready_at(NOW, 0, 500, 1.0) == NOW + 60
    lane.succeeded()
    assert lane.ready_at(NOW, 0, 500, 1.0) == NOW


def test_nothing_to_send_is_nothing_to_wait_for() -> None:
    assert Lane().ready_at(NOW, 0, 500, 1.0) is None


def test_a_clock_set_back_while_a_batch_fills_does_not_hold_it() -> None:
    lane = Lane()
    assert lane.ready_at(NOW + 86400, 1, 500, 1.0) == NOW + 86401
    assert lane.ready_at(NOW, 1, 500, 1.0) == NOW + 1
