"""The histogram: how often a value fell below which bound."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Bounds in seconds for what a visitor's browser waits for."""

SLOW = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Bounds in seconds for a vendor's answer."""

AGES = (1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 6 * 3600.0, 24 * 3600.0)
"""Bounds in seconds for how old something is when it leaves."""

SIZES = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000)
"""Bounds for the payloads of a request."""


class Histogram:
    """Counts values by ``bounds``, which are upper bounds and rise."""

    __slots__ = ("_bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = tuple(bounds)
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self._bounds, value)] += 1
        self.total += value

    def buckets(self) -> list[tuple[str, float]]:
        """Bound and how many were at most that much, as Prometheus has it; the last bound is ``+Inf``."""
        found, below = [], 0
        for bound, count in zip([*map(str, map(float, self._bounds)), "+Inf"], self.counts, strict=True):
            below += count
            found.append((bound, float(below)))
        return found
