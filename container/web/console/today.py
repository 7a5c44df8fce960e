"""Today: which client's events fired which tags, counted since the day began or since the server did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec

from container.metrics import Metrics


class Flow(msgspec.Struct):
    """What happened ``since`` (unix seconds): events by client, those a tag listened for too, and what tags decided,
    by client, tag, outcome and reason. ``unclaimed`` are hits that no client took. ``began`` says what began then: the
    ``server``, or the ``day``."""

    since: float
    events: dict[str, int] = msgspec.field(default_factory=dict)
    decided: list[tuple[str, str, str, str, int]] = msgspec.field(default_factory=list)
    unclaimed: int = 0
    began: Literal["server", "day"] = "server"


class Today:
    """Counts by subtracting what the metrics said when the day began, in the zone of the server's clock."""

    def __init__(self, metrics: Metrics, clock: Callable[[], float]) -> None:
        self._metrics, self._clock = metrics, clock
        self._since = clock()
        self._began: Literal["server", "day"] = "server"
        self._day = _day(self._since)
        self._base = self._count()

    def tick(self) -> None:
        """Begin anew when a new day began; to be called every few seconds."""
        now = self._clock()
        if _day(now) != self._day:
            self._since, self._day, self._base, self._began = now, _day(now), self._count(), "day"

    def flow(self) -> Flow:
        """What was counted so far."""
        self.tick()
        (events, decided, unclaimed), (e, d, u) = self._count(), self._base
        return Flow(
            self._since,
            dict(events - e),
            [(*key, count) for key, count in sorted((decided - d).items())],
            unclaimed - u,
            self._began,
        )

    def _count(self) -> tuple[Counter[str], Counter[tuple[str, str, str, str]], int]:
        metrics = self._metrics
        return Counter(metrics.events), metrics.decisions(), metrics.hits["", "unclaimed"]


def joined(flows: list[Flow]) -> Flow:
    """The counts of several workers as one, since the first of them began."""
    first = min(flows, key=lambda one: one.since)
    events: Counter[str] = Counter()
    decided: Counter[tuple[str, str, str, str]] = Counter()
    for one in flows:
        events.update(one.events)
        for client, tag, outcome, reason, count in one.decided:
            decided[client, tag, outcome, reason] += count
    return Flow(
        first.since,
        dict(events),
        [(*key, count) for key, count in sorted(decided.items())],
        sum(one.unclaimed for one in flows),
        first.began,
    )


def _day(now: float) -> str:
    return datetime.fromtimestamp(now).strftime("%Y-%m-%d")
