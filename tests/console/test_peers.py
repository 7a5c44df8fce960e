"""What several workers know together of destinations and of today, and that nobody else is told it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from container.delivery.state import DestinationState
from container.web.console.peers import KNOWN, RESUME, merged
from container.web.console.today import Flow, joined
from tests.console.desk import Room
from tests.console.tour import HEADERS, told
from tests.processes.server import CONFIG, until
from tests.serving.crew import Crew


def state(**changes: Any) -> DestinationState:
    given: dict[str, Any] = {
        "tag": "meta", "destination": "1", "state": "closed", "parked_for": "", "failures": 0, "next_attempt": None,
        "last_status": 200, "last_words": "", "last_at": 100.0, "in_flight": 1, "pending": 2, "delivered": 10,
        "buried": 1, "rate": 0.5, "requests": {"done": 3},
    }  # fmt: skip
    return DestinationState(**given | changes)


def test_one_destination_of_two_workers_is_as_grave_as_the_graver_and_counts_add_up() -> None:
    worse = state(state="open", failures=2, next_attempt=170.0, last_status=500, last_at=90.0, requests={"later": 2})
    for both in ([state(), worse], [worse, state()]):
        (one,) = merged(both)
        assert (one.state, one.failures, one.next_attempt) == ("open", 2, 170.0)
        assert (one.last_status, one.last_at) == (200, 100.0), "the newest answer"
        assert (one.pending, one.delivered, one.rate) == (4, 20, 1.0)
        assert one.requests == {"done": 3, "later": 2}


def test_different_destinations_stay_apart_in_the_order_of_their_names() -> None:
    found = merged([state(tag="z"), state(destination="2"), state()])
    assert [(one.tag, one.destination) for one in found] == [("meta", "1"), ("meta", "2"), ("z", "1")]


def test_todays_counts_of_several_workers_are_added() -> None:
    one = Flow(100.0, {"browser": 2}, [("browser", "meta", "fired", "purchase", 2)], 1)
    other = Flow(90.0, {"browser": 1, "pixel": 4}, [("browser", "meta", "fired", "purchase", 1)], 2)
    both = joined([one, other])
    assert both == Flow(90.0, {"browser": 3, "pixel": 4}, [("browser", "meta", "fired", "purchase", 3)], 3)


def test_nobody_but_a_worker_is_told_or_obeyed(desk: Room) -> None:
    for headers in ({}, HEADERS, {"x-tagdock-worker": "guess"}):
        assert desk.client.get(KNOWN, headers=headers).status_code == 404
        assert desk.client.post(RESUME, headers=headers).status_code == 404


def test_the_pages_count_what_every_worker_took_and_resume_in_all_of_them(tmp_path: Path) -> None:
    crew = Crew(tmp_path, CONFIG)
    try:
        crew.start()
        taken = crew.send_to_all("e")
        crew.delivered(len(taken))
        shown = told(crew, "container")
        assert shown["silent"] == []
        assert sum(one["count"] for one in shown["map"]["from_clients"]) == len(taken)
        assert told(crew, "delivery")["destinations"][0]["books"]["delivered"] == len(taken)
        crew.post("/sandbox/faults", json={"n": 1000, "code": 190})
        crew.send_to_all("p")
        until(lambda: _parked(crew), "parked")
        crew.http.delete(f"{crew.url}/sandbox/faults")
        form = {"tag": "meta", "destination": "1234567890"}
        done = crew.post("/console/delivery/resume", headers=HEADERS, data=form).json()
        assert (done["done"], done["resumed"]) == (True, 2)
        until(lambda: not any(one["pending"] for one in told(crew, "delivery")["destinations"]), "all delivered")
    finally:
        crew.close()


def _parked(crew: Crew) -> bool:
    return all(account.parked for found in crew.accounts().values() for account in found)
