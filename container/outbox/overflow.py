"""The overflow: payloads for more destinations than a tag has groups share one, each saying itself where it goes."""

from __future__ import annotations

import msgspec

MOST_DESTINATIONS = 256
"""Groups a tag has in one file. A hit may invent destinations where a tag takes them from it; each group costs memory,
lines of requests and lines of metrics for good."""

OTHER = "(other)"
"""The destination that stands for all beyond them."""


class _Addressed(msgspec.Struct):
    destination: str
    payload: msgspec.Raw


_decode = msgspec.json.Decoder(_Addressed).decode

TRUE_DESTINATION = f"""
CASE WHEN destination = '{OTHER}' AND json_valid(CAST(body AS TEXT))
THEN coalesce(json_extract(CAST(body AS TEXT), '$.destination'), destination) ELSE destination END"""
"""Where a payload goes, as SQL over its own columns and those of its group."""


def addressed(destination: str, body: bytes) -> bytes:
    """A body that says where it goes."""
    return msgspec.json.encode(_Addressed(destination, msgspec.Raw(body)))


def opened(body: bytes) -> tuple[str, bytes]:
    """Where such a body goes, and the payload in it. Raises msgspec.DecodeError."""
    found = _decode(body)
    return found.destination, bytes(found.payload)


def as_made(destination: str, body: bytes) -> tuple[str, bytes]:
    """Where a payload of the group for a destination goes, and the payload as the tag made it."""
    if destination != OTHER:
        return destination, body
    try:
        return opened(body)
    except msgspec.DecodeError:
        return destination, body  # a piece of a damaged file: delivery buries it, with the reason
