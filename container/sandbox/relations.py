"""Findings that no single event shows: they stand between the browser's copies and the server's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .pairs import AUTOMATIC, Side, Span, meetings
from .reading import Reading

GOAL = 0.75  # Meta's goal for event coverage


@dataclass(frozen=True, slots=True)
class Relation:
    """One kind of finding between copies."""

    name: str
    title: str
    text: str
    mend: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A relation found for one event name, in `count` of `of` actions."""

    relation: Relation
    pixel_id: str
    event_name: str
    count: int
    of: int
    span: Span


IDS_IN_ONE_COPY = Relation(
    "ids_in_one_copy",
    "Improve Event ID Coverage",
    "One channel sends an event_id and the other does not.",
    "Send the same id as eventID in the pixel call and as event_id from the server, at the top level of the event.",
)
NO_DEDUPLICATION = Relation(
    "deduplication_not_set_up",
    "Event Deduplication Has Not Been Set Up",
    "Both channels send this event and neither says which copies belong together, so each is counted.",
    "Make one id an action and send it on both channels, as eventID and as event_id.",
)
IDS_DIFFER = Relation(
    "ids_that_differ",
    "Event Deduplication Not Meeting Best Practices",
    "Both channels send event ids, but not the same ones.",
    "Make the id once, in the browser, and hand that very id to the server.",
)
OTHER_NAME = Relation(
    "same_id_other_name",
    "Same Event ID With Another Event Name",
    "The two copies share their event_id and not their event_name, so both are counted.",
    "Send exactly the same event_name on both channels; capitals count.",
)
LOW_COVERAGE = Relation(
    "low_event_coverage",
    "Low Event Coverage",
    "Fewer than 75 % of the browser's events are also sent by the server.",
    "Send every event that the pixel sends from the server too.",
)
ADDRESSES = Relation(
    "mismatched_addresses",
    "Server Sending Mismatched IP Addresses",
    "The server's copy names another IP address than its browser copy came from.",
    "Send the visitor's own address; behind a proxy or a load balancer, set which hops are trusted.",
)
IPV4 = Relation(
    "ipv4_beside_ipv6",
    "Update Your IPv4 Addresses to IPv6",
    "The browser came by IPv6 and the server's copy names an IPv4 address.",
    "Let the server be reachable by IPv6 and pass that address on.",
)
REDUNDANT = Relation(
    "redundant_purchases",
    "Redundant Purchase Event",
    "One order is reported by several Purchases with different ids.",
    "Send one Purchase an order, with the order's id as event_id.",
)
RELATIONS = (IDS_IN_ONE_COPY, NO_DEDUPLICATION, IDS_DIFFER, OTHER_NAME, LOW_COVERAGE, ADDRESSES, IPV4, REDUNDANT)

_OTHER_NAME = """
SELECT s.pixel_id, s.event_name, count(*), min(s.received), max(s.received), max(s.id), '' FROM event s
WHERE s.channel = 0 AND s.good AND s.first IS NULL AND s.event_id IS NOT NULL AND (? = '' OR s.pixel_id = ?)
  AND NOT EXISTS (SELECT 1 FROM event c WHERE c.first = s.id)
  AND (s.pixel_id, s.event_id) IN (
    SELECT b.pixel_id, b.event_id FROM event b WHERE b.channel = 1 AND b.good AND b.event_id IS NOT NULL
      AND b.first IS NULL AND NOT EXISTS (SELECT 1 FROM event d WHERE d.first = b.id))
GROUP BY 1, 2
"""
_ADDRESSES = """
SELECT a.pixel_id, a.event_name, count(*), min(a.received), max(a.received), max(a.id),
    instr(CASE WHEN a.channel THEN a.address ELSE f.address END, ':')
    AND NOT instr(CASE WHEN a.channel THEN f.address ELSE a.address END, ':') AS newer
FROM event a JOIN event f ON f.id = a.first
WHERE a.first IS NOT NULL AND a.channel != f.channel AND a.address != f.address AND (? = '' OR a.pixel_id = ?)
GROUP BY 1, 2, newer
"""
_REDUNDANT = """
SELECT pixel_id, 'Purchase', max(again), min(earliest), max(latest), max(newest), '' FROM (
    SELECT pixel_id, channel, sum(ids - 1) AS again, min(earliest) AS earliest, max(latest) AS latest,
        max(newest) AS newest
    FROM (SELECT pixel_id, channel, order_id, count(DISTINCT coalesce(event_id, 'row ' || id)) AS ids,
            min(received) AS earliest, max(received) AS latest, max(id) AS newest
          FROM event WHERE order_id IS NOT NULL AND good AND (? = '' OR pixel_id = ?)
          GROUP BY pixel_id, channel, order_id HAVING ids > 1)
    GROUP BY pixel_id, channel)
GROUP BY pixel_id
"""


def relations(reading: Reading, pixel: str) -> list[Seen]:
    """Everything amiss between the copies of the kept events, for one pixel or, when empty, for all."""
    met = meetings(reading, pixel)
    actions = {key: max(browser.actions, server.actions, 1) for key, (browser, server) in met.items()}
    servers = {key[0] for key, (_, server) in met.items() if server.actions}
    seen: list[Seen] = []
    for (of_pixel, name), (browser, server) in met.items():
        if name not in AUTOMATIC and browser.actions and of_pixel in servers:
            seen += _between(of_pixel, name, browser, server)
    for query, kinds in (
        (_OTHER_NAME, (OTHER_NAME,) * 2),
        (_ADDRESSES, (ADDRESSES, IPV4)),
        (_REDUNDANT, (REDUNDANT,) * 2),
    ):
        for row in reading.select(query, (pixel, pixel)):
            of_pixel, name, count, first, last, newest, second = row
            of = max(actions.get((of_pixel, name), count), count)
            seen.append(Seen(kinds[bool(second)], of_pixel, name, count, of, Span(first, last, newest)))
    return seen


def _between(pixel: str, name: str, browser: Side, server: Side) -> Iterator[Seen]:
    """How one event name's two sides fail to meet, each missing meeting blamed on one cause only."""
    if browser.anonymous and (server.anonymous or server.with_event_id):
        kind = NO_DEDUPLICATION if server.anonymous else IDS_IN_ONE_COPY
        yield Seen(kind, pixel, name, browser.anonymous, browser.actions, browser.anonymous_span)
    elif server.anonymous and browser.with_event_id:
        yield Seen(IDS_IN_ONE_COPY, pixel, name, server.anonymous, server.actions, server.anonymous_span)
    alone = max(browser.alone - server.anonymous, 0)
    astray = min(alone, max(server.alone - browser.anonymous, 0))
    if astray > (1 - GOAL) * browser.actions:
        yield Seen(IDS_DIFFER, pixel, name, astray, browser.actions, browser.alone_span)
    if alone - astray > (1 - GOAL) * browser.actions:
        yield Seen(LOW_COVERAGE, pixel, name, alone - astray, browser.actions, browser.alone_span)
