"""Numbers as GA4 senders write them: finite, plain ASCII, whole where they are whole."""

from __future__ import annotations

_LONGEST = 40  # longer than any number a sender writes; keeps float() from chewing on kilobytes of digits


def read_number(text: str) -> int | float | None:
    """The number a text stands for, or None. ``5.00`` is 5, as it is in the sender's JavaScript; NaN is none."""
    if len(text) < 16 and text.isdigit() and text.isascii():
        return int(text)
    if len(text) > _LONGEST or not text.isascii() or "_" in text:  # int() and float() take 1_000 and other digits
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    if value - value != 0.0:  # infinite, or not a number
        return None
    return int(value) if value.is_integer() and abs(value) < 1e15 else value
