"""How browser and server copies met: the question Diagnostics and Quality both ask of the kept events."""

from __future__ import annotations

from dataclasses import dataclass

from .customer import PRESENT
from .store import Store

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
_SIDE = """
SELECT pixel_id, event_name, count(*), count(event_id), sum((match_keys & {fbp}) != 0), sum((match_keys & {ext}) != 0),
    sum(met IS 'event_id'), sum(met IS 'fbp'), sum(met IS 'external_id'),
    sum(met IS NULL AND event_id IS NULL), sum(met IS NULL AND event_id IS NOT NULL AND NOT elsewhere)
FROM {side} GROUP BY pixel_id, event_name
"""


@dataclass(frozen=True, slots=True)
class Side:
    """Of one event name on one channel: how many actions, how many carry each key, how many met by which key, and how
    many did not meet: without an event_id (`anonymous`), or with one the other channel never sent (`alone`)."""

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


Meetings = dict[tuple[str, str], tuple[Side, Side]]


def meetings(store: Store, pixel: str) -> Meetings:
    """By pixel and event name, the browser's side and the server's; `pixel` may be empty for all."""
    sides = []
    for actions, name in ((BROWSER_ACTIONS, "browser"), (SERVER_ACTIONS, "server")):
        query = actions + _SIDE.format(side=name, fbp=PRESENT["fbp"], ext=PRESENT["external_id"])
        sides.append(
            {
                (str(row[0]), str(row[1])): Side(*(int(n) for n in row[2:]))
                for row in store.select(query, (pixel, pixel))
            }
        )
    browser, server = sides
    return {key: (browser.get(key, Side()), server.get(key, Side())) for key in sorted(browser.keys() | server.keys())}
