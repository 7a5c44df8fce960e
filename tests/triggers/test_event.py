"""The condition `event`: names as written, and what routing may conclude from them."""

from __future__ import annotations

from typing import Any

import pytest

from container.config.document import Trigger
from container.config.load import load_text
from container.context import Context


def trigger(text: str) -> Trigger:
    return load_text(f"triggers: {{ t: {text} }}").whole().triggers["t"]


@pytest.mark.parametrize(
    "text", ["{ event: purchase }", "{ event: [purchase, refund] }", "{ event: { names: purchase } }"]
)
def test_an_event_of_this_name_meets_it(text: str) -> None:
    assert trigger(text).holds(Context({"event_name": "purchase"}))


@pytest.mark.parametrize("name", ["Purchase", "purchases", "", None, 5, ["purchase"], {}])
def test_an_event_of_another_name_or_none_does_not(name: Any) -> None:
    made = trigger("{ event: purchase }")
    assert not made.holds(Context({"event_name": name}))
    assert not made.holds(Context({}))


def test_the_reason_names_both() -> None:
    assert trigger("{ event: a }").why_not(Context({"event_name": "b"})) == "event 'b' is not a"
    assert trigger("{ event: [a, c] }").why_not(Context({"event_name": "b"})) == "event 'b' is not one of a, c"
    assert trigger("{ event: a }").conditions[0].why(Context({"event_name": "a"})) == "event 'a' is a"


def test_a_trigger_knows_the_only_names_it_can_hold_for() -> None:
    assert trigger("{ event: [a, b] }").event_names() == {"a", "b"}
    assert trigger("{ event: [a, b], where: { event.value: 5 } }").event_names() == {"a", "b"}
    assert trigger("{ where: { event.value: 5 } }").event_names() is None


def test_a_number_without_quotes_is_a_name_too() -> None:
    assert trigger("{ event: 404 }").holds(Context({"event_name": "404"}))


def test_a_trigger_without_conditions_holds_for_every_event() -> None:
    made = trigger("{}")
    assert made.holds(Context({"event_name": "x"}))
    assert made.why_not(Context({"event_name": "x"})) == "every condition holds"
