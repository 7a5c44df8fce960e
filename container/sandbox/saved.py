"""Saved: the actions that Meta knows of by the server alone, by what pages said of their own copies and what came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from .reading import Reading

Lost = Sequence[tuple[str, str, str]]
"""Pixel, event name and event id of actions whose browser copy did not leave."""

# What came by the browser after all was saved by nobody, whatever the page thought.
_ACCEPTED = """
SELECT pixel_id, event_id FROM event
WHERE good AND (pixel_id, event_id) IN (
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[2]') FROM json_each(?))
GROUP BY pixel_id, event_id HAVING sum(channel = 0) > 0 AND sum(channel = 1) = 0
"""


def saved(reading: Reading, lost: Lost) -> Counter[tuple[str, str]]:
    """How many of them the server told of and had accepted, by pixel and event name. Runs on the reading thread."""
    if not lost:
        return Counter()
    accepted = {(row[0], row[1]) for row in reading.select(_ACCEPTED, (msgspec.json.encode(lost).decode(),))}
    return Counter((pixel, name) for pixel, name, identity in lost if (pixel, identity) in accepted)


def with_saved(copies: list[dict[str, Any]], counts: Counter[tuple[str, str]]) -> list[dict[str, Any]]:
    """What became of the browser's copies, with how many actions were ``saved``, and ``only_server``: their share of
    those that reached Meta at all, as far as pages told; None where none did."""
    return [{**one, **shares(one["copies"], counts[one["pixel_id"], one["event_name"]])} for one in copies]


def shares(copies: dict[str, int], count: int) -> dict[str, Any]:
    """``saved`` and ``only_server`` of so many copies; refused ones and pages without a pixel are no part of it."""
    known = count + copies.get("sent", 0)
    return {"saved": count, "only_server": round(count / known, 4) if known else None}
