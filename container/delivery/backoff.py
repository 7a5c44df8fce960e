"""The backoff: how long to wait after failures, and how long a vendor asks us to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from container.outbox.outbox import FURTHEST_DUE

LONGEST_RETRY_AFTER = 3600.0
"""Seconds a vendor may ask us to wait; longer ones are cut, so that a slip of theirs does not silence a destination."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential backoff with full jitter: a random time up to ``first * 2**(failures - 1)``, at most ``longest``.

    Full jitter spreads the retries of many senders evenly. ``random`` gives a number in [0, 1).
    """

    first: float
    longest: float
    random: Callable[[], float]

    def pause(self, failures: int, retry_after: float | None = None) -> float:
        """Seconds to wait after so many failures in a row; never less than the vendor asked for."""
        ceiling = min(self.longest, FURTHEST_DUE, self.first * 2.0 ** min(max(failures - 1, 0), 60))
        return max(self.random() * ceiling, capped(retry_after))


def capped(retry_after: float | None) -> float:
    """What a vendor asks for, as far as it is granted."""
    if retry_after is None or not retry_after > 0:
        return 0.0
    return min(retry_after, LONGEST_RETRY_AFTER)


def asked(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds a vendor asks us to wait by ``Retry-After``: a number of them, or a date (RFC 9110, section 10.2.3).

    A date is read against the ``Date`` of the same answer, since clocks differ, or against ``now`` (unix seconds).
    Header names are in lower case. None when the header is missing or means nothing.
    """
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:12])
    then = _moment(said)
    if then is None:
        return None
    answered = _moment(headers.get("date", ""))
    return max(0.0, then - (now if answered is None else answered))


def _moment(said: str) -> float | None:
    try:
        moment: datetime = parsedate_to_datetime(said[:64])
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
