"""An engine of the outbox under test: where it lives, and a life for every piece of work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from container.outbox import Outbox
from tests.outbox.entries import NOW

Work = Callable[[Outbox], Awaitable[None]]


class Engine:
    """Inherit and give ``make``: an engine on a place of its own, the same one every time for the same folder.

    ``now`` is what its clock says.
    """

    now = NOW

    def make(self, folder: Path, max_pending: int = 0, max_bytes: int = 0, max_age: float = 0.0) -> Outbox:
        raise NotImplementedError

    def run(self, folder: Path, *lives: Work, max_pending: int = 0, max_bytes: int = 0, max_age: float = 0.0) -> None:
        """Let the engine live once for every piece of work, opened and closed around it."""

        async def live(work: Work) -> None:
            outbox = self.make(folder, max_pending, max_bytes, max_age)
            assert await outbox.open() == ""
            try:
                await work(outbox)
            finally:
                await outbox.close()

        for work in lives:
            asyncio.run(live(work))
