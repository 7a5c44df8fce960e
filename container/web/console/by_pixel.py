"""By pixel: the ledger's summaries as cards, the destinations of test codes below the pixel they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def by_pixel(summaries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One card for every tag and destination but those of test codes (``1234567890:TEST88``).

    Those are ``test_codes`` of their pixel's card, each with its ``code`` and ``outcomes``; a pixel that was sent
    nothing but test events has a card all the same.
    """
    cards: dict[tuple[str, str], dict[str, Any]] = {}
    codes: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in summaries:
        pixel, colon, code = one["destination"].partition(":")
        if colon and code and pixel.isascii() and pixel.isdigit():
            codes.setdefault((one["tag"], pixel), []).append({"code": code, "outcomes": one["outcomes"]})
        else:
            cards[one["tag"], one["destination"]] = one
    for tag, pixel in codes:
        if (tag, pixel) not in cards:
            cards[tag, pixel] = _nothing(tag, pixel)
    return [{**cards[key], "test_codes": codes.get(key, [])} for key in sorted(cards)]


def _nothing(tag: str, pixel: str) -> dict[str, Any]:
    """The summary of a destination that was sent nothing."""
    sent = {"count": 0, "first": None, "last": None}
    nothing: dict[str, Any] = {
        "outcomes": {},
        "sent": sent,
        "identifiers": [],
        "consent": [],
        "basis": {},
        "limited": 0,
    }
    return {"tag": tag, "destination": pixel, **nothing}
