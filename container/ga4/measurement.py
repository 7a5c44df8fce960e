"""Measurement: what one event of a Measurement Protocol body becomes in the event data (ga4_hits.md, section 10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from container.amount import amount, identifier
from container.component import Incoming
from container.event import Event
from container.ga4.address import is_address
from container.ga4.items import MOST_ITEMS
from container.ga4.page import add_page_parts
from container.ga4.parameters import OURS, PROPERTIES_KEY, PROTECTED
from container.ga4.user_data import clean
from container.hit import Hit
from container.moment import believe

_SPELLINGS = {
    "clientId": "client_id",
    "appInstanceId": "app_instance_id",
    "userId": "user_id",
    "timestampMicros": "timestamp_micros",
    "userProperties": "user_properties",
    "userData": "user_data",
    "nonPersonalizedAds": "non_personalized_ads",
    "validationBehavior": "validation_behavior",
    "ipOverride": "ip_override",
    "userAgent": "user_agent",
    "userLocation": "user_location",
}
_PURPOSES = ("ad_user_data", "ad_personalization")
_TAKEN = PROTECTED - {"items", "user_data"}  # those two arrive as what they are, in JSON
_LARGEST = 2**63 - 1
_DEEPEST, _MOST_PROPERTIES, _MOST_NOTES = 32, 100, 20
_LATEST_MICROS = 1e17  # the year 5138


def plain_names(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body under the documented names: Google takes ``clientId`` for ``client_id`` too."""
    return {_SPELLINGS.get(name, name): value for name, value in body.items()}


def text_of(value: Any) -> str:
    """An id as text: senders write numbers too. "" for what cannot be one."""
    return identifier(value) or ""


def read_events(body: Mapping[str, Any], events: Sequence[Mapping[str, Any]], hit: Hit, now: float) -> list[Incoming]:
    """The events of a body that has plain names; each entry has a name. ``now`` is the arrival in unix seconds."""
    shared: Event = {}
    notes: list[str] = []
    _add_ids(shared, body, hit, notes)
    _add_visitor(shared, body, hit, notes)
    common = _common(body)
    consent = _consent(body.get("consent"))
    incoming = []
    for one in events:
        own = list(notes)
        event = {"event_name": one["name"], **shared}
        _add_parameters(event, one.get("params"), own)
        _add_time(event, one.get("timestamp_micros", body.get("timestamp_micros")), now, own)
        for key, value in common.items():
            if isinstance(value, dict):
                event[key] = {**event.get(key, {}), **value}
            else:
                event.setdefault(key, value)
        add_page_parts(event)
        if len(own) > _MOST_NOTES:
            own[_MOST_NOTES:] = [f"and {len(own) - _MOST_NOTES} more of the kind"]
        incoming.append(Incoming(event, dict(consent), {}, own))
    return incoming


def _add_ids(event: Event, body: Mapping[str, Any], hit: Hit, notes: list[str]) -> None:
    for key in ("client_id", "user_id", "app_instance_id"):
        found = text_of(body.get(key))
        if found:
            event[key] = found
    if "client_id" not in event and "app_instance_id" not in event:
        notes.append("the body has neither client_id nor app_instance_id")
    event["x-ga-protocol_version"] = "2"
    for name, key in (("measurement_id", "x-ga-measurement_id"), ("firebase_app_id", "x-ga-mp2-firebase_app_id")):
        if hit.query.get(name):
            event[key] = hit.query[name]
    if body.get("non_personalized_ads") is True:
        event["x-ga-npa"] = "1"


def _add_visitor(event: Event, body: Mapping[str, Any], hit: Hit, notes: list[str]) -> None:
    """The visitor's address and browser. A back end's own are not the visitor's, so they are not put in their place."""
    agent, address = text_of(body.get("user_agent")), text_of(body.get("ip_override"))
    from_browser = hit.user_agent.startswith("Mozilla/")
    if address and not is_address(address):
        notes.append("ip_override is not an IP address and was left out")
        address = ""
    agent = agent or (hit.user_agent if from_browser else "")
    address = address or (hit.ip if from_browser else "")
    if agent:
        event["user_agent"] = agent
    if address:
        event["ip_override"] = address


