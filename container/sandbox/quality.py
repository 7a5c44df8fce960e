"""Quality: how well the kept events can be matched, deduplicated and how fresh they are.

Meta publishes neither the weights nor the formula of its Event Match Quality. The score here is an estimate for
comparing one's own events, and says so wherever it appears; its weights are shown beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from heapq import nlargest
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from .customer import PRESENT
from .pairs import AUTOMATIC, Key, Meetings, Side, meetings, unmet
from .reading import Reading
from .record import Row
from .relations import GOAL
from .saved import saved, with_saved
from .told import Told
from .web import JSON, refusal

ESTIMATE = "An estimate: Meta does not publish how Event Match Quality is computed."
# From the order of worth Meta and its partners name; they add up to 10.
WEIGHTS = {
    "em": 3.0,
    "ph": 2.0,
    "fbc": 1.5,
    "external_id": 1.0,
    "fbp": 0.7,
    "client_ip_address": 0.5,
    "client_user_agent": 0.5,
    "fn": 0.2,
    "ln": 0.2,
    "db": 0.1,
    "zp": 0.1,
    "ct": 0.08,
    "st": 0.04,
    "country": 0.04,
    "ge": 0.04,
}
_MASKS = """
SELECT pixel_id, event_name, match_keys, count(*) FROM event
WHERE channel = 0 AND good AND action_source = 'website' AND (? = '' OR pixel_id = ?) GROUP BY 1, 2, 3
"""
_DELAYS = """
SELECT pixel_id, event_name, count(*), avg(delay), max(delay), sum(delay <= 60), sum(delay <= 3600), sum(delay <= 86400)
FROM (SELECT pixel_id, event_name, max(received - event_time, 0) AS delay FROM event
      WHERE channel = 0 AND good AND event_time IS NOT NULL AND (? = '' OR pixel_id = ?))
GROUP BY 1, 2
"""
NAMES_SHOWN = 500
Unmet = list[dict[str, Any]]


class QualityPage:
    """`GET /quality`: match quality, coverage, deduplication and freshness, by pixel and event name."""

    def __init__(self, reading: Reading, clock: Callable[[], float], told: Told) -> None:
        self._reading, self._clock, self._words = reading, clock, told

    async def show(self, request: Request) -> Response:
        refused = refusal(request.query_params, ("pixel_id",))
        if refused is not None:
            return refused
        return JSON(await self.told(request.query_params.get("pixel_id", "")))

    async def told(self, pixel: str) -> dict[str, Any]:
        """The answer as plain data."""
        events = await self._reading.run(quality, self._reading, pixel)
        lost = await self._words.lost(pixel)
        counts = await self._reading.run(saved, self._reading, lost)
        copies = with_saved(await self._words.copies(pixel), counts)
        said = {"at": self._clock(), "estimate": ESTIMATE, "weights": WEIGHTS, "goal": GOAL}
        return {**said, "events": events, "browser_copies": copies}


def quality(reading: Reading, pixel: str) -> list[dict[str, Any]]:
    """One entry a pixel and event name. Runs on the reading thread."""
    masks: dict[Key, list[tuple[int, int]]] = {}
    for of_pixel, name, keys, count in reading.select(_MASKS, (pixel, pixel)):
        masks.setdefault((str(of_pixel), str(name)), []).append((int(keys), int(count)))
    delays = {(str(row[0]), str(row[1])): row[2:] for row in reading.select(_DELAYS, (pixel, pixel))}
    met = meetings(reading, pixel)
    browsers, servers = (unmet(reading, pixel, side) for side in ("browser", "server"))
    entries: list[dict[str, Any]] = []
    for key in _most_frequent(masks, delays, met):
        browser, server = met.get(key, (Side(), Side()))
        entries.append(
            {
                "pixel_id": key[0],
                "event_name": key[1],
                "match_quality": match_quality(masks[key]) if key in masks else None,
                "coverage": _coverage(key[1], browser),
                "deduplication": _deduplication(browser, server, browsers.get(key, []), servers.get(key, [])),
                "freshness": _freshness(delays[key]) if key in delays else None,
            }
        )
    return entries


def _most_frequent(masks: Mapping[Key, object], delays: Mapping[Key, Row], met: Meetings) -> list[Key]:
    """The event names to speak of: all, or the most frequent when somebody sends thousands of them."""
    names = masks.keys() | delays.keys() | met.keys()
    if len(names) > NAMES_SHOWN:
        often = {key: (delays[key][0] if key in delays else 0) + met.get(key, (Side(),))[0].actions for key in names}
        names = set(nlargest(NAMES_SHOWN, names, key=often.__getitem__))
    return sorted(names)


def match_quality(masks: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """The estimate for events given by the mask of the keys they carry and how many do; there is at least one."""
    events = sum(count for _, count in masks)
    keys: list[dict[str, Any]] = []
    score = 0.0
    distribution = [0] * 10
    for mask, count in masks:
        own = sum(weight for key, weight in WEIGHTS.items() if mask & PRESENT[key])
        distribution[min(int(own + 1e-9), 9)] += count
    for key, weight in WEIGHTS.items():
        share = sum(count for mask, count in masks if mask & PRESENT[key]) / events
        score += weight * share
        keys.append(
            {"key": key, "coverage": round(share, 4), "weight": weight, "would_add": round(weight * (1 - share), 2)}
        )
    return {
        "score": round(score, 1),
        "estimate": True,
        "events": events,
        "distribution": distribution,
        "keys": keys,
        "next": [one["key"] for one in sorted(keys, key=lambda one: -float(one["would_add"]))[:3]],
    }


def _coverage(name: str, browser: Side) -> dict[str, Any] | None:
    if not browser.actions or name in AUTOMATIC:
        return None
    share = browser.met / browser.actions
    return {
        "browser_events": browser.actions,
        "with_server_copy": browser.met,
        "share": round(share, 4),
        "goal": GOAL,
        "met": share >= GOAL,
    }


def _deduplication(browser: Side, server: Side, browsers: Unmet, servers: Unmet) -> dict[str, Any] | None:
    if not browser.actions or not server.actions:
        return None
    by = {}
    for name in ("event_id", "fbp", "external_id"):
        by[name] = {
            "browser": _share(getattr(browser, "with_" + name), browser.actions),
            "server": _share(getattr(server, "with_" + name), server.actions),
            "deduplicated": _share(getattr(browser, "met_by_" + name), browser.actions),
        }
    return {
        "share": _share(browser.met, browser.actions),
        "by_key": by,
        "unmatched": {"browser": browsers, "server": servers},
    }


def _freshness(row: Row) -> dict[str, Any]:
    events, average, longest, minute, hour, day = (float(n) for n in row)
    pace = "real_time" if hour >= 0.5 * events else "hourly" if day >= 0.5 * events else "daily"
    return {
        "upload_frequency": pace,
        "events": int(events),
        "average_delay": round(average, 1),
        "longest_delay": round(longest, 1),
        "within_a_minute": _share(minute, events),
        "within_an_hour": _share(hour, events),
    }


def _share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 0.0
