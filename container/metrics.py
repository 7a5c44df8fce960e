"""The numbers: plain counters on the hot path, shown to Prometheus when it asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from container.outbox.outbox import Status


class Metrics:
    """Counts what happens; labels are names of the configuration and fixed words, never values of a hit."""

    def __init__(self) -> None:
        self.hits: Counter[tuple[str, str]] = Counter()
        self.events: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        self.reloads: Counter[str] = Counter()
        self.status: Status | None = None
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def collect(self) -> Iterator[Any]:
        """The families for Prometheus; called by its library."""
        yield self._counter("tagdock_hits", "Hits by client and outcome.", ("client", "outcome"), self.hits)
        yield self._counter(
            "tagdock_events", "Events by client.", ("client",), {(key,): n for key, n in self.events.items()}
        )
        failures = {(key,): n for key, n in self.failures.items()}
        yield self._counter("tagdock_failures", "Components that raised, by what failed.", ("what",), failures)
        reloads = {(key,): n for key, n in self.reloads.items()}
        yield self._counter("tagdock_reloads", "Reloads of the configuration by outcome.", ("outcome",), reloads)
        yield from self._outbox()

    def _outbox(self) -> Iterator[Any]:
        if self.status is None:
            return
        pending = GaugeMetricFamily("tagdock_outbox_pending", "Payloads waiting.", labels=("tag", "destination"))
        ends = CounterMetricFamily(
            "tagdock_payloads", "Payloads accepted, and by the end they reached.", labels=("tag", "destination", "end")
        )
        parked = GaugeMetricFamily(
            "tagdock_destination_parked", "1 while a destination refuses everything.", labels=("tag", "destination")
        )
        for one in self.status.accounts:
            parked.add_metric((one.tag, one.destination), 1 if one.parked else 0)
            pending.add_metric((one.tag, one.destination), one.pending)
            for end in ("accepted", "delivered", "suppressed", "dead"):
                ends.add_metric((one.tag, one.destination, end), getattr(one, end))
        yield pending
        yield parked
        yield ends
        yield GaugeMetricFamily("tagdock_outbox_bytes", "Bytes the outbox fills.", value=self.status.size)

    @staticmethod
    def _counter(name: str, text: str, labels: tuple[str, ...], counts: Any) -> CounterMetricFamily:
        family = CounterMetricFamily(name, text, labels=labels)
        for key, count in list(counts.items()):
            family.add_metric(key, count)
        return family

    def describe(self) -> list[Any]:
        """Nothing is known before it is counted; tells Prometheus' library not to ask while registering."""
        return []

    async def render(self, status: Callable[[], Any]) -> bytes:
        """The text Prometheus reads; ``status`` asks the outbox for its books."""
        self.status = await status()
        return generate_latest(self._registry)
