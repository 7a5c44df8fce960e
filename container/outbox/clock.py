"""The clock, watched: whether it was set while the process ran."""

from __future__ import annotations

import time
from collections.abc import Callable

SET = 60.0
"""Seconds by which the clock and the time that passed must differ to be told; less is what keeping time does."""

STEADY_AFTER = 3600.0
"""Seconds after a clock was set until ages are believed again: a wrong time is mostly mended sooner."""


def passed() -> float:
    """Seconds that passed since some moment, also while the machine was suspended, whatever the clock was set to."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class WatchedClock:
    """Compares the clock with the time that passed. A machine that was suspended has its clock right: no news."""

    def __init__(self, clock: Callable[[], float], elapsed: Callable[[], float] = passed) -> None:
        self.now = clock
        self._elapsed = elapsed
        self._apart = clock() - elapsed()
        self._set_at: float | None = None

    def look(self) -> str:
        """One line for the log when the clock was set since the last look, else ""."""
        elapsed = self._elapsed()
        moved = self.now() - elapsed - self._apart
        if abs(moved) < SET:
            return ""
        self._apart += moved
        self._set_at = elapsed
        way = "ahead" if moved > 0 else "back"
        return f"the clock was set {way} by {abs(moved):.0f} seconds; for an hour no payload dies of delivery.limit.age"

    def steady(self) -> bool:
        """Whether it was not set for the last hour."""
        return self._set_at is None or self._elapsed() - self._set_at >= STEADY_AFTER
