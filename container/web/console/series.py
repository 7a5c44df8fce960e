"""The series: how much waited and what became of it, sampled every few seconds since the server began."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from container.outbox.depth import Depth

FINE = 720
"""Samples that are kept as they were taken: an hour, at one every five seconds."""

COARSE_EVERY = 60.0
COARSE = 1440
"""Samples that are kept a minute apart: a day."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The depth at a moment, in unix seconds."""

    time: float
    depth: Depth


@dataclass(frozen=True, slots=True)
class Span:
    """One span of time: the deepest it was, the oldest age in seconds, and payloads a minute by what became of them.

    Nothing is known (None) of a span without samples.
    """

    time: float
    pending: int | None = None
    oldest: float | None = None
    accepted: float | None = None
    delivered: float | None = None
    suppressed: float | None = None
    dead: float | None = None


class Series:
    """Keeps samples, the recent ones close together."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.since = clock()
        """When it began, in unix seconds."""
        self._clock = clock
        self._fine: deque[Sample] = deque(maxlen=FINE)
        self._coarse: deque[Sample] = deque(maxlen=COARSE)

    def add(self, depth: Depth) -> None:
        """Keep one sample of now."""
        now = self._clock()
        sample = Sample(now, depth)
        for kept in (self._fine, self._coarse):
            while kept and kept[-1].time > now:
                kept.pop()  # the clock was set back: what lies ahead would be drawn nowhere
        self._fine.append(sample)
        if not self._coarse or now - self._coarse[-1].time >= COARSE_EVERY:
            self._coarse.append(sample)

    @property
    def last(self) -> Sample | None:
        """The newest sample."""
        return self._fine[-1] if self._fine else None

    def spans(self, seconds: float, count: int) -> list[Span]:
        """The last ``seconds`` in so many equal spans, oldest first."""
        now = self._clock()
        step = seconds / count
        samples = self._of(now - seconds)
        found = []
        place = 0
        before: Sample | None = None
        for number in range(count):
            begin = now - seconds + number * step
            within: list[Sample] = []
            while place < len(samples) and (samples[place].time < begin + step or number == count - 1):
                if samples[place].time >= begin:
                    within.append(samples[place])
                else:
                    before = samples[place]
                place += 1
            found.append(_span(begin, before, within))
            before = within[-1] if within else None
        return found

    def _of(self, since: float) -> Sequence[Sample]:
        """The samples from one before a moment on, as close together as they are kept for all of that time."""
        fine = list(self._fine)
        if fine and (fine[0].time <= since or len(fine) < FINE):
            return fine
        first = fine[0].time if fine else float("inf")
        return [*(one for one in self._coarse if one.time < first), *fine]


def _span(begin: float, before: Sample | None, within: Sequence[Sample]) -> Span:
    if not within:
        return Span(begin)
    ages = [max(0.0, one.time - one.depth.oldest) if one.depth.oldest is not None else 0.0 for one in within]
    deepest = max(one.depth.pending for one in within)
    first, last = before or within[0], within[-1]
    minutes = (last.time - first.time) / 60
    if minutes <= 0:
        return Span(begin, deepest, max(ages))

    def rate(end: str) -> float:
        grown: int = getattr(last.depth, end) - getattr(first.depth, end)
        return max(0, grown) / minutes

    return Span(begin, deepest, max(ages), rate("accepted"), rate("delivered"), rate("suppressed"), rate("dead"))
