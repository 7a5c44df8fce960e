"""The amount: a finite number read from whatever a sender wrote for one."""

from __future__ import annotations

from math import isfinite
from typing import Any

_LONGEST = 40
"""More characters than any price or quantity has."""
_LARGEST = 10**18


def amount(value: Any) -> int | float | None:
    """The number a value is or spells in plain decimals, or None: ``"19.90"`` is 19.9, ``"NaN"`` and ``True`` are none.

    A whole number comes back as an int. Thousands separators and currency signs are not guessed at.
    """
    if isinstance(value, str):
        if len(value) > _LONGEST or not value.isascii() or "_" in value:
            return None
        try:
            value = float(value)
        except ValueError:
            return None
    elif isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int):
        return value if -_LARGEST < value < _LARGEST else None
    if not isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < 1e15 else value
