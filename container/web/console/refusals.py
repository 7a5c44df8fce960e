"""Refusals: the numbers by which a vendor's support finds a request it refused, remembered for who asks for one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec

from container.component import Request, Response
from container.transport import Sender

KEPT = 500
"""Refused requests that are remembered, by this process alone."""

_LONGEST = 16 * 1024
_SOON = 2.0
"""Seconds within which an answer is written down."""

Heard = Callable[[Request, Response], None]


class Listening:
    """Sends as ``onward`` does, and tells ``heard`` what was answered."""

    def __init__(self, onward: Sender, heard: Heard) -> None:
        self._onward, self._heard = onward, heard

    async def send(self, request: Request, within: float) -> Response:
        """The vendor's response."""
        response = await self._onward.send(request, within)
        if response.status >= 400:
            self._heard(request, response)
        return response


class Refusals:
    """Keeps ``fbtrace_id`` of Graph's refusals; other vendors' answers have none."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: deque[tuple[float, str, str]] = deque(maxlen=KEPT)

    def note(self, request: Request, response: Response) -> None:
        """A request was refused."""
        trace = traced(response.body)
        if trace:
            self._kept.append((self._clock(), request.url, trace))

    def trace(self, destination: str, answered: float) -> str:
        """The number of the refusal a destination was answered with at a moment, "" when it is not remembered."""
        place = f"/{destination.partition(':')[0]}/"
        for time, url, trace in reversed(self._kept):
            if place in url and time <= answered + 0.01 and answered - time <= _SOON:
                return trace
        return ""


def traced(body: bytes) -> str:
    """The ``fbtrace_id`` of an answer, "" where it has none."""
    try:
        answer: Any = msgspec.json.decode(body) if len(body) <= _LONGEST else None
    except (msgspec.DecodeError, RecursionError):
        return ""
    error = answer.get("error") if isinstance(answer, dict) else None
    trace = error.get("fbtrace_id") if isinstance(error, dict) else None
    return trace[:100] if isinstance(trace, str) else ""
