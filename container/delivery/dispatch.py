"""The dispatch: one batch packed, sent and judged, split as often as it takes, each part brought to its end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, get_args, get_type_hints

from container.component import Tag, Verdict
from container.delivery.lane import Backoff
from container.outbox import Outbox, OutboxUnavailable, Parcel
from container.transport import Sender

_WRITE_AGAIN_AFTER = 1.0
_ACTIONS = frozenset(get_args(get_type_hints(Verdict)["action"]))


@dataclass(slots=True)
class Tally:
    """What became of payloads: how many were delivered, buried, put off, and by how many requests."""

    requests: int = 0
    delivered: int = 0
    buried: int = 0
    postponed: int = 0

    def add(self, other: Tally) -> None:
        """Count what became of others too."""
        self.requests += other.requests
        self.delivered += other.delivered
        self.buried += other.buried
        self.postponed += other.postponed


@dataclass(slots=True)
class _Part:
    """Some of a batch: ``first`` when its other half comes next, ``guilty`` when it holds an event at fault."""

    parcels: Sequence[Parcel]
    first: bool = False
    guilty: bool = False


@dataclass(slots=True)
class Dispatch:
    """Brings batches of one destination to their ends."""

    outbox: Outbox
    sender: Sender
    tag: Tag
    destination: str
    endpoint: str
    timeout: float
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    backoff: Backoff

    async def run(self, batch: Sequence[Parcel], tally: Tally) -> Verdict:
        """Deliver what can be delivered; returns what the vendor's behaviour says about the destination.

        ``done``: it answers; ``later``: it does not, or not now; ``park``: it refuses us. A refused batch is halved
        until the event at fault is alone, which takes at most ``2 log2(n)`` requests for each: when the first half of
        a refused batch is accepted, the fault must be in the second, so that is halved without being sent.
        """
        waiting = [_Part(batch)]
        answered = False
        fault = Verdict("done")
        while waiting:
            part = waiting.pop()
            if part.guilty and len(part.parcels) > 1:
                verdict, status, sent = Verdict("split"), 0, False
            else:
                verdict, status, sent = await self._attempt(part.parcels, tally)
            if verdict.action == "split" and len(part.parcels) > 1:
                middle = len(part.parcels) // 2
                waiting += [_Part(part.parcels[middle:]), _Part(part.parcels[:middle], first=True)]
            elif verdict.action == "later":
                await self._postpone(part.parcels, status, verdict)
                tally.postponed += len(part.parcels)
                if sent:
                    self._release(waiting)
                    return verdict
                fault = verdict
            elif verdict.action == "park":
                self._release([*waiting, part])
                return verdict
            elif verdict.action == "done":
                await self._write(partial(self.outbox.done, part.parcels))
                tally.delivered += len(part.parcels)
                if part.first:
                    waiting[-1].guilty = True
            else:
                await self._bury(part.parcels, status, verdict.reason)
                tally.buried += len(part.parcels)
            answered = answered or sent
        return Verdict("done") if answered else fault

    async def give_up(self, batch: Sequence[Parcel], why: str) -> None:
        """Bury what is past its deadline, each with the last answer it got."""
        answers: dict[tuple[int, str], list[Parcel]] = {}
        for parcel in batch:
            answers.setdefault((parcel.status, parcel.reason), []).append(parcel)
        for (status, reason), parcels in answers.items():
            await self._bury(parcels, status, f"{why}; last answer: {reason}" if reason else why, sent=False)

    async def _attempt(self, parcels: Sequence[Parcel], tally: Tally) -> tuple[Verdict, int, bool]:
        """The verdict, the HTTP status, and whether a request left at all."""
        try:
            request = self.tag.pack(self.destination, [parcel.body for parcel in parcels], self.endpoint)
        except Exception as error:  # noqa: BLE001 - a tag is anybody's code; the fault goes into the books
            # Some of them may still be packed without the one that cannot.
            action: Literal["split", "later"] = "split" if len(parcels) > 1 else "later"
            return Verdict(action, f"pack raised {type(error).__name__}"), 0, False
        tally.requests += 1
        response = await self.sender.send(request, self.timeout)
        try:
            verdict = self.tag.judge(response, len(parcels))
            if verdict.action not in _ACTIONS:
                verdict = Verdict("later", "judge gave no verdict")
        except Exception as error:  # noqa: BLE001 - as above
            verdict = Verdict("later", f"judge raised {type(error).__name__}")
        if not verdict.reason and verdict.action != "done":
            verdict = replace(verdict, reason=response.failure or f"HTTP {response.status}")
        return verdict, response.status, True

    async def _postpone(self, parcels: Sequence[Parcel], status: int, verdict: Verdict) -> None:
        attempts = max(parcel.attempts for parcel in parcels) + 1
        due = self.clock() + self.backoff.pause(attempts, verdict.retry_after)
        await self._write(lambda: self.outbox.later(parcels, due, status, verdict.reason))

    async def _bury(self, parcels: Sequence[Parcel], status: int, reason: str, sent: bool = True) -> None:
        await self._write(lambda: self.outbox.bury(parcels, status, reason, self.clock(), sent=sent))

    def _release(self, parts: Sequence[_Part]) -> None:
        for part in parts:
            self.outbox.release(part.parcels)

    async def _write(self, verb: Callable[[], Awaitable[None]]) -> None:
        """Enter an end in the outbox, however long its disk takes to come back: it has happened, it must be known."""
        while True:
            try:
                return await verb()
            except OutboxUnavailable:
                await self.sleep(_WRITE_AGAIN_AFTER)
