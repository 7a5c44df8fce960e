"""A few events a vendor refuses, in the midst of a thousand, cost the others nothing and themselves few requests."""

from __future__ import annotations

import random
from pathlib import Path

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from tests.processes.server import AGENT, PATIENCE, Server, serving, until
from tests.processes.storm import GOOD, HIT, POISON, ends_of, live, told, vendor

EVENTS, POISONED, A_HIT = 1000, 7, 20


def requests(shop: Server) -> int:
    families = text_string_to_metric_families(shop.get("/-/metrics").text)
    (found,) = (family for family in families if family.name == "tagdock_delivery_requests")
    return int(sum(one.value for one in found.samples if one.name.endswith("_total")))


def test_of_a_thousand_events_the_seven_that_are_refused_die_with_the_vendor_s_words(tmp_path: Path) -> None:
    poison = {f"e-{number}" for number in random.Random(7).sample(range(EVENTS), POISONED)}
    events = [f"e-{number}" for number in range(EVENTS)]
    lines = [f"{POISON if one in poison else GOOD}&ep.event_id={one}" for one in events]
    (tmp_path / "shop").mkdir()
    with vendor(tmp_path / "vendor") as meta:
        # All of them in one request at first: it goes when the last has come.
        config = live(meta).replace("at_most: 20, wait: 20ms", "at_most: 1000, wait: 1h")
        with serving(tmp_path / "shop", config) as shop:
            with httpx2.Client(timeout=PATIENCE, headers={"user-agent": AGENT}) as http:
                for start in range(0, EVENTS, A_HIT):
                    answer = http.post(shop.url + HIT, content="\r\n".join(lines[start : start + A_HIT]))
                    assert answer.is_success
            until(lambda: ends_of(shop)["pending"] == 0, "all of them to be brought to their ends")
            seen = meta.good()
            assert {one["event"]["event_id"] for one in seen} == set(events) - poison
            assert not [one for one in seen if one["deduplicated"]]
            assert {key: value for key, value in ends_of(shop).items() if value} == {
                "accepted": EVENTS, "delivered": EVENTS - POISONED, "dead": POISONED,
            }  # fmt: skip
            dead = told(shop, "dead")
            assert {one["event_id"] for one in dead} == poison
            assert {(one["status"], one["attempts"]) for one in dead} == {(400, 1)}
            for one in dead:
                assert one["reason"].startswith("Graph error 100/2804066: "), one["reason"]
            # Meta names the event, so one costs itself and a request for the others; docs/delivery.md tells of it.
            assert requests(shop) == 17
