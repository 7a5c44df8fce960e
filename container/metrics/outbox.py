"""The families of what waits and where it goes: the outbox's books and the state of every destination."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from container.delivery.state import DestinationState
from container.outbox.outbox import Status

_PLACE = ("tag", "destination")
_STATES = ("closed", "half-open", "open", "parked")


def outbox_families(
    status: Status, destinations: Sequence[DestinationState], deaths: Mapping[tuple[str, str], int], now: float
) -> Iterator[Any]:
    """What the books say at ``now``, in unix seconds, and what died since the process began.

    The dead of the books are no counter: they become fewer when letters are sent again.
    """
    pending = GaugeMetricFamily("tagdock_outbox_pending", "Payloads waiting.", labels=_PLACE)
    oldest = GaugeMetricFamily("tagdock_outbox_oldest_seconds", "Age of the first that waits.", labels=_PLACE)
    parked = GaugeMetricFamily("tagdock_destination_parked", "1 while a destination refuses everything.", labels=_PLACE)
    dead = GaugeMetricFamily("tagdock_outbox_dead", "Dead letters that are kept.", labels=_PLACE)
    purged = CounterMetricFamily("tagdock_outbox_purged", "Dead letters that were thrown away.", labels=_PLACE)
    lost = CounterMetricFamily("tagdock_outbox_lost", "Payloads lost in a damaged file.", labels=_PLACE)
    died = CounterMetricFamily("tagdock_deaths", "Payloads that died since the process began.", labels=_PLACE)
    text = "Payloads accepted, and by the end they reached."
    ends = CounterMetricFamily("tagdock_payloads", text, labels=(*_PLACE, "end"))
    for one in status.accounts:
        place = (one.tag, one.destination)
        parked.add_metric(place, 1 if one.parked else 0)
        pending.add_metric(place, one.pending)
        oldest.add_metric(place, max(0.0, now - one.oldest) if one.oldest is not None and one.pending else 0.0)
        dead.add_metric(place, one.dead - one.purged - one.lost)
        lost.add_metric(place, one.lost)
        purged.add_metric(place, one.purged)
        died.add_metric(place, deaths.get(place, 0))
        for end in ("accepted", "delivered", "suppressed"):
            ends.add_metric((*place, end), getattr(one, end))
    yield from (pending, oldest, parked, ends, dead, purged, lost, died)
    yield GaugeMetricFamily("tagdock_outbox_bytes", "Bytes the outbox fills.", value=status.size)
    text = "1 for the state a destination is in: closed delivers, open waits after failures."
    states = GaugeMetricFamily("tagdock_destination_state", text, labels=(*_PLACE, "state"))
    for each in destinations:
        for state in _STATES:
            states.add_metric((each.tag, each.destination, state), 1 if each.state == state else 0)
    yield states
