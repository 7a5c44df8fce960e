"""The filters expressions may use beside Jinja's own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any


def sha256(value: Any) -> str | None:
    """The lower-case hex SHA-256 of a value's text; nothing for nothing."""
    text = str(value)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest() if text else None


def number(value: Any) -> float | int | None:
    """The value as a number, or nothing when it is none: ``"19.90" | number`` is 19.9."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value if value == value and abs(value) != float("inf") else None
    try:
        found = float(str(value).strip())
    except ValueError:
        return None
    if found != found or abs(found) == float("inf"):
        return None
    return int(found) if found.is_integer() and abs(found) < 1e15 else found


FILTERS: dict[str, Callable[..., Any]] = {"sha256": sha256, "number": number}
