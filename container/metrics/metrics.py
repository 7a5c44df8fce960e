"""The counters of one process, and what Prometheus is shown of them; docs/metrics.md lists every family."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

from container.delivery.attempt import Attempt
from container.delivery.state import DestinationState
from container.event import CONSENT_PURPOSES
from container.metrics.histogram import AGES, FAST, SIZES, SLOW, Histogram
from container.metrics.outbox import outbox_families
from container.metrics.standing import Standing
from container.outbox.outbox import OutboxError, Status
from container.record import Decision, EventRecord

_MOST_KINDS = 10_000
_MOST_REASONS = 50
_OTHER = "other"
_OF_A_CLIENT = ("answered", "refused", "unavailable")
_OF_NO_CLIENT = ("unclaimed", "origin_refused", "too_large", "cut_short")
_BEFORE_THE_TAGS = "before the tags"


class Metrics:
    """Counts what happens. Labels are names of the configuration and fixed words, never values of a hit.

    ``destinations`` tells how delivery goes, ``sandbox`` the local Meta's counts, ``standing`` how it is with the
    outbox; all are asked when somebody reads.
    """

    def __init__(self) -> None:
        self.hits: Counter[tuple[str, str]] = Counter()
        self.events: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        self.reloads: Counter[str] = Counter()
        self.answers = Histogram(FAST)
        self.destinations: Callable[[], list[DestinationState]] = list
        self.sandbox: Callable[[], Mapping[str, int]] = dict
        self.standing: Callable[[], Standing] = Standing
        self._deaths: dict[int, Counter[tuple[str, str]]] = {}
        self._decided: Counter[tuple[str, tuple[Decision, ...]]] = Counter()
        self._decisions: Counter[tuple[str, Decision]] = Counter()
        self._consents: Counter[tuple[str, ...]] = Counter()
        self._requests: Counter[tuple[str, str, str]] = Counter()
        self._sizes: dict[str, Histogram] = {}
        self._seconds: dict[str, Histogram] = {}
        self._ages: dict[str, Histogram] = {}
        self._status: Status | None = None
        self._now = 0.0
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def expect(self, clients: Iterable[str], tags: Iterable[str]) -> None:
        """Show what a configuration of these clients and tags may count from now on, at 0 where nothing was counted.

        A series that appears with its first incident has not grown in the eyes of Prometheus' ``increase()``.
        """
        for name in clients:
            self.hits.update({(name, outcome): 0 for outcome in _OF_A_CLIENT})
            self.failures[f"client {name} failed"] += 0
        self.hits.update({("", outcome): 0 for outcome in _OF_NO_CLIENT})
        self.failures.update({f"tag {name} failed": 0 for name in tags})
        self.failures[_BEFORE_THE_TAGS] += 0
        self.reloads.update(applied=0, refused=0)

    def failed(self, failure: str) -> None:
        """Count a failure as the runtime words it: by the component's name, without what was wrong."""
        self.failures[_BEFORE_THE_TAGS if failure.endswith(_BEFORE_THE_TAGS) else failure.partition(":")[0]] += 1

    def deaths_of(self, worker: int) -> Counter[tuple[str, str]]:
        """Where the outbox of a worker counts what dies, by tag and destination; other threads may add to it."""
        return self._deaths.setdefault(worker, Counter())

    def record(self, record: EventRecord) -> None:
        """Count what tags decided about an event, under which consent."""
        # Whole tuples, since few are different; they are taken apart when somebody reads.
        self._decided[record.client, record.decisions] += 1
        self._consents[record.consent.states] += 1
        if len(self._decided) > _MOST_KINDS:
            self._take_apart()

    def decisions(self) -> Counter[tuple[str, str, str, str]]:
        """What tags decided so far, by client, tag, outcome and reason."""
        self._take_apart()
        return Counter({(client, *decision): count for (client, decision), count in self._decisions.items()})

    def attempt(self, attempt: Attempt) -> None:
        """Count one request to a vendor."""
        tag = attempt.tag
        if tag not in self._sizes:
            self._sizes[tag], self._seconds[tag], self._ages[tag] = Histogram(SIZES), Histogram(SLOW), Histogram(AGES)
        self._requests[tag, attempt.action, str(attempt.status)] += 1
        self._sizes[tag].observe(attempt.count)
        self._seconds[tag].observe(attempt.seconds)
        if attempt.action == "done":
            self._ages[tag].observe(attempt.age)

    async def render(self, status: Callable[[], Awaitable[Status]], now: float) -> bytes:
        """The text Prometheus reads; ``status`` asks the outbox for its books, ``now`` is in unix seconds.

        Where the books cannot be read the rest is shown, with ``tagdock_ready`` at 0.
        """
        self._now = now
        try:
            self._status = await status()
        except OutboxError:
            self._status = None
        return generate_latest(self._registry)

    def describe(self) -> list[Any]:
        """Nothing is known before it is counted; tells Prometheus' library not to ask while registering."""
        return []

    def collect(self) -> Iterator[Any]:
        """The families for Prometheus; called by its library."""
        yield _counter("tagdock_hits", "Hits by client and outcome.", ("client", "outcome"), self.hits)
        yield _counter("tagdock_events", "Events by client.", ("client",), _labelled(self.events))
        yield _counter(
            "tagdock_failures", "Components that raised, by what failed.", ("what",), _labelled(self.failures)
        )
        yield _counter(
            "tagdock_reloads", "Reloads of the configuration by outcome.", ("outcome",), _labelled(self.reloads)
        )
        yield _histogram("tagdock_answer_seconds", "From a hit's last byte to its answer.", {"": self.answers}, ())
        yield self._decision_family()
        yield self._consent_family()
        labels = ("tag", "outcome", "status")
        yield _counter(
            "tagdock_delivery_requests", "Requests to vendors by verdict and status.", labels, self._requests
        )
        yield _histogram("tagdock_delivery_batch_size", "Payloads of a request.", self._sizes, ("tag",))
        yield _histogram("tagdock_delivery_seconds", "How long vendors took to answer.", self._seconds, ("tag",))
        yield _histogram("tagdock_delivery_age_seconds", "From acceptance to delivery.", self._ages, ("tag",))
        sandbox = GaugeMetricFamily(
            "tagdock_sandbox_events", "Events at the local Meta since its last reset.", labels=("outcome",)
        )
        for key, count in self.sandbox().items():
            if key != "kept":
                sandbox.add_metric((key,), count)
        yield sandbox
        yield from self.standing().families()
        if self._status is not None:
            deaths = self._died()
            yield from outbox_families(self._status, self.destinations(), deaths, self._now)

    def _died(self) -> Counter[tuple[str, str]]:
        died: Counter[tuple[str, str]] = Counter()
        for deaths in self._deaths.values():
            died.update(dict(deaths))  # a copy in one step, since another thread may be adding to it
        return died

    def _decision_family(self) -> CounterMetricFamily:
        self._take_apart()
        counts: Counter[tuple[str, str, str]] = Counter()
        reasons: Counter[str] = Counter()
        for (_, (tag, outcome, reason)), count in self._decisions.items():
            if (tag, outcome, reason) not in counts:
                reasons[tag] += 1
            counts[tag, outcome, reason if reasons[tag] <= _MOST_REASONS else _OTHER] += count
        text = "Decisions of tags about events they listen for."
        return _counter("tagdock_tag_decisions", text, ("tag", "outcome", "reason"), counts)

    def _take_apart(self) -> None:
        for (client, decisions), count in self._decided.items():
            for decision in decisions:
                known = (
                    decision if len(self._decisions) < _MOST_KINDS else Decision(decision.tag, decision.outcome, _OTHER)
                )
                self._decisions[client, known] += count
        self._decided.clear()

    def _consent_family(self) -> CounterMetricFamily:
        counts: Counter[tuple[str, str]] = Counter()
        for states, count in self._consents.items():
            for named in zip(CONSENT_PURPOSES, states, strict=True):
                counts[named] += count
        text = "Consent of events that a tag listens for."
        return _counter("tagdock_consent", text, ("purpose", "state"), counts)


def _labelled(counts: Mapping[str, int]) -> dict[tuple[str, ...], int]:
    return {(key,): count for key, count in counts.items()}


def _counter(name: str, text: str, labels: tuple[str, ...], counts: Mapping[Any, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, text, labels=labels)
    for key, count in list(counts.items()):
        family.add_metric(key, count)
    return family


def _histogram(
    name: str, text: str, histograms: Mapping[str, Histogram], labels: tuple[str, ...]
) -> HistogramMetricFamily:
    family = HistogramMetricFamily(name, text, labels=labels)
    for key, histogram in list(histograms.items()):
        family.add_metric((key,) if labels else (), histogram.buckets(), histogram.total)
    return family
