"""The cleaning of free data for JSON: what Meta's server could not read is taken out, whatever a hit held."""

from math import isfinite
from typing import Any, Final

DEEPEST: Final = 6
LONGEST_TEXT: Final = 8192
MOST_VALUES: Final = 1000

_LARGEST: Final = 2**63


def clean(value: Any, depth: int = DEEPEST) -> Any:
    """The value without what cannot be written as JSON or is out of proportion; None when nothing remains.

    Texts over 8192 characters or with lone surrogates, numbers that are not finite or do not fit 64 bits, nesting past
    six levels and all beyond a thousand values of one list or object are dropped.
    """
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT and (value.isascii() or _encodes(value)) else None
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -_LARGEST <= value < _LARGEST else None
    if isinstance(value, float):
        return value if isfinite(value) else None
    if depth and isinstance(value, dict):
        kept = {}
        for key, inner in list(value.items())[:MOST_VALUES]:
            found = clean(inner, depth - 1)
            if found is not None and isinstance(key, str) and clean(key) is not None:
                kept[key] = found
        return kept
    if depth and isinstance(value, (list, tuple)):
        return [found for inner in value[:MOST_VALUES] if (found := clean(inner, depth - 1)) is not None]
    return None


def label(name: str) -> str:
    """The name of a field as it may stand in a message: at most 60 characters, fit for UTF-8."""
    return name[:60] if name.isascii() else name[:60].encode("utf-8", "replace").decode()


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
