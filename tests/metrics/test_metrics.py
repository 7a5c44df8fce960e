"""The numbers are read by Prometheus as they were counted."""

from __future__ import annotations

import asyncio

import pytest
from prometheus_client.parser import text_string_to_metric_families

from container.delivery.attempt import Attempt
from container.delivery.state import DestinationState
from container.metrics import Metrics, Standing
from container.outbox import Account, OutboxUnavailable, Status
from container.record import ConsentState, Decision, EventRecord

NOW = 1_772_366_400.0


def read(metrics: Metrics, status: Status) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    async def books() -> Status:
        return status

    text = asyncio.run(metrics.render(books, NOW)).decode()
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
    counted = {key: value for key, value in shown.items() if value and not key[0].endswith("_bucket")}
    assert counted == {
        ("tagdock_hits_total", (("client", "browser"), ("outcome", "answered"))): 3,
        ("tagdock_hits_total", (("client", ""), ("outcome", "unclaimed"))): 1,
        ("tagdock_events_total", (("client", "browser"),)): 5,
        ("tagdock_failures_total", (("what", "tag meta failed"),)): 2,
        ("tagdock_reloads_total", (("outcome", "applied"),)): 1,
        ("tagdock_outbox_bytes", ()): 4096,
    }


def test_the_books_of_every_destination_are_shown_and_add_up() -> None:
    # Of four that died one was sent again and is delivered, one was thrown away; five were lost with a file before.
    lost = {"dead": {"lost in a damaged file": 5, "no email": 3}}
    account = Account("meta", "123", accepted=17, delivered=4, suppressed=3, dead=8, purged=1, pending=2, reasons=lost)
    metrics = Metrics()
    metrics.deaths_of(0)["meta", "123"] += 3
    metrics.deaths_of(2)["meta", "123"] += 1
    shown = read(metrics, Status([account], 0))
    place = (("destination", "123"), ("tag", "meta"))
    assert shown["tagdock_outbox_pending", place] == 2
    ends = {
        end: shown["tagdock_payloads_total", tuple(sorted([*place, ("end", end)]))]
        for end in ("accepted", "delivered", "suppressed")
    }
    assert ends == {"accepted": 17, "delivered": 4, "suppressed": 3}
    assert shown["tagdock_outbox_dead", place] == 2
    assert shown["tagdock_outbox_purged_total", place] == 1
    assert shown["tagdock_outbox_lost_total", place] == 5
    assert shown["tagdock_deaths_total", place] == 4


def test_a_destination_without_a_death_has_the_series_at_0() -> None:
    shown = read(Metrics(), Status([Account("meta", "123", accepted=1, pending=1)], 0))
    assert shown["tagdock_deaths_total", (("destination", "123"), ("tag", "meta"))] == 0


def test_of_a_configuration_all_that_may_go_wrong_is_shown_at_0_and_what_was_counted_stays() -> None:
    metrics = Metrics()
    metrics.hits["browser", "refused"] += 2
    for _ in range(2):
        metrics.expect(["browser", "backend"], ["meta"])
    shown = read(metrics, Status([], 0))
    hits = {
        tuple(dict(labels).values()): value for (name, labels), value in shown.items() if name == "tagdock_hits_total"
    }
    assert hits == {
        ("browser", "answered"): 0, ("browser", "refused"): 2, ("browser", "unavailable"): 0,
        ("backend", "answered"): 0, ("backend", "refused"): 0, ("backend", "unavailable"): 0,
        ("", "unclaimed"): 0, ("", "origin_refused"): 0, ("", "too_large"): 0, ("", "cut_short"): 0,
    }  # fmt: skip
    failures = {labels: value for (name, labels), value in shown.items() if name == "tagdock_failures_total"}
    assert failures == {
        (("what", what),): 0
        for what in ("client browser failed", "client backend failed", "tag meta failed", "before the tags")
    }
    assert shown["tagdock_reloads_total", (("outcome", "refused"),)] == 0
    assert shown["tagdock_reloads_total", (("outcome", "applied"),)] == 0


def test_failures_are_counted_by_the_component_whatever_was_wrong() -> None:
    metrics = Metrics()
    for told in (
        "tag meta failed: KeyError in variable price",
        "tag meta failed: ValueError",
        "client browser failed: TypeError",
        "KeyError in variable price before the tags",
        "ZeroDivisionError before the tags",
    ):
        metrics.failed(told)
    assert metrics.failures == {"tag meta failed": 2, "client browser failed": 1, "before the tags": 2}


def test_how_it_stands_with_the_outbox_is_shown_also_while_its_books_cannot_be_read() -> None:
    metrics = Metrics()
    metrics.standing = lambda: Standing(ready=False, limit_bytes=4096, limit_payloads=7, set_aside=1)

    async def fails() -> Status:
        raise OutboxUnavailable("outbox x: disk I/O error")

    text = asyncio.run(metrics.render(fails, NOW)).decode()
    assert "\ntagdock_ready 0.0\n" in text
    assert "\ntagdock_outbox_limit_bytes 4096.0\n" in text
    assert "\ntagdock_outbox_limit_payloads 7.0\n" in text
    assert "\ntagdock_outbox_set_aside 1.0\n" in text
    assert "tagdock_outbox_pending" not in text


