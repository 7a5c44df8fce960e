"""The attempt: one request to a vendor in numbers, and counts of what became of payloads."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

import msgspec

_WINDOW = 60.0


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One request that was made, for whoever counts or shows them. Holds no payload and no token.

    ``count`` payloads in ``size`` bytes; ``action`` is the verdict: ``done``, ``later``, ``split``, ``bury``, ``park``.
    ``status`` is 0 and ``reason`` says why when there was no answer. ``seconds`` is how long the answer took, ``age``
    how long before it the first of the payloads was accepted.
    """

    tag: str
    destination: str
    count: int
    size: int
    action: str
    status: int
    reason: str
    seconds: float
    age: float


@dataclass(slots=True)
class Tally:
    """What became of payloads: how many were delivered, buried, put off, and by how many requests.

    ``due`` is when the first of those put off is tried again; ``released`` says that some were not tried at all.
    """

    requests: int = 0
    delivered: int = 0
    buried: int = 0
    postponed: int = 0
    due: float | None = None
    released: bool = False

    def add(self, other: Tally) -> None:
        """Count what became of others too."""
        self.requests += other.requests
        self.delivered += other.delivered
        self.buried += other.buried
        self.postponed += other.postponed


@dataclass(slots=True)
class Record:
    """What delivery remembers of one destination for people: the last answer, and counts since the process began.

    ``requests`` counts by verdict; ``rate`` is payloads delivered a second, over about the last minute.
    """

    last: Attempt | None = None
    last_at: float = 0.0
    delivered: int = 0
    buried: int = 0
    requests: Counter[str] = field(default_factory=Counter)
    _rate: float = 0.0
    _rated_at: float = 0.0

    def note(self, attempt: Attempt, now: float) -> None:
        """A request was made; ``now`` is in unix seconds."""
        self.last, self.last_at = attempt, now
        self.requests[attempt.action] += 1

    def ended(self, tally: Tally, passed: float) -> None:
        """A batch was brought to its ends; ``passed`` is monotonic seconds."""
        self.delivered += tally.delivered
        self.buried += tally.buried
        self._rate = self.rate(passed) + tally.delivered / _WINDOW
        self._rated_at = passed

    def rate(self, passed: float) -> float:
        """Payloads delivered a second."""
        return self._rate * math.exp(-max(0.0, passed - self._rated_at) / _WINDOW)
