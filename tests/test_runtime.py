"""Routing decides for every event and tag what leaves, and says why when it is asked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from container.clients.ga4 import Ga4Client
from container.component import MOST_EVENTS, Cookie
from container.config.document import Change, Configuration, ConsentSection, LimitedDataUseSection, Trigger
from container.context import Context
from container.hit import Hit
from container.runtime import Routed, route
from container.trace import OUTCOMES, TagTrace
from tests.fakes import (
    NOW,
    ClumsyClient,
    FailingTag,
    FailingTransformation,
    FieldVariable,
    RefusingTag,
    SetTransformation,
    ShowTag,
    SpokenClient,
    UnwritableTag,
    binding,
    container,
    named,
    spoken,
    where,
)

PURCHASE = {"event_name": "purchase", "event_id": "o-1", "value": 120}


def sent(routed: Routed) -> list[tuple[str, Any]]:
    return [(one.tag, json.loads(one.body)) for one in routed.outgoing]


def tags(routed: Routed) -> list[TagTrace]:
    assert routed.trace is not None
    assert len(routed.trace.events) == 1
    return routed.trace.events[0].tags


def only(routed: Routed) -> TagTrace:
    (one,) = tags(routed)
    assert one.outcome in OUTCOMES
    return one


def explained(configuration: Configuration, hit: Hit | None = None) -> Routed:
    """The run with its trace, after a look that the run without one sends the same."""
    hit = spoken(PURCHASE) if hit is None else hit
    silent = route(hit, configuration, NOW)
    told = route(hit, configuration, NOW, explain=True)
    assert silent.trace is None
    assert silent.outgoing == told.outgoing
    assert silent.suppressed == told.suppressed
    assert silent.answer == told.answer
    return told


# Who reads the hit


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


# What leaves


def test_a_tag_without_objections_fires_and_its_payload_goes_to_every_destination() -> None:
    routed = explained(container(binding("show", ShowTag("111", "222:TEST"), named("purchase"))))
    assert [(one.tag, one.destination, one.event_name, one.event_id, one.client) for one in routed.outgoing] == [
        ("show", "111", "purchase", "o-1", "spoken"), ("show", "222:TEST", "purchase", "o-1", "spoken"),
    ]  # fmt: skip
    assert sent(routed) == [("show", {"event": PURCHASE})] * 2
    assert only(routed).to_json() == {
        "tag": "show", "type": "show", "outcome": "fired", "reason": "on_purchase", "payload": {"event": PURCHASE},
    }  # fmt: skip


def test_the_first_trigger_that_holds_is_the_reason() -> None:
    triggers = (named("lead"), where("large", "event.value", "at_least", 100), named("purchase"))
    assert only(explained(container(binding("show", ShowTag(), *triggers)))).reason == "large"


def test_events_and_tags_keep_their_order() -> None:
    configuration = container(binding("b", ShowTag(), named("y", "x")), binding("a", ShowTag(), named("x")))
    routed = explained(configuration, spoken({"event_name": "x"}, {"event_name": "y"}, {"event_name": "z"}))
    assert [(tag, body["event"]["event_name"]) for tag, body in sent(routed)] == [("b", "x"), ("a", "x"), ("b", "y")]


def test_each_event_of_a_hit_knows_its_place() -> None:
    show = ShowTag(pick=lambda context: [context.index, context.now, context.client, context.hit.path])
    routed = explained(container(binding("show", show)), spoken({"event_name": "a"}, {"event_name": "a"}, path="/p"))
    assert [body["picked"] for _, body in sent(routed)] == [[0, NOW, "spoken", "/p"], [1, NOW, "spoken", "/p"]]


def test_a_test_event_code_of_the_caller_reaches_the_tag() -> None:
    show = ShowTag(pick=lambda context: context.test_event_code)
    routed = route(spoken(PURCHASE), container(binding("show", show)), NOW, test_event_code="TEST7")
    assert sent(routed) == [("show", {"picked": "TEST7"})]


def test_a_cookie_a_tag_wants_set_goes_with_the_answer() -> None:
    cookie = Cookie("_fbp", "fb.1.2.3", 60)
    show = ShowTag(pick=lambda context: context.shared.cookies.append(cookie))
    assert explained(container(binding("show", show))).cookies == [cookie]


# Why not


def test_a_tag_whose_triggers_do_not_hold_says_each_condition_and_the_value_it_saw() -> None:
    configuration = container(
        binding("show", ShowTag(), named("lead", "sign_up"), where("paid", "order_value", "greater_than", 500)),
        variables={"order_value": FieldVariable("value")},
    )
    one = only(explained(configuration))
    assert one.outcome == "not_triggered"
    assert one.reason == (
        "no trigger matched: on_lead (event 'purchase' is not one of lead, sign_up); "
        "paid (order_value is 120: not greater than 500)"
    )


def test_a_condition_without_a_value_says_that_it_saw_nothing() -> None:
    one = only(explained(container(binding("show", ShowTag(), where("coupon", "event.coupon", "equals", "x")))))
    assert one.reason == "no trigger matched: coupon (event.coupon is nothing: not equal to x)"


def test_a_tag_without_a_trigger_never_fires_and_says_so() -> None:
    bound = binding("show", ShowTag())
    bound.fires_on = ()
    one = only(explained(container(bound)))
    assert (one.outcome, one.reason) == ("not_triggered", "no trigger matched: the tag has none")


def test_every_condition_of_a_trigger_must_hold() -> None:
    both = Trigger("paid", [*named("purchase").conditions, *where("", "event.value", "greater_than", 0).conditions])
    configuration = container(binding("show", ShowTag(), both))
    assert only(explained(configuration)).outcome == "fired"
    free = spoken({"event_name": "purchase", "value": 0})
    assert (
        only(explained(configuration, free)).reason == "no trigger matched: paid (event.value is 0: not greater than 0)"
    )
    other = spoken({"event_name": "refund", "value": 1})
    assert only(explained(configuration, other)).outcome == "not_triggered"


def test_a_blocked_tag_names_the_trigger_and_the_value_it_saw() -> None:
    bot = where("bot", "agent", "contains", "bot")
    configuration = container(
        binding("show", ShowTag(), blocked_by=(bot,)), variables={"agent": FieldVariable("agent")}
    )
    one = only(explained(configuration, spoken(PURCHASE | {"agent": "a robot"})))
    assert (one.outcome, one.reason) == ("blocked", "blocked by bot (agent is 'a robot': containing bot)")
    assert only(explained(configuration)).outcome == "fired"


def test_a_tag_that_did_not_trigger_is_not_called_blocked() -> None:
    configuration = container(binding("show", ShowTag(), named("lead"), blocked_by=(named("purchase"),)))
    assert only(explained(configuration)).outcome == "not_triggered"


@pytest.mark.parametrize(
    ("consent", "outcome", "reason"),
    [
        ({"ad_storage": "granted", "ad_user_data": "granted"}, "fired", "always"),
        ({"ad_storage": "denied", "ad_user_data": "granted"}, "no_consent", "ad_storage is denied"),
        ({"ad_storage": "granted", "ad_user_data": "denied"}, "no_consent", "ad_user_data is denied"),
        ({"ad_user_data": "granted"}, "no_consent", "ad_storage is unset and unset counts as denied"),
    ],
)
def test_a_tag_without_the_consent_it_needs_says_which(consent: dict[str, str], outcome: str, reason: str) -> None:
    configuration = container(binding("show", ShowTag(), needs_consent=("ad_storage", "ad_user_data")))
    one = only(explained(configuration, spoken(PURCHASE, consent=consent)))
    assert (one.outcome, one.reason) == (outcome, reason)


def test_the_trace_shows_all_four_purposes_and_what_the_sender_assumed() -> None:
    hit = spoken(PURCHASE, consent={"ad_storage": "denied"}, implicit={"ad_user_data": "granted"})
    trace = explained(container(binding("show", ShowTag())), hit).trace
    assert trace is not None
    shape = trace.to_json()["events"][0]
    assert shape["consent"] == {
        "ad_storage": "denied", "analytics_storage": "unset", "ad_user_data": "unset", "ad_personalization": "unset",
    }  # fmt: skip
    assert shape["implicit_consent"] == {"ad_user_data": "granted"}


def test_a_tag_that_decides_against_an_event_is_suppressed_with_its_reason_and_notes() -> None:
    routed = explained(container(binding("no", RefusingTag())))
    assert routed.suppressed == [("no", "not worth sending")]
    assert only(routed).to_json() == {
        "tag": "no",
        "type": "refusing",
        "outcome": "suppressed",
        "reason": "not worth sending",
        "notes": ["looked at it"],
    }


def test_an_event_its_client_wants_dropped_reaches_no_tag() -> None:
    hit = spoken(PURCHASE | {"x-tagdock-drop": "the pixel's twin"})
    routed = explained(container(binding("show", ShowTag()), binding("other", ShowTag(), named("lead"))), hit)
    assert routed.outgoing == []
    assert routed.suppressed == [("show", "the pixel's twin")]
    first, second = tags(routed)
    assert (first.outcome, first.reason) == ("suppressed", "the pixel's twin")
    assert second.outcome == "not_triggered"


# What fails


def test_a_failing_tag_costs_neither_the_others_nor_the_answer_nor_a_visitors_data() -> None:
    configuration = container(
        binding("before", ShowTag()), binding("failing", FailingTag()), binding("unwritable", UnwritableTag()),
        binding("after", ShowTag()),
    )  # fmt: skip
    routed = explained(configuration, spoken(PURCHASE | {"email": "jane@example.com"}))
    assert routed.answer.status == 204
    assert [tag for tag, _ in sent(routed)] == ["before", "after"]
    assert [(one.outcome, one.reason) for one in tags(routed)][1:3] == [
        ("failed", "the tag failed: ValueError"), ("failed", "the tag failed: UnicodeEncodeError"),
    ]  # fmt: skip
    assert routed.failures == ["tag failing failed: ValueError", "tag unwritable failed: UnicodeEncodeError"]
    assert "jane" not in str(routed.failures)


def test_a_failing_event_does_not_cost_the_next() -> None:
    configuration = container(binding("failing", FailingTag(), named("bad")), binding("show", ShowTag()))
    routed = explained(configuration, spoken({"event_name": "bad"}, {"event_name": "good"}))
    assert [body["event"]["event_name"] for _, body in sent(routed)] == ["bad", "good"]


def test_when_a_change_for_all_fails_no_tag_sees_what_it_should_have_changed() -> None:
    changes = (Change("broken", FailingTransformation(), None),)
    routed = explained(container(binding("a", ShowTag()), binding("b", ShowTag()), changes=changes))
    assert routed.outgoing == []
    assert [one.outcome for one in tags(routed)] == ["failed", "failed"]
    assert "jane" not in str(routed.failures)
    assert len(routed.failures) == 1


def test_when_a_change_for_one_tag_fails_the_others_go_on() -> None:
    broken = Change("broken", FailingTransformation(), frozenset({"a"}))
    routed = explained(container(binding("a", ShowTag(), changes=(broken,)), binding("b", ShowTag())))
    assert [tag for tag, _ in sent(routed)] == ["b"]
    assert [one.outcome for one in tags(routed)] == ["failed", "fired"]


# What changes on the way


def test_a_change_for_all_is_made_before_triggers_look() -> None:
    changes = (Change("renamed", SetTransformation(event_name="order"), None),)
    configuration = container(
        binding("show", ShowTag(), named("order")), binding("old", ShowTag(), named("purchase")), changes=changes
    )
    routed = explained(configuration)
    assert sent(routed) == [("show", {"event": PURCHASE | {"event_name": "order"}})]
    assert routed.trace is not None
    assert routed.trace.events[0].event["event_name"] == "order"


def test_changes_are_made_in_order_each_on_what_the_one_before_left() -> None:
    changes = (Change("one", SetTransformation(a=1, b=1), None), Change("two", SetTransformation(b=2), None))
    routed = explained(container(binding("show", ShowTag()), changes=changes), spoken({"event_name": "x"}))
    assert sent(routed) == [("show", {"event": {"event_name": "x", "a": 1, "b": 2}})]


def test_a_change_for_a_tag_is_seen_by_that_tag_alone_and_not_by_its_triggers() -> None:
    change = Change("no_value", SetTransformation(value=None), frozenset({"a"}))
    paid = where("paid", "event.value", "greater_than", 0)
    configuration = container(binding("a", ShowTag(), paid, changes=(change,)), binding("b", ShowTag(), paid))
    routed = explained(configuration)
    assert sent(routed) == [("a", {"event": PURCHASE | {"value": None}}), ("b", {"event": PURCHASE})]
    assert routed.trace is not None
    assert routed.trace.events[0].event == PURCHASE


def test_a_variable_is_read_once_for_all_tags_and_anew_for_a_tag_that_is_shown_another_event() -> None:
    value = FieldVariable("value")
    paid = where("paid", "value", "greater_than", 0)
    shown = ShowTag(pick=lambda context: context.variable("value"))
    change = Change("double", SetTransformation(value=240), frozenset({"c"}))
    configuration = container(
        binding("a", shown, paid), binding("b", shown, paid), binding("c", shown, paid, changes=(change,)),
        variables={"value": value},
    )  # fmt: skip
    assert sent(route(spoken(PURCHASE), configuration, NOW)) == [
        ("a", {"picked": 120}), ("b", {"picked": 120}), ("c", {"picked": 240}),
    ]  # fmt: skip
    assert value.reads == 2


def test_a_variable_no_tag_of_the_event_asks_for_is_not_read() -> None:
    value = FieldVariable("value")
    paid = Trigger("paid", [*named("purchase").conditions, *where("", "value", "exists", True).conditions])
    configuration = container(binding("show", ShowTag(), paid), variables={"value": value})
    route(spoken({"event_name": "page_view"}), configuration, NOW)
    assert value.reads == 0


def test_notes_of_a_tag_are_its_own_and_notes_of_the_client_the_events() -> None:
    def noting(word: str) -> ShowTag:
        return ShowTag(pick=lambda context: context.note(word))

    configuration = container(binding("a", noting("from a")), binding("b", noting("from b")))
    trace = explained(configuration, spoken(PURCHASE, notes=["from the client"])).trace
    assert trace is not None
    shape = trace.to_json()["events"][0]
    assert shape["notes"] == ["from the client"]
    assert [one["notes"] for one in shape["tags"]] == [["from a"], ["from b"]]


# Limited data use


def test_limited_data_use_is_what_the_configurations_trigger_says() -> None:
    californian = where("californian", "event.region", "equals", "US-CA")
    section = ConsentSection(limited_data_use=LimitedDataUseSection(when="californian", country=1, state=1000))

    def picked(context: Context) -> Any:
        use = context.limited_data_use
        return None if use is None else [use.country, use.state]

    configuration = container(binding("show", ShowTag(pick=picked)), triggers=(californian,), consent=section)
    assert sent(explained(configuration)) == [("show", {"picked": None})]
    there = spoken(PURCHASE | {"region": "US-CA"})
    assert sent(explained(configuration, there)) == [("show", {"picked": [1, 1000]})]


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