def test_of_a_file_without_a_process_no_readiness_is_shown() -> None:
    names = {name for name, _ in read(Metrics(), Status([], 0))}
    assert not names & {"tagdock_ready", "tagdock_outbox_limit_bytes", "tagdock_outbox_set_aside"}


def test_the_local_meta_s_counts_are_gauges_since_a_reset_lowers_them() -> None:
    metrics = Metrics()
    metrics.sandbox = lambda: {"good": 3, "deduplicated": 2, "kept": 5}

    async def books() -> Status:
        return Status([], 0)

    text = asyncio.run(metrics.render(books, NOW)).decode()
    assert "# TYPE tagdock_sandbox_events gauge" in text
    assert 'tagdock_sandbox_events{outcome="deduplicated"} 2.0' in text
    assert 'outcome="kept"' not in text


def test_two_containers_in_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.events["browser"] += 1
    assert ("tagdock_events_total", (("client", "browser"),)) not in read(other, Status([], 0))


def test_decisions_are_counted_by_tag_outcome_and_reason_and_consent_by_purpose() -> None:
    metrics = Metrics()
    consent = ConsentState(("granted", "denied", "unset", "unset"), ("hit", "hit", "", ""))
    decisions = (Decision("meta", "fired", "purchase"), Decision("other", "blocked", "blocked by bot"))
    for _ in range(3):
        metrics.record(EventRecord(NOW, "browser", "purchase", "1", "", consent, decisions))
    for _ in range(2):  # a reader takes nothing away
        shown = read(metrics, Status([], 0))
    fired = (("outcome", "fired"), ("reason", "purchase"), ("tag", "meta"))
    assert shown["tagdock_tag_decisions_total", fired] == 3
    blocked = (("outcome", "blocked"), ("reason", "blocked by bot"), ("tag", "other"))
    assert shown["tagdock_tag_decisions_total", blocked] == 3
    assert shown["tagdock_consent_total", (("purpose", "ad_storage"), ("state", "granted"))] == 3
    assert shown["tagdock_consent_total", (("purpose", "analytics_storage"), ("state", "denied"))] == 3


def test_reasons_without_number_make_labels_of_a_number() -> None:
    metrics = Metrics()
    consent = ConsentState(("unset",) * 4, ("",) * 4)
    for number in range(30_000):
        decisions = (Decision("meta", "suppressed", f"reason {number}"),)
        metrics.record(EventRecord(NOW, "browser", "purchase", "1", "", consent, decisions))
    shown = read(metrics, Status([], 0))
    kinds = {key: value for key, value in shown.items() if key[0] == "tagdock_tag_decisions_total"}
    assert len(kinds) == 51
    assert sum(kinds.values()) == 30_000


def test_requests_to_vendors_are_counted_with_their_sizes_and_times() -> None:
    metrics = Metrics()
    made = {"tag": "meta", "destination": "123", "size": 900, "reason": ""}
    metrics.attempt(Attempt(**made, count=40, action="done", status=200, seconds=0.2, age=3.0))
    metrics.attempt(Attempt(**made, count=2, action="later", status=503, seconds=0.02, age=9.0))
    shown = read(metrics, Status([], 0))
    labels = (("outcome", "later"), ("status", "503"), ("tag", "meta"))
    assert shown["tagdock_delivery_requests_total", labels] == 1
    sizes = {
        dict(key[1])["le"]: value for key, value in shown.items() if key[0] == "tagdock_delivery_batch_size_bucket"
    }
    assert (sizes["1.0"], sizes["2.0"], sizes["25.0"], sizes["50.0"], sizes["+Inf"]) == (0, 1, 1, 2, 2)
    assert shown["tagdock_delivery_seconds_sum", (("tag", "meta"),)] == pytest.approx(0.22)
    assert shown["tagdock_delivery_age_seconds_count", (("tag", "meta"),)] == 1


def test_the_age_of_what_waits_and_the_state_of_its_destination_are_shown() -> None:
    metrics = Metrics()
    state = DestinationState(
        tag="meta", destination="123", state="open", parked_for="", failures=3, next_attempt=None, last_status=503,
        last_words="", last_at=None, in_flight=0, pending=2, delivered=0, buried=0, rate=0.0, requests={},
    )  # fmt: skip
    metrics.destinations = lambda: [state]
    shown = read(metrics, Status([Account("meta", "123", accepted=2, pending=2, oldest=NOW - 90)], 0))
    place = (("destination", "123"), ("tag", "meta"))
    assert shown["tagdock_outbox_oldest_seconds", place] == 90
    states = {
        name: shown["tagdock_destination_state", (place[0], ("state", name), place[1])] for name in ("open", "closed")
    }
    assert states == {"open": 1, "closed": 0}
