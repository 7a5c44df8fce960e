"""The browser's copy: a pixel hit on `/tr`, read into the shape a server event has so that the two can be compared."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

Pairs = list[tuple[str, str]]

_JSON_START = ("{", "[")
_DIRECT = {"ev": "event_name", "eid": "event_id", "dl": "event_source_url", "rl": "referrer_url"}
_NUMBERS = ("value", "num_items", "predicted_ltv", "net_revenue")
_THIS_MACHINE = ("127.0.0.1", "::1", None)
_LDU = (("dpoco", "data_processing_options_country"), ("dpost", "data_processing_options_state"))


class Copy(msgspec.Struct):
    """One hit: its pixel, the event in server form, and whether it is only the privacy-sandbox twin of another hit."""

    pixel_id: str
    event: dict[str, object]
    test_event_code: str | None
    twin: bool


def read_copy(pairs: Pairs, headers: Mapping[str, str], peer: str | None, now: float) -> Copy:
    """Read the parameters of a hit; anything missing or misshapen is simply not in the event."""
    flat: dict[str, str] = {}
    groups: dict[str, dict[str, str]] = {}
    for key, value in pairs:
        name, bracket, inner = key.partition("[")
        if bracket and inner.endswith("]"):
            groups.setdefault(name, {}).setdefault(inner[:-1], value)
        else:
            flat.setdefault(key, value)
    event: dict[str, object] = {"action_source": "website"}
    for short, long in _DIRECT.items():
        if flat.get(short):
            event[long] = flat[short]
    if "event_source_url" not in event and headers.get("referer"):
        event["event_source_url"] = headers["referer"]
    event["event_time"] = _seconds(flat.get("ts"), now)
    if user := _user_data(flat, groups, headers, peer):
        event["user_data"] = user
    if custom := {key: _custom_value(key, value) for key, value in groups.get("cd", {}).items()}:
        event["custom_data"] = custom
    if "dpo" in flat:
        event["data_processing_options"] = [flat["dpo"]] if flat["dpo"] else []
        event |= {long: int(flat[short]) for short, long in _LDU if _is_small_number(flat.get(short))}
    return Copy(flat.get("id", "").strip(), event, flat.get("test_event_code") or None, flat.get("rqm") == "FGET")


def _user_data(
    flat: Mapping[str, str], groups: Mapping[str, Mapping[str, str]], headers: Mapping[str, str], peer: str | None
) -> dict[str, object]:
    user: dict[str, object] = {}
    for group in ("ud", "aud", "udff"):  # set by hand, then found automatically, then read from form fields
        for key, value in groups.get(group, {}).items():
            if value:
                user.setdefault(key, value)
    for key in ("fbp", "fbc"):
        if flat.get(key):
            user[key] = flat[key]
    if headers.get("user-agent"):
        user["client_user_agent"] = headers["user-agent"]
    if address := _address(headers, peer):
        user["client_ip_address"] = address
    return user


def _address(headers: Mapping[str, str], peer: str | None) -> str | None:
    """The browser's address; behind a proxy on this very machine, the one the proxy names."""
    if peer in _THIS_MACHINE:
        return headers.get("x-forwarded-for", "").partition(",")[0].strip() or None
    return peer


def _custom_value(key: str, value: str) -> object:
    if value[:1] in _JSON_START:
        try:
            return msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError, ValueError):
            return value
    if key in _NUMBERS and len(value) <= 20 and value.isascii() and value.replace(".", "", 1).isdigit():
        return float(value) if "." in value else int(value)
    if key == "content_ids":
        return [one.strip() for one in value.split(",")[:1000] if one.strip()]
    return value


def _seconds(stamp: str | None, now: float) -> int:
    text = (stamp or "").partition(".")[0]
    return int(text) // 1000 if 12 <= len(text) <= 14 and text.isascii() and text.isdigit() else int(now)


def _is_small_number(text: str | None) -> bool:
    return text is not None and len(text) <= 6 and text.isascii() and text.isdigit()
