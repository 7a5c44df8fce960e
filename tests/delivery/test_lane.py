"""A lane knows what to send when: one payload while the destination fails, what failed before beside what is fresh."""

from __future__ import annotations

from container.delivery.backoff import LONGEST_RETRY_AFTER, Backoff
from container.delivery.lane import DOUBTS, LOOK, PROBE_PARKED_EVERY, Lane, Move
from container.outbox import Group

AT = 1000.0
DUE = 1_766_755_500.0
BACKOFF = Backoff(1.0, 900.0, lambda: 1.0)


def group(pending: int = 10, arrivals: int = 0, parked: str = "") -> Group:
    return Group("meta", "1", arrivals=arrivals, pending=pending, parked=parked)


def following(lane: Lane, group: Group, passed: float = AT) -> Move:
    return lane.next(passed, DUE + passed - AT, group, count=500, wait=1.0, at_once=4)


def test_what_is_there_goes_at_once_and_what_comes_waits_for_more() -> None:
    assert following(Lane(more=True), group()) == Move(AT, "fresh", 500)
    lane = Lane()
    assert following(lane, group(arrivals=3)) == Move(AT + 1, "fresh", 500)
    assert following(lane, group(arrivals=4), AT + 0.5) == Move(AT + 1, "fresh", 500)
    assert following(lane, group(arrivals=500), AT + 0.5) == Move(AT + 0.5, "fresh", 500)


def test_nothing_to_send_is_nothing_to_wait_for() -> None:
    assert following(Lane(), group()).at is None


def test_no_more_than_so_many_are_under_way() -> None:
    assert following(Lane(more=True, in_flight=4), group()).at is None


def test_requests_that_fail_together_are_one_failure() -> None:
    lane = Lane()
    for _ in range(4):  # all started while nothing had failed
        lane.failed(0, AT, BACKOFF, None)
    assert (lane.failures, lane.retry_at) == (1, AT + 1)
    lane.failed(1, AT + 1, BACKOFF, None)
    assert (lane.failures, lane.retry_at) == (2, AT + 3)
    lane.failed(0, AT + 2, BACKOFF, None)  # one that was under way all the time
    assert (lane.failures, lane.retry_at) == (2, AT + 3)


def test_while_it_fails_one_fresh_payload_is_sent_to_see_and_nothing_before_its_time() -> None:
    lane = Lane(more=True)
    lane.failed(0, AT, Backoff(60.0, 900.0, lambda: 1.0), None)
    assert following(lane, group()) == Move(AT + 60, "fresh", 1)
    lane.in_flight = 1
    assert following(lane, group(), AT + 70).at is None


def test_what_is_put_off_is_sent_to_see_when_there_is_nothing_fresh() -> None:
    lane = Lane(put_off=DUE + 90)
    lane.failed(0, AT, Backoff(60.0, 900.0, lambda: 1.0), None)
    assert following(lane, group()) == Move(AT + 90, "put_off", 1)
    lane.put_off = LOOK
    assert following(lane, group()) == Move(AT + 60, "put_off", 1)


def test_an_answer_closes_the_breaker_but_does_not_lift_what_the_vendor_asked_for() -> None:
    lane = Lane(more=True)
    lane.failed(0, AT, BACKOFF, 30.0)
    lane.succeeded()
    assert following(lane, group()) == Move(AT + 30, "fresh", 500)
    lane.failed(0, AT, BACKOFF, 1e9)
    assert following(lane, group(), AT + 1).at == AT + LONGEST_RETRY_AFTER


def test_what_failed_before_goes_when_it_is_due_one_request_at_a_time() -> None:
    lane = Lane(put_off=DUE + 5)
    assert following(lane, group()) == Move(AT + 5, "put_off", 500)
    lane.retrying = 1
    assert following(lane, group()).at is None
    lane.more = True
    assert following(lane, group()) == Move(AT, "fresh", 500)


def test_what_keeps_failing_waits_ever_longer_and_holds_up_nothing_fresh() -> None:
    lane = Lane(put_off=LOOK)
    assert [lane.doubted(AT, BACKOFF) for _ in range(DOUBTS)] == [True, True, False]
    assert following(lane, group()) == Move(AT + 1, "put_off", 1)
    lane.doubted(AT, BACKOFF)
    assert following(lane, group()) == Move(AT + 2, "put_off", 1)
    lane.more = True
    assert following(lane, group()) == Move(AT, "fresh", 500)
    lane.succeeded()
    assert following(lane, group()) == Move(AT, "put_off", 500)


def test_a_parked_lane_looks_now_and_then() -> None:
    lane = Lane(more=True)
    lane.taking(Move(AT, "fresh", 500), 0, AT)
    assert following(lane, group(parked="token")) == Move(AT + PROBE_PARKED_EVERY, "due", 1)
    lane.resumed()
    assert following(lane, group(parked="token")) == Move(AT, "due", 1)


def test_what_remains_after_the_fresh_ones_were_put_off_by_somebody() -> None:
    lane = Lane()
    move = Move(AT, "fresh", 500)
    lane.taking(move, 10, AT)
    lane.took(move, False, False, None, group(pending=10, arrivals=10))
    assert following(lane, group(arrivals=10)) == Move(AT, "put_off", 500)
    lane.took(Move(AT, "put_off", 500), False, False, DUE + 7, group(pending=10, arrivals=10))
    assert following(lane, group(arrivals=10)) == Move(AT + 7, "put_off", 500)


def test_its_state_is_a_word() -> None:
    lane = Lane()
    assert lane.state(AT, "") == "closed"
    assert lane.state(AT, "token") == "parked"
    lane.failed(0, AT, BACKOFF, None)
    assert lane.state(AT, "") == "open"
    assert lane.state(AT + 1, "") == "half-open"
    lane.succeeded()
    assert lane.state(AT, "") == "closed"
