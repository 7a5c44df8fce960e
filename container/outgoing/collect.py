"""Google's own protocol: an event as the parameters of a ``/g/collect`` request, the ga4 client turned round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from container.context import Context
from container.event import as_text
from container.ga4.items import FIELDS, MOST_ITEMS
from container.ga4.parameters import NUMBER_TEXTS, PROPERTIES_KEY, TEXTS
from container.meta.personal import scrub
from container.outgoing.body import sendable
from container.outgoing.hashing import clean_url

_KEYS = {key: name for name, key in {**TEXTS, **NUMBER_TEXTS}.items()} | {"x-ga-mp2-seg": "seg"}
_ITEM_KEYS = {field: key for key, field in FIELDS.items()}
_CUSTOM = "0123456789ABCDEFGHIJKLMNOPQ"
_OWN = frozenset({"v", "tid", "en", "cid", "_uip", "em", "ur", "de", "dp", "dh"})
"""Parameters that are written apart, or that the page's address already says."""

_NO_PARAMETERS = frozenset({"items", "user_data", "user_agent", "client_hints", "event_location", "event_time"})
_LONGEST = 8192
_MOST, _MOST_PROPERTIES = 100, 25
_URLS = frozenset({"dl", "dr"})


def query(
    context: Context, measurement_id: str, name: str, extra: Mapping[str, Any], *, address: bool
) -> dict[str, str]:
    """The parameters of the request, in the order the sender's own tag uses."""
    event = context.event
    given = {**event, **extra}
    found = {"v": "2", "tid": measurement_id, "cid": as_text(event["client_id"]), "en": name}
    plain: dict[str, Any] = {}
    for key, value in given.items():
        known = _KEYS.get(key)
        if known is not None:
            if known not in _OWN and isinstance(value, str | int | float):
                found[known] = (clean_url(value) or "") if known in _URLS else _text(value)
        elif key not in _NO_PARAMETERS and not key.startswith("x-") and isinstance(value, str | int | float):
            plain[key] = value
    for key, value in scrub(plain, "remove", "ep", context.note).items():
        if len(found) >= _MOST:
            context.note(f"more than {_MOST} parameters: '{key[:40]}' and those after it are left out")
            break
        number = isinstance(value, int | float) and not isinstance(value, bool)
        found[f"{'epn' if number else 'ep'}.{key}"] = _text(value)
    found.update(_system(event))
    properties = event.get(PROPERTIES_KEY)
    shown = scrub(properties, "remove", "up", context.note) if isinstance(properties, dict) else {}
    for key, value in list(shown.items())[:_MOST_PROPERTIES]:
        if isinstance(value, str | int | float):
            number = isinstance(value, int | float) and not isinstance(value, bool)
            found[f"{'upn' if number else 'up'}.{key}"] = _text(value)
    for place, item in enumerate(_items(given.get("items")), 1):
        found[f"pr{place}"] = item
    if address and isinstance(event.get("ip_override"), str):
        found["_uip"] = event["ip_override"]
    return {key: value for key, value in found.items() if value != ""}


def _system(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What Google's tag said of itself: a first visit, a session's start."""
    said = event.get("x-ga-system_properties")
    for key, value in said.items() if isinstance(said, dict) else ():
        if isinstance(value, str | int) and key in {"fv", "ss", "nsi", "ee", "c", "dbg"}:
            yield f"_{key}", _text(value)


def _items(given: Any) -> Iterator[str]:
    for item in given[:MOST_ITEMS] if isinstance(given, list) else ():
        if not isinstance(item, dict):
            continue
        pairs: list[str] = []
        custom: list[tuple[str, Any]] = []
        for field, value in item.items():
            if not isinstance(value, str | int | float) or value == "":
                continue
            key = _ITEM_KEYS.get(field)
            if key is not None:
                pairs.append(f"{key}{_item_text(value)}")
            elif len(custom) < len(_CUSTOM):
                custom.append((field, value))
        for place, (field, value) in zip(_CUSTOM, custom, strict=False):
            pairs += [f"k{place}{_item_text(field)}", f"v{place}{_item_text(value)}"]
        if pairs:
            yield "~".join(pairs)


def _item_text(value: Any) -> str:
    return _text(value).replace("~", "~~")


def _text(value: Any) -> str:
    text: str = sendable(as_text(value)[:_LONGEST])
    return text
