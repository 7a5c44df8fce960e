"""Diagnostics: what is wrong with the kept events, how often and since when, an example, and how to mend it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from . import finding as f
from .check import check_browser, check_server
from .finding import Finding
from .reading import Reading
from .record import CHANNELS, SERVER
from .relations import Seen, relations
from .web import JSON, refusal

_MASKS = """
SELECT findings, channel, event_name, count(*), min(received), max(received), max(id) FROM event
WHERE findings != 0 AND (? = '' OR pixel_id = ?) GROUP BY findings, channel, event_name
"""
_TOTALS = "SELECT channel, event_name, count(*) FROM event WHERE (? = '' OR pixel_id = ?) GROUP BY channel, event_name"

NAMES_SHOWN = 50


class Diagnostics:
    """`GET /diagnostics`: the messages on the kept events, the most frequent errors first; `pixel_id` narrows it."""

    def __init__(self, reading: Reading, clock: Callable[[], float]) -> None:
        self._reading, self._clock = reading, clock

    async def show(self, request: Request) -> Response:
        refused = refusal(request.query_params, ("pixel_id",))
        if refused is not None:
            return refused
        pixel = request.query_params.get("pixel_id", "")
        messages = await self._reading.run(diagnostics, self._reading, pixel)
        return JSON({"at": self._clock(), "clean": not messages, "messages": messages})


def diagnostics(reading: Reading, pixel: str) -> list[dict[str, Any]]:
    """The messages as plain data. Runs on the reading thread."""
    totals = {(row[0], row[1]): int(row[2]) for row in reading.select(_TOTALS, (pixel, pixel))}
    messages = _of_events(reading, pixel, totals) + _of_relations(reading, relations(reading, pixel))
    return sorted(messages, key=lambda m: (m["severity"] != "error", -float(m["count"]), str(m["name"])))


def _of_events(reading: Reading, pixel: str, totals: dict[tuple[object, object], int]) -> list[dict[str, Any]]:
    rows = reading.select(_MASKS, (pixel, pixel))
    messages = []
    for finding in f.ALL:
        hits = [row for row in rows if int(row[0]) & finding.bit]
        if not hits:
            continue
        names: dict[str, int] = defaultdict(int)
        channels: dict[str, int] = defaultdict(int)
        for _, channel, name, count, *_ in hits:
            names[str(name)] += int(count)
            channels[CHANNELS[channel]] += int(count)
        of = sum(totals[key] for key in {(row[1], row[2]) for row in hits})
        newest = max(int(row[6]) for row in hits)
        messages.append(
            {
                **_head(finding.name, finding.title, finding.text, finding.mend, finding.refuses),
                **_numbers(sum(names.values()), of, min(float(r[4]) for r in hits), max(float(r[5]) for r in hits)),
                "event_names": _names(names),
                "channels": dict(channels),
                "example": _example(reading, newest, finding),
            }
        )
        if finding.subcode is not None:
            messages[-1]["subcode"] = finding.subcode
    return messages


def _of_relations(reading: Reading, seen: list[Seen]) -> list[dict[str, Any]]:
    grouped: dict[str, list[Seen]] = defaultdict(list)
    for one in seen:
        grouped[one.relation.name].append(one)
    messages = []
    for several in grouped.values():
        kind = several[0].relation
        names: dict[str, int] = defaultdict(int)
        for one in several:
            names[one.event_name] += one.count
        messages.append(
            {
                **_head(kind.name, kind.title, kind.text, kind.mend, False),
                **_numbers(
                    sum(one.count for one in several),
                    sum(one.of for one in several),
                    min(one.span.first_seen for one in several),
                    max(one.span.last_seen for one in several),
                ),
                "event_names": _names(names),
                "channels": {},
                "example": _example(reading, max(one.span.newest for one in several), None),
            }
        )
    return messages


def _head(name: str, title: str, text: str, mend: str, error: bool) -> dict[str, Any]:
    return {"name": name, "severity": "error" if error else "warning", "title": title, "text": text, "mend": mend}


def _numbers(count: int, of: int, first: float, last: float) -> dict[str, Any]:
    return {
        "count": count,
        "of": of,
        "share": round(count / of, 4) if of else 0.0,
        "first_seen": first,
        "last_seen": last,
    }


def _names(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: -item[1])[:NAMES_SHOWN])


def _example(reading: Reading, number: int, finding: Finding | None) -> dict[str, Any]:
    """The newest event concerned, by its names and the fields to blame: no values, so no personal data."""
    rows = reading.select(
        "SELECT channel, pixel_id, event_name, event_id, received, body FROM event WHERE id = ?", (number,)
    )
    if not rows:
        return {}
    channel, pixel, name, identity, received, body = rows[0]
    example: dict[str, Any] = {
        "channel": CHANNELS[channel],
        "pixel_id": pixel,
        "event_name": name,
        "received": received,
        "event_id": "***" if "@" in str(identity) else identity,
    }
    if finding is not None and isinstance(body, bytes):
        judge = check_server if channel == SERVER else check_browser
        found, _ = judge(msgspec.json.decode(body, type=dict[str, Any]), float(received))
        example["fields"] = sorted({field for kind, field in found if kind is finding})
    return example
