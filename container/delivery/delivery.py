"""The delivery loop: takes batches out of the outbox when they are due and brings them to the vendors, side by side."""

from __future__ import annotations

import asyncio
import logging
import random as randomness
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from container.component import Tag, Verdict
from container.delivery.dispatch import Dispatch, Tally
from container.delivery.lane import PROBE_PARKED_EVERY, Backoff, Lane
from container.outbox import Group, Outbox, OutboxError, Parcel
from container.transport import Sender

NOT_CONFIGURED = "the tag is not in the configuration"
"""Why a destination is parked whose tag is gone. It goes on by itself when the tag is back."""

_LONGEST_REST = 60.0
_REFRESH_EVERY = 5.0
_AFTER_TROUBLE = 1.0
_log = logging.getLogger("container.delivery")


@dataclass(slots=True, kw_only=True)
class Pace:
    """How fast to deliver: sizes in payloads and bytes, times in seconds.

    A batch goes out when ``batch_count`` payloads or ``batch_bytes`` are there, or ``batch_wait`` after the first. A
    destination has at most ``in_flight`` requests under way, all together ``in_flight_overall``.
    """

    batch_count: int = 500
    batch_wait: float = 1.0
    batch_bytes: int = 4 * 1024 * 1024
    in_flight: int = 4
    in_flight_overall: int = 256
    timeout: float = 30.0


