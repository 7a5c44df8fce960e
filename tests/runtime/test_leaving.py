"""What leaves of a hit: payloads in order, to every destination, with what the visitor is told."""

from __future__ import annotations

from typing import Any

from container.component import Cookie
from container.config.document import ConsentSection, LimitedDataUseSection
from container.context import Context
from container.runtime import route
from tests.fakes import NOW, ShowTag, binding, container, named, spoken, where
from tests.runtime.routed import PURCHASE, explained, only, sent


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