def _add_parameters(event: Event, params: Any, notes: list[str]) -> None:
    if params is None:
        return
    if not isinstance(params, dict):
        notes.append("params is not an object and was left out")
        return
    for name, value in params.items():
        if value is None or not name:
            continue
        if not isinstance(value, str) and not _is_plain(value):
            notes.append(f"the parameter '{name[:40]}' is nested too deeply or too large a number and was left out")
        elif name == "items":
            _add_items(event, value, notes)
        elif name == "user_data":
            if clean(value):
                event[name] = clean(value)
        elif name in event or name in _TAKEN or name.startswith(OURS):
            if value != event.get(name):
                event[f"x-ga-mp2-ep-{name}"] = value
                notes.append(
                    f"the parameter '{name[:40]}' has the name of a built-in key: kept as x-ga-mp2-ep-{name[:40]}"
                )
        else:
            event[name] = value
    session = text_of(params.get("session_id"))
    if session:
        event.setdefault("ga_session_id", session)
    count = amount(params.get("session_number"))
    if count is not None:
        event.setdefault("ga_session_number", count)


def _add_items(event: Event, value: Any, notes: list[str]) -> None:
    if not isinstance(value, list):
        notes.append("items is not a list and was left out")
        return
    event["items"] = [item for item in value[:MOST_ITEMS] if isinstance(item, dict)]
    if len(event["items"]) < len(value):
        notes.append(f"{len(value) - len(event['items'])} items were left out: no objects, or more than {MOST_ITEMS}")


def _is_plain(value: Any, left: int = _DEEPEST) -> bool:
    """Whether a value can be written as JSON again by everybody: not nested past 32 levels, no integer past 64 bits."""
    if isinstance(value, dict):
        return left > 0 and all(_is_plain(inner, left - 1) for inner in value.values())
    if isinstance(value, list):
        return left > 0 and all(_is_plain(inner, left - 1) for inner in value)
    return not isinstance(value, int) or -_LARGEST <= value <= _LARGEST


def _add_time(event: Event, micros: Any, now: float, notes: list[str]) -> None:
    if micros is None:
        return
    number = amount(micros)
    if number is None or not 0 < number < _LATEST_MICROS:
        notes.append("timestamp_micros is not a time and was left out: the time of arrival counts")
    else:
        event["event_time"], _ = believe(number / 1e6, now, notes)


def _common(body: Mapping[str, Any]) -> Event:
    """What the body says for all its events, beside ids and consent."""
    found: Event = {}
    data = clean(body.get("user_data"))
    if data and _is_plain(data):
        found["user_data"] = data
    properties = body.get("user_properties")
    if isinstance(properties, dict):
        values = {name: _unwrap(value) for name, value in islice(properties.items(), _MOST_PROPERTIES) if name}
        plain = {
            name: value for name, value in values.items() if isinstance(value, (str, int, float)) and _is_plain(value)
        }
        if plain:
            found[PROPERTIES_KEY] = plain
    location = body.get("user_location")
    if isinstance(location, dict):
        place = {
            "country": text_of(location.get("country_id")),
            "region": text_of(location.get("region_id")).rpartition("-")[2],
            "city": text_of(location.get("city")),
        }
        if any(place.values()):
            found["event_location"] = {name: value for name, value in place.items() if value}
    device = body.get("device")
    if isinstance(device, dict):
        for name in ("language", "screen_resolution"):
            if text_of(device.get(name)):
                found[name] = text_of(device.get(name))
    return found


def _unwrap(value: Any) -> Any:
    return value.get("value") if isinstance(value, dict) else value


def _consent(given: Any) -> dict[str, str]:
    if not isinstance(given, dict):
        return {}
    said = {purpose: text_of(given.get(purpose)).lower() for purpose in _PURPOSES}
    return {purpose: state for purpose, state in said.items() if state in ("granted", "denied")}
