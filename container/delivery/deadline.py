"""The deadline: which payloads of a destination are past sending, and what is written on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from container.outbox import Parcel
from container.outbox.outbox import LAST_ANSWER

LATE = "gave up after the deadline"
STALE = "too old for the vendor"

Lot = tuple[int, str, list[Parcel]]
"""Payloads that die alike: the status of the last answer, the reason, and which they are."""


@dataclass(slots=True)
class Deadline:
    """When the payloads of a destination die, in unix seconds of acceptance: those accepted at or before.

    ``late`` is given up by configuration, ``stale`` by the vendor's own limit. ``last`` is the last answer of the
    destination, for those never tried.
    """

    late: float
    stale: float
    late_why: str = LATE
    last: str = ""

    @property
    def latest(self) -> float:
        """Everything accepted at or before is past its deadline."""
        return max(self.late, self.stale)

    def past(self, parcels: Sequence[Parcel]) -> tuple[Sequence[Parcel], list[Lot]]:
        """Those that may still be sent, and those that die, by what is written on them."""
        latest = self.latest
        if all(parcel.time > latest for parcel in parcels):
            return parcels, []
        return [parcel for parcel in parcels if parcel.time > latest], self._lots(
            parcel for parcel in parcels if parcel.time <= latest
        )

    def _lots(self, parcels: Iterable[Parcel]) -> list[Lot]:
        lots: dict[tuple[int, str], list[Parcel]] = {}
        for parcel in parcels:
            lots.setdefault((parcel.status, self._why(parcel)), []).append(parcel)
        return [(status, why, alike) for (status, why), alike in lots.items()]

    def _why(self, parcel: Parcel) -> str:
        why = self.late_why if parcel.time <= self.late else STALE
        said = parcel.reason or self.last
        return f"{why}{LAST_ANSWER}{said}" if said else why
