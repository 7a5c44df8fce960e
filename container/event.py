"""The event: common event data as a plain JSON-compatible dict, and dotted paths into it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

Event = dict[str, Any]
"""Keys are those of Google's common event data: ``event_name``, ``client_id``, ``page_location``, ``value``,
``items[].item_id``, ``user_data.email_address``, ``x-ga-*`` ... (DESIGN section 2)."""

DROP = "x-tagdock-drop"
"""The key under which a client says why no tag may have the event."""

CONSENT_REFUSED = "consent refused in the browser: nothing but the event's name left it"
"""The ``DROP`` of an event that the loader only counts."""

CONSENT_PURPOSES = ("ad_storage", "analytics_storage", "ad_user_data", "ad_personalization")
"""The four purposes of Google's consent mode, in the order of ``gcd``."""


@lru_cache(maxsize=4096)
def path_parts(path: str) -> tuple[str | int, ...]:
    """Split ``items[0].item_id`` or ``items.0.item_id`` into its keys; whole numbers become list indexes."""
    parts: list[str | int] = []
    for word in path.replace("[", ".").replace("]", "").split("."):
        if word:
            index = word.isascii() and word.isdigit() and len(word) < 7 and (word == "0" or word[0] != "0")
            parts.append(int(word) if index else word)
    return tuple(parts)


def get_path(value: Any, path: str) -> Any:
    """Return what a dotted path finds, or None. A number is a list index, or a key of a mapping."""
    for part in path_parts(path):
        if isinstance(value, dict):
            value = value.get(part) if isinstance(part, str) else value.get(str(part))
        elif isinstance(value, list) and isinstance(part, int):
            value = value[part] if part < len(value) else None
        else:
            return None
    return value


def as_text(value: Any) -> str:
    """A value as people write it: ``true`` not ``True``, 5 not 5.0."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def with_path(value: Any, parts: tuple[str | int, ...], new: Any) -> Any:
    """Return a copy of ``value`` in which the path holds ``new``; None removes it. The original is left alone.

    A name where the value holds a list removes the field from each of its elements; it sets nothing there.
    """
    if not parts:
        return new
    part, rest = parts[0], parts[1:]
    if isinstance(value, list):
        if isinstance(part, str):
            return [with_path(one, parts, None) for one in value] if new is None else value
        if part >= len(value):
            return value
        copy = list(value)
        inner = with_path(copy[part], rest, new)
        if inner is None:
            del copy[part]
        else:
            copy[part] = inner
        return copy
    key = str(part)
    fields = dict(value) if isinstance(value, dict) else {}
    if not isinstance(value, dict) and new is None:
        return value
    inner = with_path(fields.get(key), rest, new)
    if inner is None:
        fields.pop(key, None)
    else:
        fields[key] = inner
    return fields
