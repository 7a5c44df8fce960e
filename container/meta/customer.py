"""The customer: `user_data` for Meta from common event data, from Meta's own keys and from overrides."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from container.meta.clean import label
from container.meta.normalise import HASHED, LISTS, LONGEST, PLAIN, hashed_all
from container.meta.text import is_sha256, text, trim

Note = Callable[[str], None]
_NONE: Final[Mapping[str, Any]] = {}

# Names of common event data (and a few that people write instead) for Meta's keys.
COMMON: Final = {
    "email_address": "em",
    "email": "em",
    "phone_number": "ph",
    "phone": "ph",
    "first_name": "fn",
    "last_name": "ln",
    "city": "ct",
    "region": "st",
    "state": "st",
    "postal_code": "zp",
    "zip": "zp",
    "country": "country",
    "gender": "ge",
    "date_of_birth": "db",
    "birthday": "db",
}
PHONE_HASH: Final = (
    "user_data.sha256_phone_number is left out: Google hashes phone numbers with their '+', Meta without, so it could "
    "never match; send phone_number or Meta's own ph"
)
ENHANCED: Final = "_gtmeec"  # the cookie in which Tag Manager's Meta template keeps hashed user data

_OWN: Final = frozenset(HASHED) | frozenset(PLAIN)
_TEMPLATES: Final = {key: f"x-fb-ud-{key}" for key in _OWN}
_ELSEWHERE: Final = frozenset(("client_ip_address", "client_user_agent", "fbc", "fbp"))
_ADDRESS: Final = frozenset(("first_name", "last_name", "city", "region", "state", "postal_code", "zip", "country"))
_MOST_ADDRESSES: Final = 10


def customer(
    event: Mapping[str, Any],
    overrides: Mapping[str, Any],
    *,
    templated: Mapping[str, Any] = _NONE,
    enhanced: object = None,
    default_country: str | None = None,
    match: str = "documented",
    note: Note,
) -> dict[str, Any]:
    """Everything about the customer but the browser: hashed keys as one hash or a list of them, the others as they are.

    For each key the first of these that says something: `overrides` (a None there leaves the key out), `templated`
    (the `x-fb-ud-<key>` of the event), Meta's own key in the event's `user_data`, the names of common event data in
    clear, then hashed (`sha256_...`), `user_id` for `external_id`, and the `_gtmeec` cookie's value. What is left out
    is told to `note`, by key and never by value.
    """
    silent = enhanced is None and "user_id" not in event
    if silent and not (overrides or templated or event.get("user_data")):
        return {}  # nobody said anything, as on most sites' pages
    found = _gathered(event, templated, enhanced, note)
    if overrides:
        found.update(overrides)
    built: dict[str, Any] = {}
    for key, value in found.items():
        if value is None or key in _ELSEWHERE:
            continue
        if key in PLAIN:
            plain = plain_value(value)
            if plain is None:
                note(f"user_data.{key} is no text or number: left out")
            else:
                built[key] = plain
            continue
        kept, reasons = hashed_all(key, value, default_country=default_country, match=match)
        for reason in reasons:
            note(f"user_data.{key} {reason}: left out")
        if kept:
            built[key] = kept if len(kept) > 1 and key in LISTS else kept[0]
    return built


def templates(event: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the browser set for Meta's Tag Manager template: an event's `x-fb-ud-<key>`, and its `x-fb-cd-<field>`."""
    every = "\n".join(event)  # most events have none, and one look over all names costs least
    if "x-fb-ud-" not in every and "x-fb-cd-" not in every:
        return {}, {}
    user, custom = (
        {name[8:]: value for name, value in event.items() if name[:8] == prefix and len(name) > 8}
        for prefix in ("x-fb-ud-", "x-fb-cd-")
    )
    return user, custom


def own(event: Mapping[str, Any], key: str) -> Any:
    """What the event says under one of Meta's own keys: `x-fb-ud-<key>`, then `user_data.<key>`; None for nothing."""
    said = event.get(_TEMPLATES[key])
    if said is not None:
        return said
    data = event.get("user_data")
    return data.get(key) if isinstance(data, dict) else None


def plain_value(value: object) -> str | int | None:
    """A value that is sent as it is: text without white space around it, or a whole number."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    written = trim(text(value))
    return (written if isinstance(value, str) else value) if 0 < len(written) <= LONGEST else None


def _gathered(event: Mapping[str, Any], templated: Mapping[str, Any], enhanced: object, note: Note) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if isinstance(enhanced, str):
        found.update(_enhanced(enhanced, note))
    user_id = event.get("user_id")
    if user_id is not None and user_id != "":
        found["external_id"] = user_id
    data = event.get("user_data")
    if not isinstance(data, dict):
        if data is not None:
            note("user_data is not an object: left out")
    elif data:
        found.update(_common(data, note))
        found.update((key, value) for key, value in data.items() if key in _OWN and value not in (None, ""))
    for key, value in templated.items():
        if key in _OWN:
            found[key] = value
        else:
            note(f"x-fb-ud-{label(key)} is no key of Meta's user_data: left out")
    return found


def _common(data: Mapping[str, Any], note: Note) -> dict[str, Any]:
    clear: dict[str, list[Any]] = {}
    hashes: dict[str, list[Any]] = {}
    _sort(data, COMMON.keys(), clear, hashes, note)
    addresses = data.get("address")
    if addresses is not None:
        listed = addresses if isinstance(addresses, list) else [addresses]
        for address in listed[:_MOST_ADDRESSES]:
            if isinstance(address, dict):
                _sort(address, _ADDRESS, clear, hashes, note)
            else:
                note("user_data.address is not an object: left out")
    # One value need not be a list: the common case takes the short way.
    return {key: one[0] if len(one) == 1 else one for key, one in {**hashes, **clear}.items()}


def _sort(
    data: Mapping[str, Any],
    names: Any,
    clear: dict[str, list[Any]],
    hashes: dict[str, list[Any]],
    note: Note,
) -> None:
    """Put the values of one object under Meta's keys, in clear or hashed."""
    for name, value in data.items():
        if value is None or value == "":
            continue
        if name in names:
            clear.setdefault(COMMON[name], []).extend(value if isinstance(value, list) else (value,))
        elif name.startswith("sha256_") and name[7:] in names:
            key = COMMON[name[7:]]
            if key == "ph":
                note(PHONE_HASH)
                continue
            for one in value if isinstance(value, list) else (value,):
                if isinstance(one, str) and is_sha256(trim(one)):
                    hashes.setdefault(key, []).append(one)
                else:
                    note(f"user_data.{name} is not a SHA-256 hash: left out")
        elif name not in _OWN and name != "address" and not name.startswith("_"):
            note(f"user_data.{label(name)} has no key at Meta: left out")


def _enhanced(cookie: str, note: Note) -> dict[str, Any]:
    """The hashed keys of a `_gtmeec` cookie: base64 of a JSON object. What in it is no hash is ignored."""
    try:
        held = json.loads(base64.b64decode(cookie[:8192] + "==", validate=False))
    except (ValueError, binascii.Error, RecursionError):
        held = None
    if not isinstance(held, dict):
        note(f"the cookie {ENHANCED} cannot be read")
        return {}
    return {
        key: value for key, value in held.items() if key in HASHED and isinstance(value, str) and is_sha256(trim(value))
    }
