"""The lane: what delivery knows of one destination, and when it may send what there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from container.delivery.attempt import Record
from container.delivery.backoff import Backoff, capped
from container.outbox.outbox import Group, Which

PROBE_PARKED_EVERY = 900.0
"""Seconds between looks whether a parked destination takes payloads again."""

DOUBTS = 3
"""Requests of payloads that failed before which may fail in a row until the destination is asked carefully."""


LOOK = float("-inf")
"""The due time of payloads that may be due already."""


State = Literal["closed", "open", "half-open", "parked"]


class Move(NamedTuple):
    """What to take next: when (monotonic seconds, None for never), which payloads, and how many at ``most``."""

    at: float | None
    which: Which = "fresh"
    most: int = 0


@dataclass(slots=True)
class Lane:
    """One tag and destination. Times are monotonic seconds, except ``put_off``.

    ``failures`` in a row open the breaker: nothing is sent before ``retry_at``, and then one payload to see. What
    failed before is sent beside what is fresh, a request at a time, and so that its failing (``doubts``) holds up
    nothing fresh: ``doubts_until`` is for it alone. ``asked_until`` is the vendor's wish, which no success lifts.

    ``seen`` is how many arrivals have been looked for in the outbox, ``fill_until`` when a batch that is filling is
    sent as it is, ``put_off`` when a payload put off becomes due, by ``Clock.due``; ``more`` says that fresh ones are
    there now.
    """

    in_flight: int = 0
    retrying: int = 0
    failures: int = 0
    retry_at: float = 0.0
    asked_until: float = 0.0
    doubts: int = 0
    doubts_until: float = 0.0
    seen: int = 0
    fill_until: float | None = None
    more: bool = False
    put_off: float | None = None
    probe_at: float = 0.0
    parked: bool = False
    record: Record = field(default_factory=Record)

    def next(self, passed: float, due: float, group: Group, count: int, wait: float, at_once: int) -> Move:
        """The next move: batches of ``count`` payloads, filled for ``wait`` seconds, ``at_once`` of them under way.

        ``due`` is the time that ``put_off`` is compared with.
        """
        if group.parked or self.failures:
            if self.in_flight or not group.pending:
                return Move(None)
            hold = self.probe_at if group.parked else self.retry_at
            which: Which = "due" if group.parked else "fresh" if self._fresh(group) else "put_off"
            at = max(passed, hold, self.asked_until)
            if which == "put_off":
                if self.put_off is None:
                    return Move(None)
                at = max(at, passed + self.put_off - due)
            return Move(at, which, 1)
        if self.in_flight >= at_once:
            return Move(None)
        fresh = self._filled(passed, group, count, wait)
        if self.put_off is not None and not self.retrying:
            again = max(passed, passed + self.put_off - due, self.doubts_until, self.asked_until)
            if fresh is None or again <= max(fresh, self.asked_until):
                return Move(again, "put_off", 1 if self.doubts >= DOUBTS else count)
        return Move(None if fresh is None else max(fresh, self.asked_until), "fresh", count)

    def taking(self, move: Move, arrivals: int, passed: float) -> None:
        """The move is about to be made: all that arrived is being looked at, and until then there may be more."""
        if move.which != "put_off":
            self.seen = arrivals
            self.fill_until = None
            self.more = True
        self.probe_at = passed + PROBE_PARKED_EVERY

    def took(self, move: Move, found: bool, more: bool, next_due: float | None, group: Group) -> None:
        """What the move found: whether anything, whether there is more of it, and when the next put off one is due."""
        if move.which == "put_off":
            self.put_off = LOOK if more else next_due
            return
        self.more = more
        if next_due is not None:
            self.put_off = next_due if self.put_off is None else min(self.put_off, next_due)
        remain = group.pending > group.in_flight and group.arrivals == self.seen
        if not more and remain and (self.put_off is None or not found):
            self.put_off = LOOK  # none of those that remain is fresh

    def postponed(self, due: float) -> None:
        """Payloads were put off until then."""
        self.put_off = due if self.put_off is None else min(self.put_off, due)

    def succeeded(self) -> None:
        """The vendor answered as it should: the breaker closes."""
        self.failures = self.doubts = 0
        self.retry_at = self.doubts_until = 0.0

    def failed(self, failures_before: int, passed: float, backoff: Backoff, retry_after: float | None) -> None:
        """The vendor did not take a request. Of several that were under way together only the first counts."""
        if self.failures <= failures_before:
            self.failures = failures_before + 1
            self.retry_at = passed + backoff.pause(self.failures)
        self.asked_until = max(self.asked_until, passed + capped(retry_after))

    def doubted(self, passed: float, backoff: Backoff) -> bool:
        """What failed before failed again; whether the next of its kind may be tried at once."""
        if self.failures:
            return False
        self.doubts += 1
        if self.doubts >= DOUBTS:
            self.doubts_until = passed + backoff.pause(self.doubts - DOUBTS + 1)
        return self.doubts < DOUBTS

    def resumed(self) -> None:
        """Somebody mended something: everything may be tried at once, apart from what the vendor asked for."""
        self.succeeded()
        self.more = True
        self.put_off = LOOK
        self.parked = False
        self.probe_at = 0.0

    def state(self, passed: float, parked: str) -> State:
        """The breaker in a word: ``closed``, ``open``, ``half-open`` or ``parked``."""
        if parked:
            return "parked"
        if self.asked_until > passed or (self.failures and self.retry_at > passed):
            return "open"
        return "half-open" if self.failures else "closed"

    def _fresh(self, group: Group) -> bool:
        return self.more or group.arrivals > self.seen

    def _filled(self, passed: float, group: Group, count: int, wait: float) -> float | None:
        """When to take what is fresh, None when there is nothing to wait for."""
        new = group.arrivals - self.seen
        if self.more or new >= count:
            return passed
        if new <= 0:
            return None
        if self.fill_until is None or self.fill_until > passed + wait:
            self.fill_until = passed + wait
        return self.fill_until
