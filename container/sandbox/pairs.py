"""How browser and server copies met: the question Diagnostics and Quality both ask of the kept events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from .customer import PRESENT
from .reading import Reading

UNMET_SHOWN = 20
# Sent by the pixel on its own; nobody sends a server copy of them.
AUTOMATIC = ("Microdata", "SubscribedButtonClick")

# One row an action and channel: redelivered copies of the same channel are left out. `met` is the key by which its
# copy on the other channel was found, `elsewhere` whether the other channel sent its event_id at all, under whatever
# name and with whatever outcome.
_ACTIONS = """
WITH {side} AS (
    SELECT a.*, coalesce(
        CASE WHEN f.channel = {other} THEN a.deduplicated_by END,
        (SELECT c.deduplicated_by FROM event c WHERE c.first = a.id AND c.channel = {other} LIMIT 1)) AS met,
        a.event_id IS NOT NULL AND (a.pixel_id, a.event_id) IN (
            SELECT o.pixel_id, o.event_id FROM event o WHERE o.channel = {other} AND o.event_id IS NOT NULL
        ) AS elsewhere
    FROM event a LEFT JOIN event f ON f.id = a.first
    WHERE a.channel = {own} AND a.good AND (a.first IS NULL OR f.channel = {other})
      AND (a.channel = 1 OR a.action_source = 'website') AND (? = '' OR a.pixel_id = ?))
"""
BROWSER_ACTIONS = _ACTIONS.format(side="browser", own=1, other=0)
SERVER_ACTIONS = _ACTIONS.format(side="server", own=0, other=1)
_ANONYMOUS = "met IS NULL AND event_id IS NULL"
_ALONE = "met IS NULL AND event_id IS NOT NULL AND NOT elsewhere"
_FBP, _EXTERNAL_ID = PRESENT["fbp"], PRESENT["external_id"]
_SPAN = "min(received) FILTER (WHERE {0}), max(received) FILTER (WHERE {0}), max(id) FILTER (WHERE {0})"
_SIDE = f"""
SELECT pixel_id, event_name, {_SPAN.format(_ANONYMOUS)}, {_SPAN.format(_ALONE)},
    count(*), count(event_id), sum((match_keys & {_FBP}) != 0), sum((match_keys & {_EXTERNAL_ID}) != 0),
    sum(met IS 'event_id'), sum(met IS 'fbp'), sum(met IS 'external_id'), sum({_ANONYMOUS}), sum({_ALONE})
FROM {{side}} GROUP BY pixel_id, event_name
"""
_UNMET = f"""
SELECT pixel_id, event_name, id, event_id, received FROM (
    SELECT *, row_number() OVER (PARTITION BY pixel_id, event_name ORDER BY id DESC) AS place FROM {{side}}
    WHERE met IS NULL)
WHERE place <= {UNMET_SHOWN}
"""
Key = tuple[str, str]


class Span(NamedTuple):
    """When some events were first and last received, and the number of the newest of them."""

    first_seen: float
    last_seen: float
    newest: int


NEVER = Span(0.0, 0.0, 0)


@dataclass(frozen=True, slots=True)
class Side:
    """Of one event name on one channel: how many actions, how many carry each key, how many met by which key, and how
    many did not meet: without an event_id (`anonymous`), or with one the other channel never sent (`alone`)."""

    anonymous_span: Span = NEVER
    alone_span: Span = NEVER
    actions: int = 0
    with_event_id: int = 0
    with_fbp: int = 0
    with_external_id: int = 0
    met_by_event_id: int = 0
    met_by_fbp: int = 0
    met_by_external_id: int = 0
    anonymous: int = 0
    alone: int = 0

    @property
    def met(self) -> int:
        return self.met_by_event_id + self.met_by_fbp + self.met_by_external_id


Meetings = dict[Key, tuple[Side, Side]]


def meetings(reading: Reading, pixel: str) -> Meetings:
    """By pixel and event name, the browser's side and the server's; `pixel` may be empty for all."""
    browser, server = (
        {
            (row[0], row[1]): Side(Span(*row[2:5]), Span(*row[5:8]), *row[8:])
            for row in reading.select(actions + _SIDE.format(side=side), (pixel, pixel))
        }
        for side, actions in _SIDES
    )
    return {key: (browser.get(key, Side()), server.get(key, Side())) for key in sorted(browser.keys() | server.keys())}


def unmet(reading: Reading, pixel: str, side: str) -> dict[Key, list[dict[str, Any]]]:
    """The newest events of a side (`browser` or `server`) whose other copy was not found, by pixel and event name."""
    found: dict[Key, list[dict[str, Any]]] = {}
    for row in reading.select(dict(_SIDES)[side] + _UNMET.format(side=side), (pixel, pixel)):
        found.setdefault((row[0], row[1]), []).append({"id": row[2], "event_id": row[3], "received": row[4]})
    return found


_SIDES = (("browser", BROWSER_ACTIONS), ("server", SERVER_ACTIONS))
