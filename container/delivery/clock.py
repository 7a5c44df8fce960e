"""The clock: what the calendar says, what has passed since, and a time that never runs back."""

from __future__ import annotations

from collections.abc import Callable


class Clock:
    """Two sources of time. ``wall`` gives unix seconds and may jump; ``monotonic`` gives seconds that only pass.

    Ages and deadlines go by ``now``; pauses of this process go by ``passed``; what is written down to be tried again
    goes by ``due``, so that a clock set back holds nothing up.
    """

    def __init__(self, wall: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self.now = wall
        self.passed = monotonic
        self._due, self._at = wall(), monotonic()

    def due(self) -> float:
        """Unix seconds as ``now``, except that a step back of the clock is not followed."""
        passed = self.passed()
        self._due = max(self.now(), self._due + max(0.0, passed - self._at))
        self._at = passed
        return self._due
