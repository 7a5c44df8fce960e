"""The trend: over time, how many actions both channels told of, and how many only one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .reading import Reading

_TREND = """
SELECT CAST((received - :since) / :step AS INTEGER) AS bucket, count(*), sum(browser), sum(server),
    sum(browser AND server)
FROM (
    SELECT received, channel = 1 OR EXISTS (SELECT 1 FROM event c WHERE c.first = event.id AND c.channel = 1)
            AS browser,
        channel = 0 OR EXISTS (SELECT 1 FROM event c WHERE c.first = event.id AND c.channel = 0) AS server
    FROM event
    WHERE good AND first IS NULL AND received >= :since AND received < :until
      AND (channel = 1 OR action_source = 'website')
      AND (:pixel_id = '' OR pixel_id = :pixel_id) AND (:event_name = '' OR event_name = :event_name))
GROUP BY bucket ORDER BY bucket
"""


def trend(
    reading: Reading, since: float, until: float, buckets: int, pixel_id: str = "", event_name: str = ""
) -> list[dict[str, Any]]:
    """One entry for each of ``buckets`` equal spans between two moments (unix seconds), those without events too.

    Website actions only, each counted once and when its first copy came: ``deduplicated`` is the share of the
    browser's actions that the server told of as well, ``server`` the share of all actions that the server told of,
    ``only_server`` the share that nobody else did; None where there was none. ``whole`` sums spans up. Runs on the
    reading thread.
    """
    step = (until - since) / buckets
    words = {"since": since, "until": until, "step": step, "pixel_id": pixel_id, "event_name": event_name}
    rows = {int(row[0]): row[1:] for row in reading.select(_TREND, words)}
    found = []
    for place in range(buckets):
        actions, browser, server, both = (int(one) for one in rows.get(place, (0, 0, 0, 0)))
        found.append(
            {
                "time": since + place * step,
                "actions": actions,
                "browser": browser,
                "server_events": server,
                "both": both,
                **_shares(actions, browser, server, both),
            }
        )
    return found


def whole(spans: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    """The shares of ``trend`` over all of these spans together."""
    actions, browser, server, both = (
        sum(int(one[name]) for one in spans) for name in ("actions", "browser", "server_events", "both")
    )
    return _shares(actions, browser, server, both)


def _shares(actions: int, browser: int, server: int, both: int) -> dict[str, float | None]:
    return {
        "deduplicated": _share(both, browser),
        "server": _share(server, actions),
        "only_server": _share(server - both, actions),
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
