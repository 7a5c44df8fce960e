"""Divided: the requests of several payloads that a vendor refused as a whole, remembered for who asks about one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec

from container.delivery.attempt import Attempt

KEPT = 200
"""Requests that are remembered, by this process alone."""


_WRITTEN = 0.005
"""Seconds by which times differ from what the ledger, in whole milliseconds, says of them."""


class Request(msgspec.Struct, frozen=True):
    """One of them: when it was answered and since when the first of its payloads waited, unix seconds."""

    tag: str
    destination: str
    count: int
    status: int
    reason: str
    answered: float
    oldest: float


class Divided:
    """Told of every request to a vendor; keeps the few that were refused and divided."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: deque[Request] = deque(maxlen=KEPT)

    def note(self, attempt: Attempt) -> None:
        """A request was made."""
        if attempt.action == "split":
            now = self._clock()
            self._kept.append(
                Request(
                    attempt.tag, attempt.destination, attempt.count, attempt.status, attempt.reason, now,
                    now - attempt.age,
                )
            )  # fmt: skip

    def around(self, tag: str, destination: str, accepted: float, ended: float | None) -> list[dict[str, Any]]:
        """Those for a destination that were answered between a payload's arrival and its end: it was in one of them, or
        waited beside it, which the vendor's answer does not tell."""
        return [
            {"time": one.answered, "count": one.count, "status": one.status, "reason": one.reason}
            for one in self._kept
            if (one.tag, one.destination) == (tag, destination)
            and one.oldest <= accepted + _WRITTEN
            and accepted <= one.answered
            and (ended is None or one.answered <= ended + _WRITTEN)
        ]
