"""The nesting: whether a JSON value is shallow enough for everybody who will walk it."""

from __future__ import annotations

from typing import Any

DEEPEST = 32
"""Levels of objects and arrays that are accepted; no real sender comes near."""


def shallow(value: Any, text: str | bytes) -> bool:
    """Whether a value decoded from ``text`` has at most 32 levels. Nearly always decided by counting brackets."""
    opened = text.count("[") + text.count("{") if isinstance(text, str) else text.count(b"[") + text.count(b"{")
    if opened <= DEEPEST:
        return True
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return True
    return False


def _inside(value: Any) -> Any:
    if isinstance(value, dict):
        return [inner for inner in value.values() if isinstance(inner, dict | list)]
    if isinstance(value, list):
        return [inner for inner in value if isinstance(inner, dict | list)]
    return ()
