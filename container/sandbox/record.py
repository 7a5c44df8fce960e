"""One received event as the sandbox keeps it, and the request it came with."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

SERVER, BROWSER = 0, 1
CHANNELS = ("server", "browser")


class First(NamedTuple):
    """What a later copy needs to know of the event it repeats."""

    id: int
    received: float
    has_id: bool


class Record(msgspec.Struct, gc=False):
    """One event. `key` and `fallback` are where its copies meet; the masks are those of findings and match keys."""

    received: float
    channel: int
    good: bool
    pixel_id: str
    event_name: str
    event_id: str | None
    event_time: int | None
    action_source: str | None
    key: int | None
    fallback: list[tuple[str, int]]
    match_keys: int
    findings: int
    address: str | None
    order_id: str | None
    test_event_code: str | None
    body: bytes
    error: bytes | None = None
    id: int = 0
    first: int | None = None
    deduplicated_by: str | None = None


class Exchange(msgspec.Struct, gc=False):
    """A raw request without its secrets, and the answer it got."""

    received: float
    method: str
    target: str
    content_type: str
    body: bytes
    cut: bool
    status: int
    answer: bytes
