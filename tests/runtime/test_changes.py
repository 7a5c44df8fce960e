"""What changes an event on the way, who sees it, and how often variables are read for that."""

from __future__ import annotations

from container.config.document import Change, Trigger
from container.runtime import route
from tests.fakes import NOW, FieldVariable, SetTransformation, ShowTag, binding, container, named, spoken, where
from tests.runtime.routed import PURCHASE, explained, sent


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
