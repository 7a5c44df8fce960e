"""The numbers are read by Prometheus as they were counted."""

from __future__ import annotations

import asyncio

from prometheus_client.parser import text_string_to_metric_families

from container.metrics import Metrics
from container.outbox import Account, Status


def read(metrics: Metrics, status: Status) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    async def books() -> Status:
        return status

    text = asyncio.run(metrics.render(books)).decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_was_counted_is_shown_with_its_labels() -> None:
    metrics = Metrics()
    metrics.hits["browser", "answered"] += 3
    metrics.hits["", "unclaimed"] += 1
    metrics.events["browser"] += 5
    metrics.failures["tag meta failed"] += 2
    metrics.reloads["applied"] += 1
    shown = read(metrics, Status([], 4096))
    assert shown == {
        ("tagdock_hits_total", (("client", "browser"), ("outcome", "answered"))): 3,
        ("tagdock_hits_total", (("client", ""), ("outcome", "unclaimed"))): 1,
        ("tagdock_events_total", (("client", "browser"),)): 5,
        ("tagdock_failures_total", (("what", "tag meta failed"),)): 2,
        ("tagdock_reloads_total", (("outcome", "applied"),)): 1,
        ("tagdock_outbox_bytes", ()): 4096,
    }


def test_the_books_of_every_destination_are_shown_and_add_up() -> None:
    account = Account("meta", "123", accepted=10, delivered=4, suppressed=3, dead=1, pending=2)
    shown = read(Metrics(), Status([account], 0))
    place = (("destination", "123"), ("tag", "meta"))
    assert shown["tagdock_outbox_pending", place] == 2
    ends = {
        end: shown["tagdock_payloads_total", tuple(sorted([*place, ("end", end)]))]
        for end in ("accepted", "delivered", "suppressed", "dead")
    }
    assert ends == {"accepted": 10, "delivered": 4, "suppressed": 3, "dead": 1}


def test_two_containers_in_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.events["browser"] += 1
    assert ("tagdock_events_total", (("client", "browser"),)) not in read(other, Status([], 0))
