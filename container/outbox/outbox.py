"""The outbox: the five verbs every engine must offer, and what they are told and give back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from container.component import Entry as Entry
from container.record import EventRecord

Which = Literal["due", "fresh", "put_off", "old"]
"""What may be taken of a group."""

IDEMPOTENCY_WINDOW = 48 * 3600.0
"""Seconds in which the same event may not be accepted twice: the window in which Meta itself deduplicates."""

FURTHEST_DUE = 24 * 3600.0
"""Seconds ahead past which a due time can only come from a clock that was set back since: it is taken for now."""

SAME_EVENT = "same event_id already accepted"
"""The reason in the books for a payload that was suppressed by its idempotency key."""

LOST = "lost in a damaged file"
"""The reason in the books for payloads that could not be read of a file that was set aside; only their number is left.
"""

LAST_ANSWER = "; last answer: "
"""What stands, in the reason of a payload that was given up, between why and what the vendor said last."""


class OutboxError(Exception):
    """The outbox did not do what it was asked; nothing was changed. Its text is one line, fit for a log."""


class OutboxUnavailable(OutboxError):
    """The store cannot be read or written just now: disk full or read-only, file gone, permission missing."""


class OutboxFull(OutboxUnavailable):
    """A limit of the outbox is reached. New payloads are refused; those it holds go on being delivered."""


class Parcel(msgspec.Struct, frozen=True):
    """One payload taken out for delivery.

    ``attempts`` counts the times it was sent without reaching an end; ``status`` and ``reason`` are the last answer.
    """

    id: int
    tag: str
    destination: str
    body: bytes
    time: float
    attempts: int = 0
    status: int = 0
    reason: str = ""


@dataclass(slots=True)
class Taken:
    """What ``take`` found. ``more`` says that a limit ended it; ``next_due`` is when the next one is due."""

    parcels: list[Parcel]
    more: bool = False
    next_due: float | None = None


@dataclass(slots=True)
class Group:
    """The payloads of one tag and one destination, counted. Read from memory, so it may be asked at any rate.

    ``arrivals`` only ever grows: payloads that became pending since the outbox was opened. ``parked`` is why nothing
    is sent there, "" when something may be; ``resumed_at`` is when it was last unparked, in unix seconds.
    """

    tag: str
    destination: str
    arrivals: int = 0
    pending: int = 0
    in_flight: int = 0
    parked: str = ""
    resumed_at: float = 0.0


@dataclass(slots=True)
class Account:
    """The books of one tag and destination: ``accepted`` equals the sum of the four ends that follow it."""

    tag: str
    destination: str
    accepted: int = 0
    delivered: int = 0
    suppressed: int = 0
    dead: int = 0
    pending: int = 0
    in_flight: int = 0
    parked: str = ""
    resumed_at: float = 0.0
    parked_at: float = 0.0
    """When it was parked, in unix seconds; 0 when that is not known."""
    type: str = ""
    """The type of tag that made its payloads, "" when that is not known."""
    purged: int = 0
    """How many of the dead were thrown away by somebody."""
    next_try: float | None = None
    """When the first of those that were tried is due again, in unix seconds; None where that was not asked."""
    oldest: float | None = None
    """When the first of those that are pending was accepted, in unix seconds."""
    reasons: dict[str, dict[str, int]] = field(default_factory=dict)
    """For ``suppressed`` and ``dead``: how many for which reason."""

    @property
    def lost(self) -> int:
        """How many of the dead were lost in a damaged file, so that nothing of them is kept but their number."""
        return self.reasons.get("dead", {}).get(LOST, 0)


@dataclass(slots=True)
class Status:
    """All accounts, and the bytes the store fills."""

    accounts: list[Account]
    size: int


class Outbox(ABC):
    """Keeps accepted payloads until each reaches one of its ends: delivered, suppressed or dead.

    Every verb is all or nothing, also when the process is killed in its midst. All verbs raise ``OutboxUnavailable``
    when the store does not answer; nothing has changed then and the same call may be made again.
    """

    @abstractmethod
    async def open(self) -> str:
        """Get ready. Returns "" or one line about something odd that was met and survived, for the log.

        A store that cannot be reached is odd and survived: later calls try again. Raises ``OutboxUnavailable`` only
        when another process uses the store.
        """

    @abstractmethod
    async def close(self) -> None:
        """Finish what was asked, then let go of the store. What was taken and has no end is pending again."""

    @abstractmethod
    async def put(self, entries: Sequence[Entry]) -> None:
        """Accept payloads; returns when they are durable. Raises ``OutboxFull`` or ``OutboxUnavailable``.

        A payload whose tag, destination, event_name and event_id were accepted within ``IDEMPOTENCY_WINDOW`` and did
        not die is counted as accepted and suppressed, and not kept.
        """

    @abstractmethod
    async def take(
        self,
        tag: str,
        destination: str,
        count: int,
        size: int,
        now: float,
        which: Which = "due",
        accepted_before: float = 0.0,
    ) -> Taken:
        """Take out payloads that are due, oldest first: at most ``count``, and ``size`` bytes of bodies (at least one).

        ``which``: ``fresh`` are those that were never put off, ``put_off`` those that were and are due again, ``due``
        both; ``old`` are those accepted at ``accepted_before`` or earlier, due or not, looked for at the front only.
        They are in flight, that is not taken again, until ``done``, ``later``, ``bury`` or ``release``.
        """

    @abstractmethod
    async def done(self, parcels: Sequence[Parcel]) -> None:
        """They were delivered: count them and forget them."""

    @abstractmethod
    async def later(self, parcels: Sequence[Parcel], due: float, status: int, reason: str) -> None:
        """They were sent and not accepted: count the attempt, note the answer, and keep them back until ``due``.

        ``due`` is at most ``FURTHEST_DUE`` ahead.
        """

    @abstractmethod
    async def bury(self, parcels: Sequence[Parcel], status: int, reason: str, now: float, *, sent: bool = True) -> None:
        """They are dead: kept with the last answer for people to look at. Their keys may be accepted again.

        ``sent`` says whether an attempt came before, which is then counted.
        """

    @abstractmethod
    def release(self, parcels: Sequence[Parcel]) -> None:
        """Put back what was taken but never sent, as if it had not been taken."""

    @abstractmethod
    def note(self, record: EventRecord) -> None:
        """Enter in the ledger an event of which some tag made no payload, and in the books what was suppressed.

        It is written about a second later, or when somebody asks for ``status``; nothing waits for it.
        """

    @abstractmethod
    async def park(self, tag: str, destination: str, reason: str) -> None:
        """Stop a destination: its payloads are kept and not meant to be taken until it is unparked."""

    @abstractmethod
    async def unpark(self, tag: str, destination: str, now: float) -> None:
        """Let a parked destination go on; does nothing when it is not parked."""

    @abstractmethod
    async def retype(self, types: Mapping[str, str]) -> None:
        """Know of which type every tag is from now on: the calls of ``put`` before were made by what it was.

        What a tag of another type made and is kept, pending or dead, goes on under the name ``apart(tag, type)``, so
        that it is never sent by another type; what stands under such a name is the tag's again when its type is.
        """

    @abstractmethod
    async def refresh(self) -> None:
        """Learn what another process changed, such as dead letters made pending again, and whether trouble is over.

        To be called now and then: a server that is not ready gets no hits that would find out.
        """

    @abstractmethod
    def groups(self) -> Mapping[tuple[str, str], Group]:
        """What is there for whom, from memory, by tag and destination."""

    @abstractmethod
    async def status(self) -> Status:
        """The books and what is pending."""

    @abstractmethod
    def trouble(self) -> str:
        """Why it could not take a payload when it was last asked, "" when it could."""

    @abstractmethod
    def notices(self) -> list[str]:
        """What happened to the store since the last call that somebody should read, a line each."""
