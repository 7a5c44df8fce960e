"""The attempts: how often a wrong token may be tried before one has to wait."""

from __future__ import annotations

from collections.abc import Callable

MOST = 10
"""Wrong tokens from one address within ``WITHIN`` seconds."""

MOST_OF_ALL = 100
"""Wrong tokens from all addresses together."""

WITHIN = 60.0
_MOST_ADDRESSES = 1000


class Attempts:
    """Counts wrong tokens by address, and forgets them after a minute. A right one is never kept from being tried by
    what came from elsewhere, unless guessing comes from very many places at once."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failed: dict[str, list[float]] = {}

    def wait(self, address: str) -> float:
        """Seconds until the next token may be tried, 0 when at once."""
        since = self._clock() - WITHIN
        for one, moments in list(self._failed.items()):
            moments[:] = [moment for moment in moments if moment > since]
            if not moments:
                del self._failed[one]
        own = self._failed.get(address, [])
        every = sorted(moment for moments in self._failed.values() for moment in moments)
        waits = [found[-most] - since for found, most in ((own, MOST), (every, MOST_OF_ALL)) if len(found) >= most]
        return max(waits, default=0.0)

    def failed(self, address: str) -> None:
        """A wrong token was tried."""
        if address in self._failed or len(self._failed) < _MOST_ADDRESSES:
            self._failed.setdefault(address, []).append(self._clock())