class Delivery:
    """Brings every payload of the outbox to its end.

    ``tags`` gives the tags of the configuration in force by name; ``endpoint`` where a tag's requests go. A payload
    is given up ``give_up_after`` seconds after it was accepted, or after its destination was last unparked, and
    never sent past the tag's ``oldest``. Order is not promised. A slow or dead destination holds up no other.
    ``totals`` counts since it was made, for metrics.
    """

    def __init__(
        self,
        outbox: Outbox,
        transport: Sender,
        tags: Callable[[], Mapping[str, Tag]],
        endpoint: Callable[[Tag], str],
        *,
        batch_count: int = 500,
        batch_wait: float = 1.0,
        retry_first: float = 1.0,
        retry_longest: float = 900.0,
        give_up_after: float = 24 * 3600.0,
        batch_bytes: int = 4 * 1024 * 1024,
        in_flight: int = 4,
        timeout: float = 30.0,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] = randomness.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.totals = Tally()
        self._outbox = outbox
        self._transport = transport
        self._tags = tags
        self._endpoint = endpoint
        self._pace = Pace(
            batch_count=batch_count,
            batch_wait=batch_wait,
            batch_bytes=batch_bytes,
            in_flight=in_flight,
            timeout=timeout,
        )
        self._backoff = Backoff(retry_first, retry_longest, random)
        self._give_up_after = give_up_after
        self._clock = clock
        self._sleep = sleep
        self._lanes: dict[tuple[str, str], Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop_task: asyncio.Task[None] | None = None
        self._awake = asyncio.Event()
        self._resting = False
        self._wakes = 0
        self._draining = False
        self._refreshed = 0.0
        self._trouble = ""

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
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self) -> None:
        """Something was put into the outbox. Called for every hit, so it does next to nothing."""
        self._wakes += 1
        if self._resting or self._wakes >= self._pace.batch_count:
            self._resting = False
            self._awake.set()

    async def unpark(self, tag: str = "", destination: str | None = None) -> int:
        """Let parked destinations go on: all, those of a tag, or one. Returns how many."""
        count = 0
        for name, group in self._outbox.groups().items():
            chosen = (not tag or tag == name[0]) and (destination is None or destination == name[1])
            if chosen and group.parked and group.parked != NOT_CONFIGURED:
                await self._unpark(group)
                count += 1
        self._awake.set()
        return count

    async def step(self) -> float:
        """One round: start every request that may start now. Returns the seconds until there is more to do."""
        self._wakes = 0
        for notice in self._outbox.notices():
            _log.error("%s", notice)
        now = self._clock()
        if not now - _REFRESH_EVERY < self._refreshed <= now:
            self._refreshed = now
            await self._outbox.refresh()
        tags = self._tags()
        rest = _LONGEST_REST
        for group in self._outbox.groups().values():
            tag = tags.get(group.tag)
            if tag is None:
                if group.pending and not group.parked:
                    await self._park(group, NOT_CONFIGURED)
                continue
            if group.parked == NOT_CONFIGURED:
                await self._unpark(group)
            lane = self._lane(group)
            rest = min(rest, await self._serve(lane, group, tag))
        return rest

    async def settle(self) -> None:
        """Wait until no request is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    @property
    def under_way(self) -> int:
        """Batches that are being sent."""
        return len(self._tasks)

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
            if self._draining and not self._tasks:
                return
            rest = min(rest, _REFRESH_EVERY)
            self._resting = rest > self._pace.batch_wait
            if not self._resting:
                # A batch is filling somewhere. Hits do not wake us then, so look now and then for a new destination.
                rest = min(rest, max(self._pace.batch_wait / 4, 0.001))
            timer = loop.call_later(rest, self._awake.set)
            await self._awake.wait()
            timer.cancel()

    async def _serve(self, lane: Lane, group: Group, tag: Tag) -> float:
        """Start what one destination may be sent now; returns the seconds until there is more to do for it."""
        while True:
            now = self._clock()
            allowed = 1 if lane.failures or group.parked else self._pace.in_flight
            if lane.in_flight >= allowed or len(self._tasks) >= self._pace.in_flight_overall:
                return _LONGEST_REST
            arrivals = group.arrivals
            if group.parked:
                at = max(lane.probe_at, now) if group.pending else None
            else:
                wait = 0.0 if self._draining else self._pace.batch_wait
                at = lane.ready_at(now, arrivals, min(self._pace.batch_count, tag.batch_limit), wait)
            if at is None:
                return _LONGEST_REST
            if at > now:
                return at - now
            if not await self._take(lane, group, tag, arrivals, now):
                continue

    async def _take(self, lane: Lane, group: Group, tag: Tag, arrivals: int, now: float) -> bool:
        """Take one batch and start it; false when nothing was due."""
        count = 1 if group.parked else max(1, min(self._pace.batch_count, tag.batch_limit))
        lane.taking(arrivals)
        lane.probe_at = now + PROBE_PARKED_EVERY
        taken = await self._outbox.take(group.tag, group.destination, count, self._pace.batch_bytes, now)
        lane.more, lane.next_due = taken.more, taken.next_due
        if not taken.parcels:
            return False
        dispatch = Dispatch(
            outbox=self._outbox,
            sender=self._transport,
            tag=tag,
            destination=group.destination,
            endpoint=self._endpoint(tag),
            timeout=self._pace.timeout,
            clock=self._clock,
            sleep=self._sleep,
            backoff=self._backoff,
        )
        lane.in_flight += 1
        task = asyncio.create_task(self._bring(dispatch, lane, group, taken.parcels))
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return True

    async def _bring(self, dispatch: Dispatch, lane: Lane, group: Group, parcels: list[Parcel]) -> None:
        """Bring one batch to its ends and learn from it how the destination is."""
        failures = lane.failures
        tally = Tally()
        try:
            verdict = await self._deliver(dispatch, group, parcels, tally)
            if verdict is not None:
                await self._learn(verdict, lane, group, failures)
            if verdict is None or verdict.action != "done" or tally.postponed:
                lane.more = True  # the outbox knows when
            if tally.buried:
                _log.warning("%s: %d dead; see tagdock outbox dead", _called(group), tally.buried)
        except asyncio.CancelledError:
            self._outbox.release(parcels)
            lane.more = True
            raise
        except Exception as error:  # noqa: BLE001 - it must not reach other batches
            _log.error("%s: a batch failed (%s)", _called(group), type(error).__name__)
            self._outbox.release(parcels)
            lane.failed(failures, self._clock(), self._backoff, None)
            lane.more = True
        finally:
            lane.in_flight -= 1
            self.totals.add(tally)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._awake.set()

    async def _deliver(self, dispatch: Dispatch, group: Group, parcels: list[Parcel], tally: Tally) -> Verdict | None:
        """Bury what is past its deadline and send the rest; None when nothing was left to send."""
        now = self._clock()
        late: list[Parcel] = []
        stale: list[Parcel] = []
        good: list[Parcel] = []
        for parcel in parcels:
            if now >= parcel.time + dispatch.tag.oldest:
                stale.append(parcel)
            elif now >= max(parcel.time, group.resumed_at) + self._give_up_after:
                late.append(parcel)
            else:
                good.append(parcel)
        tally.buried += len(late) + len(stale)
        await dispatch.give_up(stale, "too old for the vendor")
        await dispatch.give_up(late, "gave up after the deadline")
        return await dispatch.run(good, tally) if good else None

    async def _learn(self, verdict: Verdict, lane: Lane, group: Group, failures: int) -> None:
        name = _called(group)
        if verdict.action == "later":
            if not lane.failures:
                _log.warning("%s: not accepting (%s); trying again", name, verdict.reason)
            lane.failed(failures, self._clock(), self._backoff, verdict.retry_after)
        elif verdict.action == "park":
            if not group.parked:
                await self._park(group, verdict.reason or "refused")
        else:
            if group.parked:
                await self._unpark(group)
            if lane.failures:
                _log.warning("%s: accepting again", name)
                lane.succeeded()

    def _lane(self, group: Group) -> Lane:
        name = (group.tag, group.destination)
        lane = self._lanes.get(name)
        if lane is None:
            # More than has arrived since the outbox was opened: some is left from before.
            lane = self._lanes[name] = Lane(more=group.pending > group.arrivals)
        return lane

    async def _park(self, group: Group, reason: str) -> None:
        await self._outbox.park(group.tag, group.destination, reason)
        _log.error("%s: parked, everything is kept (%s)", _called(group), group.parked)

    async def _unpark(self, group: Group) -> None:
        await self._outbox.unpark(group.tag, group.destination, self._clock())
        lane = self._lane(group)
        lane.succeeded()
        lane.more = True
        _log.warning("%s: no longer parked", _called(group))


def _called(group: Group) -> str:
    return f"{group.tag} ({group.destination})" if group.destination else group.tag
