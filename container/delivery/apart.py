"""Apart: a batch of payloads that share a group though each says itself where it goes, sent to each destination."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from container.component import Verdict
from container.delivery.attempt import Tally
from container.delivery.dispatch import Dispatch, Outcome, bury
from container.outbox import Parcel
from container.outbox.overflow import opened

_SILENT = 3
"""Destinations one after the other that fail until the vendor itself is taken for down."""


async def run_apart(dispatch: Dispatch, batch: Sequence[Parcel], tally: Tally) -> Outcome:
    """Deliver what can be delivered, a request for each destination.

    A destination that refuses us, or fails, holds up none of the others: its payloads are put off, each by itself.
    """
    outcome = Outcome()
    waiting: dict[str, list[Parcel]] = {}
    for parcel in batch:
        try:
            destination, body = opened(parcel.body)
        except msgspec.DecodeError:
            await bury(dispatch.means, [parcel], 0, "it does not say where it goes", tally, sent=False)
            continue
        waiting.setdefault(destination, []).append(msgspec.structs.replace(parcel, body=body))
    silent: list[Verdict] = []
    while waiting and len(silent) < _SILENT:
        destination = next(iter(waiting))
        parcels = waiting.pop(destination)
        one = replace(dispatch, destination=destination, goes_on=lambda: True, shares=True)
        told = await one.run(parcels, tally)
        if told.stopped is not None and told.stopped.action == "later" and not told.answers:
            silent.append(told.stopped)
        else:
            silent.clear()
            outcome.answers = True
    if silent and (len(silent) == _SILENT or not outcome.answers):
        outcome.stopped = silent[-1]
        outcome.answers = False
    for parcels in waiting.values():
        dispatch.means.outbox.release(parcels)
        tally.released = True
    return outcome
