"""How it stands with the outbox: whether it can take a hit, how much it may hold, what was set aside beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from prometheus_client.core import GaugeMetricFamily


@dataclass(frozen=True, slots=True)
class Standing:
    """``ready`` says whether a hit could be kept, None where nobody takes hits; the limits are those of this worker's
    file, in bytes and payloads, 0 where none is known; ``set_aside`` counts damaged files that lie beside it."""

    ready: bool | None = None
    limit_bytes: int = 0
    limit_payloads: int = 0
    set_aside: int | None = None

    def families(self) -> Iterator[Any]:
        """As Prometheus is shown it; what is not known has a family without a value."""
        ready = None if self.ready is None else int(self.ready)
        yield _gauge("tagdock_ready", "1 while a hit can be kept.", ready)
        text = "What tagdock_outbox_bytes may come to before hits are refused."
        yield _gauge("tagdock_outbox_limit_bytes", text, self.limit_bytes or None)
        text = "How many payloads may be pending before hits are refused."
        yield _gauge("tagdock_outbox_limit_payloads", text, self.limit_payloads or None)
        yield _gauge("tagdock_outbox_set_aside", "Damaged files beside the outbox.", self.set_aside)


def _gauge(name: str, text: str, value: int | None) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=())
    if value is not None:
        family.add_metric((), value)
    return family
