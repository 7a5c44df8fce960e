"""JSON as people read it in a terminal: indented, never failing on odd text."""

from __future__ import annotations

from typing import Any

import msgspec


def to_bytes(value: Any) -> bytes:
    """Indented JSON with a final newline; lone surrogates of a hit are replaced, since JSON cannot carry them."""
    return msgspec.json.format(to_line(value), indent=2) + b"\n"


def to_line(value: Any) -> bytes:
    """The same on one line."""
    try:
        return msgspec.json.encode(value)
    except (UnicodeEncodeError, ValueError):
        return msgspec.json.encode(_clean(value))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_clean(key): _clean(inner) for key, inner in value.items()}
    return [_clean(inner) for inner in value] if isinstance(value, list) else value
