"""Fields: the parameters of one GA4 event, gathered from the URL and its line of the body, and the event they make."""

from __future__ import annotations

from typing import Any

from container.component import Incoming
from container.event import Event
from container.ga4.address import REDACTED, is_address
from container.ga4.client_hints import read_hints
from container.ga4.consent import granted_states, read_consent
from container.ga4.items import read_items
from container.ga4.page import add_page_parts
from container.ga4.parameters import (
    EVENT,
    EXTRA,
    HINT,
    ITEMS,
    NOT_NUMBERS,
    PARKED,
    PIECES,
    PROPERTIES,
    PROPERTIES_KEY,
    SST,
    SYSTEM,
    TEXT_KEYS,
    UNKNOWN,
    USER_DATA,
)
from container.ga4.user_data import merge, nest, read_em
from container.hit import MOST_PARAMETERS, Hit

_MOST_NOTES = 20
_WORKER = "/service_worker/"  # a service worker's own script is not the page


class Fields:
    """What a hit says of one event, as texts by their place in the event data; a later value replaces an earlier."""

    __slots__ = ("parts",)

    def __init__(self, parts: list[dict[Any, Any]] | None = None) -> None:
        # The two keys everybody looks for come first in the event, wherever the sender put them.
        self.parts: list[dict[Any, Any]] = parts or [
            {"event_name": "", "client_id": ""}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
        ]  # fmt: skip

    def take(self, text: str) -> Fields:
        """Add the parameters of a query string or of a line of the body, as they were sent."""
        parts = self.parts
        pieces = text.split("&", MOST_PARAMETERS)
        del pieces[MOST_PARAMETERS:]
        for part, key, value in map(PIECES.__getitem__, pieces):
            parts[part][key] = value
        return self

    def copy(self) -> Fields:
        """The same fields, to be overlaid by the line of one event of a batch."""
        return Fields([dict(part) for part in self.parts])

    @property
    def event_name(self) -> str:
        """The event's name, "" when the hit holds none: then it is no event."""
        return str(self.parts[EVENT]["event_name"])

    def read(self, hit: Hit) -> Incoming:
        """The event of these fields, which are used up by it."""
        parts = self.parts
        notes: list[str] = []
        event: Event = parts[EVENT]
        if "" in event.values():
            event = {key: value for key, value in event.items() if value}
        for key in parts[NOT_NUMBERS]:
            notes.append(f"{key[:40]} is not a number and was left out")
        _add_extra(event, parts, notes)
        _add_place(event, hit, notes)
        location = event.get("event_location")
        if location is not None:
            event["event_location"] = _read_region(location)
        if parts[ITEMS]:
            items = read_items(parts[ITEMS])
            if items:
                event["items"] = items
        if parts[USER_DATA] or "x-ga-em" in event:
            _add_user_data(event, parts[USER_DATA], notes)
        if parts[PROPERTIES]:
            event[PROPERTIES_KEY] = parts[PROPERTIES]
        header = hit.headers.get("sec-ch-ua", "")
        if parts[HINT] or header:
            event["client_hints"] = read_hints(parts[HINT], header)
        event.update(parts[UNKNOWN])
        if parts[SYSTEM]:
            event["x-ga-system_properties"] = parts[SYSTEM]
        _note_missing(event, notes)
        gcd = event.get("x-ga-gcd", "")
        explicit, implicit = read_consent(event.get("x-ga-gcs", ""), gcd)
        sst = parts[SST]
        if gcd and (explicit or implicit):
            sst["consent"] = {"consentGrantedState": granted_states(explicit, implicit)}
        if sst:
            event["x-sst-system_properties"] = sst
        if len(notes) > _MOST_NOTES:
            notes[_MOST_NOTES:] = [f"and {len(notes) - _MOST_NOTES} more of the kind"]
        return Incoming(event, dict(explicit), dict(implicit), notes)


def _add_extra(event: Event, parts: list[dict[Any, Any]], notes: list[str]) -> None:
    """Event parameters keep their names, unless the name is one the hit itself has filled."""
    extra: dict[str, Any] = parts[EXTRA]
    if "" in extra.values():
        extra = {key: value for key, value in extra.items() if value or key not in TEXT_KEYS}
    for key in event.keys() & extra.keys():
        value = extra.pop(key)
        if value != event[key]:
            parts[PARKED][key] = value
    event.update(extra)
    for key, value in parts[PARKED].items():
        if value == "[object Object]":
            notes.append(f"the event parameter '{key}' is an object the sender could not write and was left out")
            continue
        kept = f"x-ga-mp2-ep-{key}"
        event[kept] = value
        notes.append(f"the event parameter '{key}' has the name of a built-in key and was kept as {kept}")


def _add_place(event: Event, hit: Hit, notes: list[str]) -> None:
    """Who asks from which page: the visitor's address and browser, and the parts of the page's URL."""
    address = event.get("ip_override")
    if address is not None and not is_address(address):
        if address != REDACTED:
            notes.append("_uip is not an IP address and was left out")
        del event["ip_override"]
        address = None
    if address is None and hit.ip:
        event["ip_override"] = hit.ip
    agent = hit.headers.get("user-agent")
    if agent:
        event["user_agent"] = agent
    location = event.get("page_location")
    if location is None:
        location = _page_of_headers(hit)
        if not location:
            return
        event["page_location"] = location
        notes.append("page_location is taken from the request's headers: the hit has no dl")
    add_page_parts(event)


def _page_of_headers(hit: Hit) -> str:
    for name in ("x-effective-referer", "referer", "x-effective-origin"):
        url = hit.headers.get(name, "")
        if url.startswith(("https://", "http://")) and _WORKER not in url:
            return url
    return ""


def _read_region(text: str) -> dict[str, str]:
    country, _, region = text.partition("-")
    return {"country": country, "region": region} if region else {"country": country}


def _add_user_data(event: Event, flat: dict[str, str], notes: list[str]) -> None:
    data = nest(flat) if flat else {}
    if "x-ga-em" in event:
        known, said = read_em(event["x-ga-em"])
        notes.extend(said)
        data = merge(data, known)
    if data:
        event["user_data"] = data


def _note_missing(event: Event, notes: list[str]) -> None:
    if "client_id" not in event:
        notes.append("the hit has no client id (cid)")
    if "x-ga-measurement_id" not in event:
        notes.append("the hit has no measurement id (tid)")
