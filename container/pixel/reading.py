"""The reading of pixel parameters into common event data."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from container.event import Event
from container.hit import Hit, split_url
from container.moment import believe, moment
from container.pixel.matching import match_keys
from container.pixel.parameters import Parameters
from container.pixel.shopping import add_shopping

_IDENTITY = ("id", "ev", "ts", "it", "ec", "dl", "fbp")
KEPT = tuple((name, f"x-fb-{name}") for name in ("v", "r", "a", "it", "ec", "rqm", "es", "tm", "tz", "coo", "cs_est"))
"""Parameters kept for whoever wants to look: not needed to make a vendor event."""
_MOST_WORDS = 5
_NO_ID = "no eid: the event gets a stable id of its own, which the browser's own copy at Meta cannot match"


def read_event(found: Parameters, hit: Hit, now: float, notes: list[str]) -> Event:
    """The event of one pixel hit; notes are added for what was odd. A parameter that is absent or empty gives no key.

    ``custom_data`` and ``user_data`` are always there, with Meta's own names.
    """
    plain = found.plain
    event: Event = {}
    if name := plain.get("ev", "").strip():
        event["event_name"] = name
    if pixel := plain.get("id", "").strip():
        event["pixel_id"] = pixel
    if identity := plain.get("eid", "").strip():
        event["event_id"] = identity
    else:
        notes.append(_NO_ID)
    _add_time(event, plain.get("ts", ""), now, notes)
    if not identity and "event_time" in event:
        # Without the sender's time all visitors' image pixels would share one id: those are left to the runtime.
        event["x-tagdock-stable-id"] = _stable_id(plain)
    _add_page(event, plain, hit)
    for name in ("fbp", "fbc"):
        if text := plain.get(name):
            event[name] = text
    event["custom_data"] = found.custom
    if found.custom:
        add_shopping(event, found.custom, notes)
    event["user_data"] = match_keys(found.manual, found.automatic, notes)
    if found.automatic or found.form:
        event["automatic_user_data"] = {**found.form, **found.automatic}
    if "dpo" in plain:
        _add_limits(event, plain, notes)
    _add_visitor(event, found, hit)
    for name, key in KEPT:
        if text := plain.get(name):
            event[key] = text
    if plain.get("coo") == "true":
        notes.append("coo=true: the script was told not to use cookies or was opted out")
    return event


def _add_time(event: Event, ts: str, now: float, notes: list[str]) -> None:
    if not ts:
        return
    seconds = int(ts) // 1000 if len(ts) == 13 and ts.isascii() and ts.isdigit() else moment(ts)
    if seconds is None or seconds < 1e8:
        notes.append("ts is not a time in milliseconds: the time of arrival is used")
        return
    event["event_time"], trusted = believe(seconds, now, notes)
    if trusted:
        event["x-tagdock-clock"] = "browser"


def _stable_id(plain: dict[str, str]) -> str:
    """32 hex digits that a hit, its repetition and its Privacy Sandbox twin agree on."""
    identity = "\0".join([plain.get(name, "") for name in _IDENTITY])
    return hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[:32]


def _add_page(event: Event, plain: dict[str, str], hit: Hit) -> None:
    # An image in a noscript element cannot say where it is: the browser's Referer does.
    if page := plain.get("dl") or hit.referer:
        event["page_location"] = event["event_source_url"] = page
        host, path, _ = split_url(page)
        if host:
            event["page_hostname"] = host
            event["page_path"] = path or "/"
    if referrer := plain.get("rl"):
        event["page_referrer"] = event["referrer_url"] = referrer


def _add_visitor(event: Event, found: Parameters, hit: Hit) -> None:
    if agent := hit.user_agent:
        event["user_agent"] = agent
    if hit.ip:
        event["ip_override"] = hit.ip
    spoken = hit.headers.get("accept-language", "")
    if language := (spoken.partition(",")[0].partition(";")[0].strip().lower() or found.page.get("locale")):
        event["language"] = language
    if title := found.page.get("title"):
        event["page_title"] = title
    width, height = found.plain.get("sw", ""), found.plain.get("sh", "")
    if _counts(width) and _counts(height):
        event["screen_resolution"] = f"{width}x{height}"


def _counts(text: str) -> bool:
    return 0 < len(text) < 6 and text.isascii() and text.isdigit() and text != "0"


def _add_limits(event: Event, plain: dict[str, str], notes: list[str]) -> None:
    """Limited Data Use: ``dpo`` is ``LDU``, empty (explicitly not limited), a comma list or a JSON list."""
    options = _words(plain["dpo"])
    country, state = _code(plain.get("dpoco", "")), _code(plain.get("dpost", ""))
    event["data_processing_options"] = options
    if country is not None:
        event["data_processing_options_country"] = country
    if state is not None:
        event["data_processing_options_state"] = state
    event["ldu"] = {"data_processing_options": options, "country": country, "state": state}
    if options not in ([], ["LDU"]):
        notes.append("dpo holds something else than LDU")


def _words(text: str) -> list[str]:
    listed: Any = None
    if text[:1] == "[":
        try:
            listed = msgspec.json.decode(text, type=list[str])
        except (msgspec.MsgspecError, ValueError, RecursionError):
            listed = None
    words = text.split(",", _MOST_WORDS) if listed is None else listed
    return [word.strip() for word in words[:_MOST_WORDS] if word.strip()]


def _code(text: str) -> int | None:
    return int(text) if 0 < len(text) < 6 and text.isascii() and text.isdigit() else None
