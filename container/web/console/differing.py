"""Differing: what stands in one JSON value and not in another, by its path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MOST = 500
_ABSENT = object()


def difference(old: Any, new: Any) -> list[dict[str, Any]]:
    """Each place at which two values differ: ``added``, ``removed`` or ``changed``, and what stood there."""
    found = []
    for path, was, now in _walk(old, new, ""):
        how = "added" if was is _ABSENT else "removed" if now is _ABSENT else "changed"
        told: dict[str, Any] = {"path": path, "how": how}
        if was is not _ABSENT:
            told["was"] = was
        if now is not _ABSENT:
            told["now"] = now
        found.append(told)
        if len(found) == MOST:
            break
    return found


def _walk(old: Any, new: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from _walk(old.get(key, _ABSENT), new.get(key, _ABSENT), f"{path}.{key}" if path else str(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for place, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _walk(one, other, f"{path}[{place}]")
    elif old is _ABSENT or new is _ABSENT or old != new or type(old) is not type(new):
        yield path, old, new
