"""The destination: one tag and destination at work, from what is due in the outbox to its ends."""

from __future__ import annotations

import logging

from container.component import Tag, Verdict
from container.delivery.apart import run_apart
from container.delivery.attempt import Attempt, Tally
from container.delivery.deadline import Deadline, Lot
from container.delivery.dispatch import Dispatch, bury
from container.delivery.lane import LOOK, Lane, Move
from container.delivery.means import Means
from container.delivery.state import DestinationState, state_of
from container.outbox import Group, OutboxError, Parcel
from container.outbox.overflow import OTHER
from container.outbox.retyped import made_as

LONGEST_REST = 60.0
"""Seconds after which a destination is looked at again in any case."""

_SWEEP_EVERY = 60.0
_SWEPT_AT_ONCE = 500
_NEVER = float("-inf")
_log = logging.getLogger("container.delivery")


def gone(tag: str) -> str:
    """Why a destination is parked whose tag was taken out, or became one of another type, so that it cannot send what
    it made before. It goes on by itself when the tag is back."""
    made = made_as(tag)
    if made is not None:
        return f"made by the tag {made[0]} when it was of type {made[1]}, which it is no longer"
    return f"the tag {tag} is no longer in the configuration"


class Destination:
    """Takes payloads of one group and brings them to their ends. ``lane`` is what is known of how it goes there."""

    def __init__(self, group: Group, means: Means) -> None:
        self.group = group
        self._means = means
        # More than has arrived since the outbox was opened: some is left from before.
        before = group.pending > group.arrivals
        self.lane = Lane(more=before, put_off=LOOK if before else None, parked=bool(group.parked))
        self._swept_at = _NEVER
        self._sweeping = False

    @property
    def called(self) -> str:
        """Its name for people."""
        group = self.group
        return f"{group.tag} ({group.destination})" if group.destination else group.tag

    def state(self) -> DestinationState:
        """How it is now."""
        return state_of(self.group, self.lane, self._means.clock.now(), self._means.clock.passed())

    async def serve(self, tag: Tag | None, endpoint: str, draining: bool) -> float:
        """Start what may be sent now; returns the seconds until there is more to do. ``tag`` None: it is gone."""
        group, lane = self.group, self.lane
        if tag is None and group.parked != gone(group.tag):  # also over what it was parked for before
            await self._park(gone(group.tag))
        elif tag is not None and group.parked == gone(group.tag):
            await self.unpark("its tag is back")
        self.follow()
        if not self._sweeping and self._means.clock.passed() >= self._swept_at + _SWEEP_EVERY:
            self._swept_at, self._sweeping = self._means.clock.passed(), True
            self._means.begin(self._sweep(tag))
        if tag is None:
            return LONGEST_REST
        pace = self._means.pace
        limit = max(1, min(pace.batch_count, tag.batch_limit))
        while True:
            if lane.in_flight and len(self._means.tasks) >= pace.in_flight_overall:
                return LONGEST_REST
            passed, arrivals = self._means.clock.passed(), group.arrivals
            wait = 0.0 if draining else pace.batch_wait
            move = lane.next(passed, self._means.clock.due(), group, limit, wait, pace.in_flight)
            if move.at is None:
                return LONGEST_REST
            if move.at > passed:
                return move.at - passed
            lane.taking(move, arrivals, passed)
            await self._take(tag, endpoint, move, limit)

    async def unpark(self, why: str) -> None:
        """Let it go on; ``why`` is for the log."""
        await self._means.outbox.unpark(self.group.tag, self.group.destination, self._means.clock.now())
        self._resumed(why)

    def follow(self) -> None:
        """Notice that it was parked, or that somebody let it go on in the file; also while nothing waits for it."""
        if self.lane.parked and not self.group.parked:
            self._resumed("by a command")
        self.lane.parked = bool(self.group.parked)

    async def _take(self, tag: Tag, endpoint: str, move: Move, limit: int) -> None:
        """Take one batch and start it, if anything is due."""
        group, lane, means = self.group, self.lane, self._means
        size, due = means.pace.batch_bytes, means.clock.due()
        taken = await means.outbox.take(group.tag, group.destination, move.most, size, due, move.which)
        lane.took(move, bool(taken.parcels), taken.more, taken.next_due, group)
        if not taken.parcels:
            return
        failures = lane.failures
        dispatch = Dispatch(
            means=means,
            tag=tag,
            name=group.tag,
            destination=group.destination,
            endpoint=endpoint,
            limit=limit,
            note=self._note,
            goes_on=lambda: lane.failures <= failures and lane.asked_until <= means.clock.passed(),
            doubted=lambda: lane.doubted(means.clock.passed(), means.backoff),
        )
        lane.in_flight += 1
        lane.retrying += move.which == "put_off"
        means.begin(self._bring(dispatch, taken.parcels, move, failures))

    async def _bring(self, dispatch: Dispatch, parcels: list[Parcel], move: Move, failures: int) -> None:
        """Bring one batch to its ends and learn from it how the destination is."""
        group, lane, means, tally = self.group, self.lane, self._means, Tally()
        try:
            good, lots = self._deadline(dispatch.tag).past(parcels)
            await self._let_die(lots, tally)
            if good:
                shared = group.destination == OTHER
                outcome = await (run_apart(dispatch, good, tally) if shared else dispatch.run(good, tally))
                if outcome.answers and group.parked:
                    await self.unpark("its vendor answers again")
                if outcome.stopped is not None:
                    await self._stopped(outcome.stopped, 0 if outcome.answers else failures, move)
        except BaseException as error:
            means.outbox.release(parcels)
            tally.released = True
            if not isinstance(error, Exception):
                raise
            _log.error("%s: a batch failed (%s)", self.called, type(error).__name__)
            lane.failed(failures, means.clock.passed(), means.backoff, None)
        finally:
            lane.in_flight -= 1
            lane.retrying -= move.which == "put_off"
            if tally.due is not None:
                lane.postponed(tally.due)
            if tally.released:
                lane.more, lane.put_off = True, LOOK
            self._count(tally)

    async def _stopped(self, verdict: Verdict, failures: int, move: Move) -> None:
        lane, means = self.lane, self._means
        if verdict.action == "park":
            if not self.group.parked:
                await self._park(verdict.reason)
        elif move.which != "put_off" or failures or verdict.retry_after is not None:
            if not lane.failures:
                _log.warning("%s: not accepting (%s); trying again", self.called, verdict.reason)
            lane.failed(failures, means.clock.passed(), means.backoff, verdict.retry_after)

    async def _park(self, reason: str) -> None:
        await self._means.outbox.park(self.group.tag, self.group.destination, reason)
        _log.error("%s: parked, everything is kept (%s)", self.called, self.group.parked)

    def _resumed(self, why: str) -> None:
        self.lane.resumed()
        _log.warning("%s: no longer parked, %s", self.called, why)

    async def _sweep(self, tag: Tag | None) -> None:
        """Bury what is past its deadline, wherever it waits: a destination that is down may not be asked for long."""
        group, means, tally = self.group, self._means, Tally()
        try:
            while True:
                deadline, due = self._deadline(tag), means.clock.due()
                name, size = (group.tag, group.destination), means.pace.batch_bytes
                taken = await means.outbox.take(*name, _SWEPT_AT_ONCE, size, due, "old", deadline.latest)
                if not taken.parcels:
                    break
                try:
                    await self._let_die(deadline.past(taken.parcels)[1], tally)
                except BaseException:
                    means.outbox.release(taken.parcels)
                    raise
        except OutboxError as error:
            _log.error("%s", error)
        finally:
            self._sweeping = False
            self._count(tally)

    async def _let_die(self, lots: list[Lot], tally: Tally) -> None:
        for status, reason, parcels in lots:
            await bury(self._means, parcels, status, reason, tally, sent=False)

    def _deadline(self, tag: Tag | None) -> Deadline:
        """The deadline now. Time spent parked does not count against what the configuration gives."""
        group, now, last = self.group, self._means.clock.now(), self.lane.record.last
        late = now - self._means.pace.give_up_after
        if group.resumed_at > late or (group.parked and tag is not None):
            late = _NEVER
        deadline = Deadline(late, _NEVER)
        if tag is None:
            deadline.late_why = gone(group.tag)
        else:
            deadline.stale = now - tag.oldest
            deadline.last = group.parked or (last.reason if last else "")
        return deadline

    def _note(self, attempt: Attempt) -> None:
        if attempt.action not in ("later", "park"):
            if self.lane.failures:
                _log.warning("%s: accepting again", self.called)
            self.lane.succeeded()
        self.lane.record.note(attempt, self._means.clock.now())
        self._means.watch(attempt)

    def _count(self, tally: Tally) -> None:
        if tally.buried:
            _log.warning("%s: %d dead; see tagdock outbox dead", self.called, tally.buried)
        self.lane.record.ended(tally, self._means.clock.passed())
        self._means.totals.add(tally)
