"""The pulse: every few seconds how much waits is sampled, and whether a new day began."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from container.outbox.depth import Depth, depth
from container.outbox.files import files_of
from container.outbox.outbox import OutboxError
from container.web.console.series import Series
from container.web.console.today import Today

EVERY = 5.0
"""Seconds between two samples."""

log = logging.getLogger("tagdock")


class Pulse:
    """Samples the outbox files of all workers into ``series``; ``store`` is their address, None where another worker
    does it."""

    def __init__(
        self,
        store: str | None,
        today: Today,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.series = Series(clock)
        self._store, self._today, self._sleep = store, today, sleep
        self._trouble = ""

    async def run(self) -> None:
        """Sample until cancelled. A file that cannot be read leaves a gap, and is told once."""
        while True:
            self._today.tick()
            if self._store is not None:
                await self.sample()
            await self._sleep(EVERY)

    async def sample(self) -> None:
        """Take one sample now."""
        assert self._store is not None
        try:
            self.series.add(await asyncio.to_thread(_all, self._store))
            self._trouble = ""
        except (OutboxError, OSError) as error:
            if str(error) != self._trouble:
                self._trouble = str(error)
                log.warning("the console cannot tell how much waits: %s", error)


def _all(store: str) -> Depth:
    found = Depth()
    for path in files_of(store).values():
        found.add(depth(path))
    return found
