"""Who reads a hit: one client, the first of the highest priority, and what is told of the others."""

from __future__ import annotations

from container.clients.ga4 import Ga4Client
from container.component import MOST_EVENTS
from container.config.document import Configuration
from container.hit import Hit
from container.runtime import route
from tests.fakes import NOW, ClumsyClient, ShowTag, SpokenClient, binding, container, spoken
from tests.runtime.routed import PURCHASE, explained


def test_a_hit_nobody_claims_is_answered_404_in_one_line() -> None:
    routed = explained(container(clients={"spoken": SpokenClient("/spoken")}), Hit("GET", "/elsewhere", id="h-9"))
    assert (routed.client, routed.answer.status, routed.outgoing) == (None, 404, [])
    assert routed.answer.body.count(b"\n") == 1
    assert routed.trace is not None
    assert routed.trace.to_json() == {
        "hit": "h-9",
        "client": None,
        "response": {"status": 404},
        "events": [],
        "problems": ["no client claims the hit"],
    }


def test_the_client_of_higher_priority_takes_the_hit_whatever_the_order_of_the_file() -> None:
    clients = {
        "low": SpokenClient(priority=-1),
        "first": SpokenClient(),
        "second": SpokenClient(),
        "high": SpokenClient(priority=5),
    }
    assert route(spoken(PURCHASE), container(clients=clients), NOW).client == "high"
    del clients["high"]
    assert route(spoken(PURCHASE), container(clients=clients), NOW).client == "first"


def test_the_trace_names_the_clients_that_could_read_the_hit_too() -> None:
    clients = {"one": SpokenClient(), "other": SpokenClient("/elsewhere"), "two": SpokenClient()}
    routed = explained(container(clients=clients))
    assert routed.trace is not None
    assert routed.trace.problems == ["one took the hit before two, which could read it too"]


def test_a_client_that_fails_is_an_answer_of_400_without_the_hits_text() -> None:
    hit = Hit("POST", "/", body=b"jane@example.com")
    routed = explained(container(binding("show", ShowTag()), clients={"clumsy": ClumsyClient()}), hit)
    assert (routed.client, routed.answer.status, routed.outgoing) == ("clumsy", 400, [])
    assert routed.failures == ["client clumsy failed: KeyError"]


def test_no_more_events_of_one_hit_are_routed_than_the_limit() -> None:
    events = [{"event_name": "e", "event_id": str(number)} for number in range(MOST_EVENTS + 20)]
    routed = explained(container(binding("show", ShowTag())), spoken(*events))
    assert routed.events == len(routed.outgoing) == MOST_EVENTS
    assert routed.outgoing[-1].event_id == str(MOST_EVENTS - 1)
    assert routed.trace is not None
    assert routed.trace.problems == [f"{MOST_EVENTS + 20} events in one hit; the first {MOST_EVENTS} were routed"]


def test_a_hit_without_events_is_answered_and_sends_nothing() -> None:
    routed = explained(container(binding("show", ShowTag())), spoken())
    assert (routed.client, routed.answer.status, routed.outgoing, routed.events) == ("spoken", 204, [], 0)


class Touchy(Ga4Client):
    """A client of one's own that fails before it has read anything."""

    def claims(self, hit: Hit) -> bool:
        raise LookupError("jane@example.com")


def test_a_client_that_fails_to_look_at_a_hit_leaves_it_to_the_others() -> None:
    made = Configuration(clients={"touchy": Touchy(), "browser": Ga4Client()})
    hit = Hit("GET", "/g/collect", "v=2&tid=G-1&cid=1.2&en=page_view")
    for explain in (False, True):
        routed = route(hit, made, 1.8e9, explain=explain)
        assert (routed.client, routed.events) == ("browser", 1)
        assert routed.failures == ["client touchy failed: LookupError"]
    alone = route(hit, Configuration(clients={"touchy": Touchy()}), 1.8e9)
    assert (alone.client, alone.answer.status, alone.failures) == (None, 404, ["client touchy failed: LookupError"])
