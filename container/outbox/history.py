"""The history of a payload: when it was sent, and what was answered each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sending without success: unix seconds, the HTTP status (0 without an answer), the answer in words."""

    time: float
    status: int
    reason: str


def attempts_of(history: str, status: int, reason: str) -> list[Attempt]:
    """The attempts a row tells of, the oldest first; ``status`` and ``reason`` are those of the row.

    ``container.outbox.schema`` says how they are written. What is not written like that is left out.
    """
    try:
        entries: list[Any] = msgspec.json.decode(history, type=list[Any])
    except msgspec.MsgspecError:
        return []
    found: list[Attempt] = []
    for entry in reversed(entries):
        match entry:
            case [int() | float() as time, int() as told, str() as words]:
                status, reason = told, words
            case [int() | float() as time]:
                pass
            case _:
                continue
        found.append(Attempt(float(time), status, reason))
    return found[::-1]
