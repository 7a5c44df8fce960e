"""The dispatch: one batch packed, sent and judged, in as many parts as it takes, each brought to its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, get_args, get_type_hints

import msgspec

from container.component import Tag, Verdict
from container.delivery.attempt import Attempt, Tally
from container.delivery.backoff import asked
from container.delivery.means import Means
from container.delivery.part import Part, parts
from container.outbox import Parcel
from container.outgoing.words import masked

_ACTIONS = frozenset(get_args(get_type_hints(Verdict)["action"]))


@dataclass(slots=True)
class Outcome:
    """What a batch taught about its destination.

    ``answers``: it took or refused something for what it was, so it is there. ``stopped`` is the verdict after which
    the rest was left: it does not accept now (``later``), or refuses us (``park``).
    """

    answers: bool = False
    stopped: Verdict | None = None


@dataclass(slots=True)
class Dispatch:
    """Brings one batch of a tag's payloads to its ends, in requests of at most ``limit``.

    ``note`` is told of every request. ``goes_on`` is asked before each further one whether it may be made; ``doubted``
    says whether to go on when payloads that had failed before fail again, for which the fault may be theirs.
    """

    means: Means
    tag: Tag
    name: str
    destination: str
    endpoint: str
    limit: int
    note: Callable[[Attempt], None]
    goes_on: Callable[[], bool]
    doubted: Callable[[], bool]
    shares: bool = False
    """Whether payloads for other destinations wait in the same group: then a refusal of this one parks none."""

    async def run(self, batch: Sequence[Parcel], tally: Tally) -> Outcome:
        """Deliver what can be delivered.

        A refused part is divided until the event at fault is alone: when one half of it is accepted the fault must be
        in the other, so that is divided without being sent, and each bad event takes at most ``2 log2(n)`` requests.
        """
        waiting = parts(batch, self.limit)
        outcome = Outcome()
        while waiting:
            if tally.requests and not self.goes_on():
                break
            part = waiting.pop()
            if part.guilty and len(part.parcels) > 1:
                verdict, status, sent = Verdict("split"), 0, False
            else:
                verdict, status, sent = await self._attempt(part.parcels, tally)
            if verdict.action in ("later", "park") and not await self._withheld(part, verdict, status, sent, tally):
                outcome.stopped = verdict
                break
            if verdict.action == "split" and len(part.parcels) > 1:
                waiting += part.divided(verdict.at)
            elif verdict.action == "done":
                await self.means.write(partial(self.means.outbox.done, part.parcels))
                tally.delivered += len(part.parcels)
                if part.first:
                    waiting[-1].guilty = True
            elif verdict.action != "later":
                await bury(self.means, part.parcels, status, verdict.reason, tally)
            outcome.answers = outcome.answers or (sent and verdict.action != "later")
        for part in waiting:
            self.means.outbox.release(part.parcels)
            tally.released = True
        return outcome

    async def _withheld(self, part: Part, verdict: Verdict, status: int, sent: bool, tally: Tally) -> bool:
        """Put the part off with the answer; whether the rest may go on all the same."""
        parked = verdict.action == "park" and not self.shares
        await self._postpone(part.parcels, status, verdict, tally, at_once=parked)
        if parked or self.shares:
            return False
        return not sent or (part.parcels[0].attempts > 0 and verdict.retry_after is None and self.doubted())

    async def _attempt(self, parcels: Sequence[Parcel], tally: Tally) -> tuple[Verdict, int, bool]:
        """The verdict, the HTTP status, and whether a request left at all."""
        try:
            request = self.tag.pack(self.destination, [parcel.body for parcel in parcels], self.endpoint)
        except Exception as error:  # noqa: BLE001 - a tag is anybody's code; the fault goes into the books
            # Some of them may still be packed without the one that cannot.
            action: Literal["split", "later"] = "split" if len(parcels) > 1 else "later"
            return Verdict(action, f"pack raised {type(error).__name__}"), 0, False
        tally.requests += 1
        clock = self.means.clock
        begun = clock.passed()
        response = await self.means.sender.send(request, self.means.pace.timeout)
        try:
            verdict = self.tag.judge(response, len(parcels))
            if verdict.action not in _ACTIONS:
                verdict = Verdict("later", "judge gave no verdict")
        except Exception as error:  # noqa: BLE001 - as above
            verdict = Verdict("later", f"judge raised {type(error).__name__}")
        now = clock.now()
        said, wait = verdict.reason, verdict.retry_after
        if verdict.action != "done":
            said = said or response.failure or f"HTTP {response.status}"
            if wait is None and verdict.action == "later":
                wait = asked(response.headers, now)
        # Whatever a tag made of the answer: from here on it goes to the log, the books and the ledger.
        verdict = msgspec.structs.replace(verdict, reason=masked(said, keep=self.destination), retry_after=wait)
        attempt = Attempt(
            tag=self.name,
            destination=self.destination,
            count=len(parcels),
            size=len(request.body),
            action=verdict.action,
            status=response.status,
            reason=verdict.reason,
            seconds=clock.passed() - begun,
            age=max(0.0, now - parcels[0].time),
        )
        self.note(attempt)
        return verdict, response.status, True

    async def _postpone(
        self, parcels: Sequence[Parcel], status: int, verdict: Verdict, tally: Tally, *, at_once: bool
    ) -> None:
        """Enter the attempt; ``at_once`` when nothing but the destination holds them back."""
        means = self.means
        attempts = max(parcel.attempts for parcel in parcels) + 1
        due = means.clock.due() + (0.0 if at_once else means.backoff.pause(attempts, verdict.retry_after))
        await means.write(lambda: means.outbox.later(parcels, due, status, verdict.reason))
        tally.postponed += len(parcels)
        tally.due = due if tally.due is None else min(tally.due, due)


async def bury(
    means: Means, parcels: Sequence[Parcel], status: int, reason: str, tally: Tally, *, sent: bool = True
) -> None:
    """Enter payloads among the dead; ``sent`` says whether a request came before."""
    await means.write(lambda: means.outbox.bury(parcels, status, reason, means.clock.now(), sent=sent))
    tally.buried += len(parcels)
