"""JSON as people read it in a terminal: indented, never failing on odd text."""

from __future__ import annotations

from typing import Any

import msgspec


def to_bytes(value: Any) -> bytes:
    """Indented JSON with a final newline; lone surrogates of a hit are replaced, since JSON cannot carry them."""
    try:
        raw = msgspec.json.encode(value)
    except (UnicodeEncodeError, ValueError):
        raw = msgspec.json.encode(_clean(value))
    return msgspec.json.format(raw, indent=2) + b"\n"


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_clean(key): _clean(inner) for key, inner in value.items()}
    return [_clean(inner) for inner in value] if isinstance(value, list) else value
