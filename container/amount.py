"""The amount: a finite number, and the identifier: a text, read from whatever a sender wrote for one."""

from __future__ import annotations

from math import isfinite
from typing import Any

_LONGEST = 40
"""More characters than any price or quantity has."""
_LARGEST = 2**63


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
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, int):
        return value if -_LARGEST < value < _LARGEST else None
    if not isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < 1e15 else value


def identifier(value: Any) -> str | None:
    """A name or id as text without blanks around it, a number as its digits; None for nothing and for all else."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    # Shops number their orders beyond what a float can tell apart, so a whole number is never rounded.
    if isinstance(value, int):
        return str(value) if value.bit_length() <= 128 else None
    number = amount(value)
    return None if number is None else str(number)
