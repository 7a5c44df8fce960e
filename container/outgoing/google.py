"""Google Analytics: what one event becomes for the Measurement Protocol (ga4_hits.md, section 10)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from container.amount import amount
from container.context import Context
from container.event import as_text
from container.ga4.items import MOST_ITEMS
from container.ga4.parameters import PROPERTIES_KEY
from container.ga4.validation import RESERVED_EVENTS
from container.meta.personal import scrub
from container.outgoing.body import sendable
from container.outgoing.hashing import hash_google, hash_plain
from container.outgoing.identity import event_seconds
from container.outgoing.person import HASHED_PHONE, person

MOST_PARAMETERS, MOST_PROPERTIES = 25, 25
OLDEST = 72 * 3600.0
"""Seconds back that Google takes an event."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_RESERVED = ("_", "firebase_", "ga_", "google_", "gtag.")
_LONGEST = {"page_location": 1000, "page_referrer": 420, "page_title": 300}
_LONGEST_VALUE, _LONGEST_PROPERTY, _LONGEST_PROPERTY_VALUE = 100, 24, 36
_FIRST = ("session_id", "engagement_time_msec", "page_location", "page_title", "currency", "value", "transaction_id")
_ELSEWHERE = frozenset(
    {
        "event_name", "client_id", "user_id", "app_instance_id", "user_data", "ip_override", "user_agent", "items",
        "client_hints", "event_location", "event_time", "ga_session_id", "ga_session_number", "page_hostname",
        "page_path", "language", "screen_resolution", "consent_state",
    }
)  # fmt: skip
"""Fields of the event that are no parameters, or have a place of their own."""

Note = Callable[[str], None]


def refusal(context: Context, *, reserved: bool) -> str:
    """Why Google could do nothing with the event, "" when it could; ``reserved`` names are refused where asked for."""
    name = context.event_name
    if not isinstance(context.event.get("client_id"), str) or not context.event["client_id"]:
        return "the event has no client_id"
    if not _NAME.fullmatch(name):
        return "Google takes no event of such a name"
    if reserved and name in RESERVED_EVENTS:
        return "Google reserves the event's name for its own tags"
    return "the event is older than 72 hours" if context.now - event_seconds(context) > OLDEST else ""


def body(context: Context, name: str, extra: Mapping[str, Any], *, address: bool, user_data: bool) -> dict[str, Any]:
    """One request's body with the one event. ``extra`` are parameters in place of or beside the event's own."""
    event, note = context.event, context.note
    found: dict[str, Any] = {"client_id": event["client_id"]}
    user = scrub({"user_id": event.get("user_id")}, "remove", "event", note).get("user_id")
    if isinstance(user, str | int) and not isinstance(user, bool) and user != "":
        found["user_id"] = as_text(user)
        identifiers = hashed(context) if user_data else {}
        if identifiers:
            found["user_data"] = identifiers
    found["timestamp_micros"] = int(event_seconds(context) * 1_000_000)
    properties = dict(_properties(event.get(PROPERTIES_KEY), note))
    if properties:
        found["user_properties"] = properties
    consent = {
        purpose: context.consent[purpose].upper()
        for purpose in ("ad_user_data", "ad_personalization")
        if context.consent.get(purpose) in ("granted", "denied")
    }
    if consent:
        found["consent"] = consent
    if address and isinstance(event.get("ip_override"), str):
        found["ip_override"] = event["ip_override"]
    if isinstance(event.get("user_agent"), str):
        found["user_agent"] = event["user_agent"]
    device = {key: event[key] for key in ("language", "screen_resolution") if isinstance(event.get(key), str)}
    if device:
        found["device"] = device
    found["events"] = [{"name": name, "params": parameters(context, extra)}]
    return found


