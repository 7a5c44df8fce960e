"""The state of a destination: what people and metrics are told of how delivery there goes."""

from __future__ import annotations

import msgspec

from container.delivery.lane import Lane, State
from container.outbox import Group


class DestinationState(msgspec.Struct, frozen=True, kw_only=True):
    """One tag and destination at this moment. Counts are since the process began; the outbox has the books.

    ``state``: ``closed`` when payloads go out, ``open`` while nothing is tried, ``half-open`` when one payload is or
    will be sent to see, ``parked`` when the vendor refuses us and somebody must mend something (``parked_for`` says
    what). ``failures`` in a row opened it; ``next_attempt`` is when it is tried again, in unix seconds, None when it
    need not wait. ``last_status``, ``last_words`` and ``last_at`` (unix seconds) are of the last request; 0, "" and
    None before the first. ``rate`` is payloads delivered a second over about the last minute, ``requests`` how many
    were made by verdict: ``done``, ``later``, ``split``, ``bury``, ``park``.
    """

    tag: str
    destination: str
    state: State
    parked_for: str
    failures: int
    next_attempt: float | None
    last_status: int
    last_words: str
    last_at: float | None
    in_flight: int
    pending: int
    delivered: int
    buried: int
    rate: float
    requests: dict[str, int]


def state_of(group: Group, lane: Lane, now: float, passed: float) -> DestinationState:
    """The state; ``now`` is in unix seconds, ``passed`` in monotonic ones."""
    record, last = lane.record, lane.record.last
    hold = max(lane.probe_at if group.parked else lane.retry_at, lane.asked_until)
    return DestinationState(
        tag=group.tag,
        destination=group.destination,
        state=lane.state(passed, group.parked),
        parked_for=group.parked,
        failures=lane.failures,
        next_attempt=now + hold - passed if hold > passed else None,
        last_status=last.status if last else 0,
        last_words=last.reason if last else "",
        last_at=record.last_at if last else None,
        in_flight=group.in_flight,
        pending=group.pending,
        delivered=record.delivered,
        buried=record.buried,
        rate=record.rate(passed),
        requests=dict(record.requests),
    )
