"""One received event as the sandbox keeps it, and the request it came with."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

SERVER, BROWSER = 0, 1
CHANNELS = ("server", "browser")
Row = tuple[Any, ...]


class First(NamedTuple):
    """What a later copy needs to know of the event it repeats."""

    id: int
    received: float
    has_id: bool


class Record(msgspec.Struct, gc=False, kw_only=True):
    """One event, its fields in the order of the stored columns.

    `key` and `fallback` are where its copies meet; the masks are those of match keys and findings; `first` is the event
    it is a copy of, `deduplicated_by` the key that told so.
    """

    id: int = 0
    received: float
    channel: int
    good: bool = True
    pixel_id: str
    event_name: str
    event_id: str | None
    event_time: int | None
    action_source: str | None
    key: int | None
    match_keys: int
    findings: int
    address: str | None
    order_id: str | None
    first: int | None = None
    deduplicated_by: str | None = None
    test_event_code: str | None
    exchange: int = 0
    body: bytes
    error: bytes | None = None
    fallback: list[tuple[str, int]]

    def columns(self) -> Row:
        return msgspec.structs.astuple(self)[:COLUMNS]


COLUMNS = 20


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
