"""The means: what all destinations share, and how fast they go as configured."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field

from container.delivery.attempt import Attempt, Tally
from container.delivery.backoff import Backoff
from container.delivery.clock import Clock
from container.outbox import Outbox, OutboxUnavailable
from container.transport import Sender

_WRITE_AGAIN_AFTER = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Sizes in payloads and bytes, times in seconds.

    A batch goes out when ``batch_count`` payloads or ``batch_bytes`` are there, or ``batch_wait`` after the first. A
    destination has at most ``in_flight`` requests under way. All together have ``in_flight_overall``, except that each
    may always have one, so that those that hang take no other's turn. A request may last ``timeout``.

    A payload is tried again after a random time up to ``retry_first``, then twice that, ... up to ``retry_longest``,
    and given up ``give_up_after`` it was accepted, or after its destination was last unparked.
    """

    batch_count: int = 500
    batch_wait: float = 1.0
    batch_bytes: int = 4 * 1024 * 1024
    retry_first: float = 1.0
    retry_longest: float = 900.0
    give_up_after: float = 24 * 3600.0
    in_flight: int = 4
    in_flight_overall: int = 256
    timeout: float = 30.0


@dataclass(slots=True)
class Means:
    """The outbox, the way to vendors, the clock, the pace, and the tasks that are under way.

    ``random`` gives a number in [0, 1); ``watch`` is told of every request; ``totals`` counts all.
    """

    outbox: Outbox
    sender: Sender
    clock: Clock
    pace: Pace
    random: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    watch: Callable[[Attempt], None]
    finished: Callable[[], None]
    totals: Tally = field(default_factory=Tally)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def backoff(self) -> Backoff:
        """How long to wait after failures."""
        return Backoff(self.pace.retry_first, self.pace.retry_longest, self.random)

    def begin(self, work: Coroutine[None, None, None]) -> None:
        """Let it be done beside everything else; ``finished`` is called when it is."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._ended)

    async def write(self, verb: Callable[[], Awaitable[None]]) -> None:
        """Enter an end in the outbox, however long its disk takes to come back: it has happened, it must be known."""
        while True:
            try:
                return await verb()
            except OutboxUnavailable:
                await self.sleep(_WRITE_AGAIN_AFTER)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.tasks.discard(task)
        self.finished()
