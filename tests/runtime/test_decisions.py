"""Why a tag did not fire: triggers, blocks, consent, and reasons of its own."""

from __future__ import annotations

import pytest

from container.config.document import Trigger
from tests.fakes import FieldVariable, RefusingTag, ShowTag, binding, container, named, spoken, where
from tests.runtime.routed import PURCHASE, explained, only, tags


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
