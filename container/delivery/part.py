"""The part: some payloads of a batch that share a request, and how they are divided when one of them is at fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from container.outbox import Parcel

SHRINK = 4
"""By what a request is made smaller each time its payloads were not accepted: 500, 125, 32, 8, 2, 1."""

_MOST_HINTS = 3


@dataclass(slots=True)
class Part:
    """Some of a batch: ``first`` when its other part comes next, ``guilty`` when it surely holds an event at fault.

    ``hints`` is how many payloads were taken out of it because the vendor named them.
    """

    parcels: Sequence[Parcel]
    first: bool = False
    guilty: bool = False
    hints: int = 0

    def divided(self, at: int | None) -> list[Part]:
        """Two parts in the reverse of the order in which they go; ``at`` is the one the vendor blames, when it says.

        With the vendor's word a bad event costs three requests, without it ``2 log2(n)``. A vendor that names one after
        the other is halved in between, so that many bad ones do not cost a whole batch each.
        """
        if at is not None and 0 <= at < len(self.parcels) and self.hints < _MOST_HINTS:
            rest = [*self.parcels[:at], *self.parcels[at + 1 :]]
            return [Part(rest, hints=self.hints + 1), Part([self.parcels[at]], first=True)]
        middle = len(self.parcels) // 2
        return [Part(self.parcels[middle:]), Part(self.parcels[:middle], first=True)]


def parts(parcels: Sequence[Parcel], limit: int) -> list[Part]:
    """How a batch is sent, in the reverse of the order in which they go: what never failed in one request of ``limit``.

    What failed goes in smaller requests the oftener it did. So a payload that makes the vendor fail for all it is sent
    with is alone after a few tries, and the others are delivered, though nobody said which one it was.
    """
    if len(parcels) <= limit and not any(parcel.attempts for parcel in parcels):
        return [Part(parcels)]
    by_attempts: dict[int, list[Parcel]] = {}
    for parcel in parcels:
        by_attempts.setdefault(parcel.attempts, []).append(parcel)
    found: list[Part] = []
    for attempts, same in sorted(by_attempts.items()):
        size = max(1, -(-limit // SHRINK ** min(attempts, 16)))
        found += [Part(same[start : start + size]) for start in range(0, len(same), size)]
    return found[::-1]