def parameters(context: Context, extra: Mapping[str, Any]) -> dict[str, Any]:
    """The event's parameters within Google's limits; what is cut or left out is noted."""
    event, note = context.event, context.note
    given = {key: value for key, value in event.items() if key not in _ELSEWHERE and not key.startswith(("x-", "_"))}
    if event.get("ga_session_id") is not None:
        given.setdefault("session_id", event["ga_session_id"])
    given = {**given, **extra}
    given.setdefault("engagement_time_msec", 1)  # without it Google shows no active user
    ordered = {key: given[key] for key in (*_FIRST, *given) if key in given}
    ordered = scrub({key: value for key, value in ordered.items() if key != "items"}, "remove", "params", note)
    kept: dict[str, Any] = {}
    for key, value in ordered.items():
        found = _value(key, value, note)
        if found is None:
            continue
        if len(kept) == MOST_PARAMETERS:
            note(f"more than {MOST_PARAMETERS} parameters: '{key[:40]}' and those after it are left out")
            break
        kept[key] = found
    items = list(_items(given.get("items", event.get("items"))))
    if items:
        kept["items"] = items
    return kept


def hashed(context: Context) -> dict[str, Any]:
    """The person's identifiers as Google wants them: hashed in its normal form, the address' places in clear."""
    known = person(context.event)
    found: dict[str, Any] = {
        "sha256_email_address": hash_google(known.get("email"), "email"),
        "sha256_phone_number": hash_google(known.get("phone"), "phone") or known.get(HASHED_PHONE),
    }
    address: dict[str, Any] = {}
    for name, rule in (("first_name", "name"), ("last_name", "name"), ("street", "street")):
        listed = hash_google(known.get(name), rule)
        if listed:
            address[f"sha256_{name}"] = listed[0]
    if address:
        for name in ("city", "region", "postal_code", "country"):
            if known.get(name) and hash_plain(known[name]) != known[name]:
                address[name] = as_text(known[name][0]).strip()
        found["address"] = [address]
    return {key: value for key, value in found.items() if value}


def _value(key: str, value: Any, note: Note) -> str | int | float | None:
    if not _NAME.fullmatch(key) or key.startswith(_RESERVED):
        note(f"the parameter '{key[:40]}' has a name Google does not take: left out")
        return None
    if isinstance(value, bool):
        return as_text(value)
    if key == "value":
        return amount(value)
    if isinstance(value, int | float):
        number: int | float | None = sendable(value)
        return number
    if not isinstance(value, str) or not value:
        if isinstance(value, dict | list):
            note(f"the parameter '{key}' is neither text nor a number: left out")
        return None
    longest = _LONGEST.get(key, _LONGEST_VALUE)
    if len(value) > longest:
        note(f"the parameter '{key}' is cut to {longest} characters")
    text: str = sendable(value[:longest])
    return text


def _properties(given: Any, note: Note) -> Iterator[tuple[str, dict[str, Any]]]:
    shown = scrub(given, "remove", "user_properties", note) if isinstance(given, dict) else {}
    for count, (name, value) in enumerate(shown.items()):
        if count == MOST_PROPERTIES:
            note(f"more than {MOST_PROPERTIES} user properties: the rest is left out")
            return
        sound = _NAME.fullmatch(name) and len(name) <= _LONGEST_PROPERTY and not name.startswith(_RESERVED)
        if not sound or isinstance(value, dict | list) or value is None:
            note(f"the user property '{name[:40]}' has a name or value Google does not take: left out")
            continue
        yield name, {"value": sendable(value[:_LONGEST_PROPERTY_VALUE] if isinstance(value, str) else value)}


def _items(given: Any) -> Iterator[dict[str, Any]]:
    for item in given[:MOST_ITEMS] if isinstance(given, list) else ():
        if isinstance(item, dict):
            flat = {key: sendable(value) for key, value in item.items() if isinstance(value, str | int | float)}
            kept = {key: value for key, value in flat.items() if value is not None and _NAME.fullmatch(key)}
            if kept:
                yield kept
