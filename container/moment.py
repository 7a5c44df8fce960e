"""The moment: when a sender says something happened, and how far its clock is believed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from container.amount import amount

_SCALES = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (1e20, 1e9))
"""Below each bound a number can only mean seconds, milliseconds, microseconds, nanoseconds: the years 1973 to 5138."""
_EARLIEST = 1e8
_DAY = 86400


def moment(value: Any) -> float | None:
    """Unix seconds from a number in seconds to nanoseconds, or from ISO 8601 (UTC when no zone is given), or None."""
    if type(value) is int and _EARLIEST <= value < _SCALES[0][0]:
        return value
    number = amount(value)
    if number is None:
        seconds = _iso(value)
    else:
        seconds = next((number / scale for bound, scale in _SCALES if number < bound), None)
    return None if seconds is None or seconds < _EARLIEST else seconds


def _iso(value: Any) -> float | None:
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        when = datetime.fromisoformat(value.strip())
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def believe(seconds: float, now: float, notes: list[str]) -> tuple[int, bool]:
    """The whole second to use for what a sender's clock said at ``now``, and whether it is still the sender's.

    A clock that is ahead is set back to the arrival, since vendors refuse the future; one that is behind is believed,
    since a hit may have waited for a connection. Either is noted: the first always, the second beyond a day.
    """
    told, arrival = int(seconds), int(now)
    if told > arrival:
        notes.append(f"the sender's clock is {told - arrival} s ahead: the time of arrival is used")
        return arrival, False
    if arrival - told > _DAY:
        notes.append(f"the event is {(arrival - told) // _DAY} days old by the sender's clock")
    return told, True
