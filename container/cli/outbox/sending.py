"""How a running server sends to its destinations, asked of it: what no file knows, such as the breaker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from container.cli.common import shown
from container.cli.living import asked
from container.cli.outbox.words import time
from container.delivery.state import DestinationState

_WITHIN = 5.0
"""Seconds for the answer: a server asks its own workers for three at most."""


class _Told(msgspec.Struct):
    destinations: list[DestinationState]
    silent: list[int]


@dataclass(frozen=True, slots=True)
class Sending:
    """What a server says of its destinations, by tag and destination. ``note`` is why that is not all, "" when it is;
    ``answers`` says whether it told anything."""

    states: Mapping[tuple[str, str], DestinationState] = field(default_factory=dict)
    answers: bool = False
    note: str = ""


def sending(url: str, data: Path) -> Sending:
    """Ask the server at an address, with the token that is kept beside the outbox."""
    answer = asked(url, data, "GET", "/-/destinations", _WITHIN)
    if answer is None:
        return Sending(note=f"no server answers at {url}: nothing is sent until one is started")
    if answer.status_code == 401:
        return Sending(note=f"the server at {url} has another token, so how it sends is not known")
    try:
        told = msgspec.json.decode(answer.content, type=_Told)
    except msgspec.MsgspecError:
        return Sending(note=f"what answers at {url} ({answer.status_code}) does not tell how it sends")
    silent = ", ".join(map(str, told.silent))
    note = f"worker {silent} did not answer, so how it sends is not known" if silent else ""
    return Sending({(one.tag, one.destination): one for one in told.destinations}, True, note)


def in_words(one: DestinationState) -> str:
    """How it goes there: at once, not until when after how many failures, or parked until somebody mends it.

    Where the tag is gone nothing is sent to see; then a parked one has no next time.
    """
    if one.state == "closed":
        return "sending"
    until = f" until {time(one.next_attempt)}" if one.next_attempt is not None else ""
    if one.state == "parked":
        return f"parked{until}, then one payload is sent to see whether it is mended" if until else "parked"
    count = f"{one.failures} failure{'' if one.failures == 1 else 's'} in a row"
    after = f"after {count}" if one.failures else "as the vendor asked"
    said = f"; last answer: {shown(one.last_words)}" if one.last_words else ""
    if one.state == "open":
        return f"waiting{until} {after}, then one payload is sent to see{said}"
    return f"sending one payload to see, {after}{said}"
