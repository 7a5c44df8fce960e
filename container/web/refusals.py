"""The refusals: hits that could not be kept, told once at their beginning, now and then, and at their end."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

log = logging.getLogger("tagdock.collect")

TOLD_EVERY = 60.0
"""Seconds between two lines while hits go on being refused: a full disk refuses every one of them."""

QUIET = 5.0
"""Seconds without a refusal after which a kept hit ends it: at its limit an outbox takes and refuses by turns."""


class Refusals:
    """``count`` hits were refused since it began; 0 while all are taken. ``clock`` gives monotonic seconds."""

    __slots__ = ("_began", "_clock", "_last", "_told_at", "_untold", "count")

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.count = 0
        self._untold = 0
        self._began = self._told_at = self._last = 0.0

    def refused(self, why: str) -> None:
        """A hit was refused; ``why`` is the outbox's word, which holds nothing of the hit."""
        now = self._last = self._clock()
        self.count += 1
        if self.count == 1:
            self._began = self._told_at = now
            log.error("a hit was refused with 503, nothing of it was kept: %s", why)
            return
        self._untold += 1
        if now - self._told_at >= TOLD_EVERY:
            log.error("hits are refused with 503, %d more in %.0f s: %s", self._untold, now - self._told_at, why)
            self._told_at, self._untold = now, 0

    def taken(self) -> None:
        """A hit was kept; to be called while ``count`` is not 0 only, so that it costs nothing otherwise."""
        if self._clock() - self._last < QUIET:
            return
        log.warning("taking hits again, %d refused in %.0f s", self.count, self._last - self._began)
        self.count = self._untold = 0
