"""The lane: what delivery knows of one destination, and when it may send there again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from container.outbox.outbox import FURTHEST_DUE

LONGEST_RETRY_AFTER = 3600.0
"""Seconds a vendor may ask us to wait; longer ones are cut, so that a slip of theirs does not silence a destination."""

PROBE_PARKED_EVERY = 900.0
"""Seconds between looks whether a parked destination takes payloads again."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential backoff with full jitter: a random time up to ``first * 2**(failures - 1)``, at most ``longest``.

    Full jitter spreads the retries of many senders evenly. ``random`` gives a number in [0, 1).
    """

    first: float
    longest: float
    random: Callable[[], float]

    def pause(self, failures: int, retry_after: float | None = None) -> float:
        """Seconds to wait after so many failures in a row; never less than the vendor asked for."""
        ceiling = min(self.longest, FURTHEST_DUE, self.first * 2.0 ** min(max(failures - 1, 0), 60))
        pause = self.random() * ceiling
        if retry_after is not None and retry_after > pause:
            pause = min(retry_after, LONGEST_RETRY_AFTER)
        return pause


@dataclass(slots=True)
class Lane:
    """One tag and destination. Times are unix seconds.

    ``failures`` in a row open the breaker: nothing is sent before ``retry_at``, and then one request to see. ``seen``
    is how many arrivals have been looked for in the outbox, ``fill_until`` when a batch that is filling is sent as it
    is, ``next_due`` when a payload put off becomes due; ``more`` says that some are due now.
    """

    in_flight: int = 0
    failures: int = 0
    retry_at: float = 0.0
    seen: int = 0
    fill_until: float | None = None
    next_due: float | None = None
    more: bool = False
    probe_at: float = 0.0

    def ready_at(self, now: float, arrivals: int, batch_count: int, batch_wait: float) -> float | None:
        """When to take the next batch; ``now`` for at once, None when there is nothing to wait for."""
        times: list[float] = []
        new = arrivals - self.seen
        if self.more or new >= batch_count:
            times.append(now)
        elif new > 0:
            if self.fill_until is None or self.fill_until > now + batch_wait:  # the clock may have been set back
                self.fill_until = now + batch_wait
            times.append(self.fill_until)
        if self.next_due is not None:
            times.append(self.next_due if self.next_due <= now + FURTHEST_DUE else now)
        if not times:
            return None
        first = min(times)
        return max(first, self.retry_at) if self.failures and self.retry_at <= now + FURTHEST_DUE else first

    def taking(self, arrivals: int) -> None:
        """A batch is about to be taken: all that arrived is being looked at, and until then there may be more."""
        self.seen = arrivals
        self.fill_until = None
        self.more = True

    def succeeded(self) -> None:
        """The vendor answered as it should: the breaker closes."""
        self.failures = 0
        self.retry_at = 0.0

    def failed(self, failures_before: int, now: float, backoff: Backoff, retry_after: float | None) -> float:
        """The vendor did not take a request; returns when to try again.

        Of several requests that were under way together only the first counts: one outage is one failure.
        """
        if self.failures <= failures_before:
            self.failures = failures_before + 1
            self.retry_at = now + backoff.pause(self.failures, retry_after)
        elif retry_after is not None:
            self.retry_at = max(self.retry_at, now + min(retry_after, LONGEST_RETRY_AFTER))
        return self.retry_at
