"""The delivery loop: takes batches out of the outbox when they are due and brings them to the vendors, side by side."""

from __future__ import annotations

import asyncio
import logging
import random as randomness
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from container.component import Tag
from container.delivery.attempt import Attempt, Tally
from container.delivery.clock import Clock
from container.delivery.destination import LONGEST_REST, Destination, gone
from container.delivery.means import Means, Pace
from container.delivery.state import DestinationState
from container.outbox import Group, Outbox, OutboxError
from container.transport import Sender

_REFRESH_EVERY = 5.0
_AFTER_TROUBLE = 1.0
_log = logging.getLogger("container.delivery")


class Delivery:
    """Brings every payload of the outbox to its end.

    ``tags`` gives the tags of the configuration in force by name; ``endpoint`` where a tag's requests go; the rest of
    the settings are those of ``Pace``. Nothing is sent past the tag's ``oldest``. Order is not promised. A slow or dead
    destination holds up no other. ``watch`` is told of every request.
    """

    def __init__(
        self,
        outbox: Outbox,
        transport: Sender,
        tags: Callable[[], Mapping[str, Tag]],
        endpoint: Callable[[Tag], str],
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        random: Callable[[], float] = randomness.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        watch: Callable[[Attempt], None] = lambda attempt: None,
        **pace: Any,
    ) -> None:
        self._outbox = outbox
        self._tags = tags
        self._endpoint = endpoint
        self._clock = Clock(clock, monotonic)
        self._awake = asyncio.Event()
        self._means = Means(
            outbox=outbox,
            sender=transport,
            clock=self._clock,
            pace=Pace(**pace),
            random=random,
            sleep=sleep,
            watch=watch,
            finished=self._awake.set,
        )
        self._known: dict[tuple[str, str], Destination] = {}
        self._loop_task: asyncio.Task[None] | None = None
        self._resting = False
        self._wakes = 0
        self._draining = False
        self._refreshed = float("-inf")
        self._trouble = ""

    @property
    def totals(self) -> Tally:
        """What became of payloads since this was made."""
        return self._means.totals

    @property
    def under_way(self) -> int:
        """Batches that are being sent or buried."""
        return len(self._means.tasks)

    def change(self, **pace: Any) -> None:
        """Change settings of ``Pace``, as a reload does; what is under way goes on as it was begun."""
        self._means.pace = replace(self._means.pace, **pace)

    async def start(self) -> None:
        """Begin, with what the outbox holds from before."""
        self._draining = False
        self._loop_task = asyncio.create_task(self._run(), name="delivery")

    async def stop(self, grace: float) -> None:
        """Send what can be sent within ``grace`` seconds, then leave the rest in the outbox."""
        self._draining = True
        self._awake.set()
        if self._loop_task is not None:
            _, late = await asyncio.wait({self._loop_task}, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            self._loop_task = None
        tasks = list(self._means.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self) -> None:
        """Something was put into the outbox. Called for every hit, so it does next to nothing."""
        self._wakes += 1
        if self._resting or self._wakes >= self._means.pace.batch_count:
            self._resting = False
            self._awake.set()

    async def unpark(self, tag: str = "", destination: str | None = None) -> int:
        """Let destinations go on that are parked, and try those that fail at once: all, those of a tag, or one.

        To be called when the configuration was changed, right after it is in force. Returns how many were parked.
        """
        count = 0
        for name, group in self._outbox.groups().items():
            if (tag and tag != name[0]) or (destination is not None and destination != name[1]):
                continue
            known = self._destination(group)
            known.lane.retry_at = 0.0
            if group.parked and group.parked != gone(group.tag):
                await known.unpark("by a reload" if not tag else "by the console")
                count += 1
        self._awake.set()
        return count

    def destinations(self) -> list[DestinationState]:
        """How every destination is, by tag and destination. Reads memory only, so it may be asked at any rate."""
        return [self._destination(group).state() for _, group in sorted(self._outbox.groups().items())]

    async def step(self) -> float:
        """One round: start every request that may start now. Returns the seconds until there is more to do."""
        self._wakes = 0
        for notice in self._outbox.notices():
            _log.error("%s", notice)
        passed = self._clock.passed()
        if passed >= self._refreshed + _REFRESH_EVERY:
            self._refreshed = passed
            await self._outbox.refresh()
            for group in self._outbox.groups().values():
                self._destination(group).follow()
        tags = self._tags()
        rest = LONGEST_REST
        for group in self._outbox.groups().values():
            if group.pending:
                tag = tags.get(group.tag)
                endpoint = self._endpoint(tag) if tag is not None else ""
                rest = min(rest, await self._destination(group).serve(tag, endpoint, self._draining))
        return rest

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        while self._means.tasks:
            await asyncio.wait(self._means.tasks)

    def _destination(self, group: Group) -> Destination:
        name = (group.tag, group.destination)
        found = self._known.get(name)
        if found is None or found.group is not group:
            found = self._known[name] = Destination(group, self._means)
        return found

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._awake.clear()
            try:
                rest = await self.step()
                self._trouble = ""
            except OutboxError as error:
                if self._trouble != str(error):
                    self._trouble = str(error)
                    _log.error("%s", error)
                rest = _AFTER_TROUBLE
            except Exception as error:  # noqa: BLE001 - the loop outlives it; its text may hold data
                _log.error("delivery: a round failed (%s)", type(error).__name__)
                rest = _AFTER_TROUBLE
            if self._draining and not self._means.tasks:
                return
            rest = min(rest, _REFRESH_EVERY)
            wait = self._means.pace.batch_wait
            self._resting = rest > wait
            if not self._resting:
                # A batch is filling somewhere. Hits do not wake us then, so look now and then for a new destination.
                rest = min(rest, max(wait / 4, 0.001))
            timer = loop.call_later(rest, self._awake.set)
            await self._awake.wait()
            timer.cancel()
