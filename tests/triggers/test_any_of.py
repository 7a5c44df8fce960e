"""The condition `any_of`: one of several, and what routing may conclude from it."""

from __future__ import annotations

from typing import Any

import pytest

from container.config.document import Trigger
from container.config.load import load_text
from container.context import Context

FILE = """
triggers:
  t: { any_of: %s }
  paid: { event: purchase, where: { event.value: { greater_than: 0 } } }
  test: { where: { event.test: true } }
  lead: { event: [lead, sign_up] }
"""


def trigger(text: str) -> Trigger:
    loaded = load_text(FILE % text)
    assert loaded.errors == []
    return loaded.whole().triggers["t"]


@pytest.mark.parametrize(
    ("text", "event", "held"),
    [
        ("[paid, lead]", {"event_name": "purchase", "value": 5}, True),
        ("[paid, lead]", {"event_name": "purchase", "value": 0}, False),
        ("[paid, lead]", {"event_name": "sign_up"}, True),
        ("paid", {"event_name": "purchase", "value": 5}, True),
        ("[{ event: a }, { event: b, where: { event.x: 1 } }]", {"event_name": "a"}, True),
        ("[{ event: a }, { event: b, where: { event.x: 1 } }]", {"event_name": "b", "x": 1}, True),
        ("[{ event: a }, { event: b, where: { event.x: 1 } }]", {"event_name": "b"}, False),
        ("{ event: a }", {"event_name": "a"}, True),
        ("{ sets: [lead] }", {"event_name": "lead"}, True),
        ("[{ any_of: [{ event: a }, { none_of: test }] }]", {"event_name": "b", "test": True}, False),
        ("[{ any_of: [{ event: a }, { none_of: test }] }]", {"event_name": "b"}, True),
    ],
)
def test_one_that_holds_is_enough(text: str, event: dict[str, Any], held: bool) -> None:
    assert trigger(text).holds(Context(event)) is held


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[paid, lead]", {"purchase", "lead", "sign_up"}),
        ("[{ event: a }, { event: b }]", {"a", "b"}),
        ("[paid, test]", None),
        ("[{ event: a }, { where: { event.x: 1 } }]", None),
        ("[{ event: a, none_of: lead }]", {"a"}),
        ("[{ event: [a, b], any_of: [{ event: b }, { event: c }] }]", {"b"}),
        ("[{ event: a, any_of: { event: b } }]", set()),
    ],
)
def test_the_only_names_it_can_hold_for_are_those_of_all_its_parts(text: str, names: set[str] | None) -> None:
    assert trigger(text).event_names() == names


def test_beside_event_the_names_of_both_count() -> None:
    made = load_text("triggers: { t: { event: [a, b], any_of: [{ event: b }, { event: c }] } }").whole().triggers["t"]
    assert made.event_names() == {"b"}


def test_a_trigger_may_be_named_before_it_is_written() -> None:
    made = load_text("triggers: { t: { any_of: later }, later: { event: x } }").whole().triggers["t"]
    assert made.event_names() == {"x"}
    assert made.holds(Context({"event_name": "x"}))


def test_the_reason_tells_the_one_that_holds_else_why_none_does() -> None:
    made = trigger("[paid, { event: x }]")
    assert made.why(Context({"event_name": "x"})) == "event 'x' is x"
    assert made.why(Context({"event_name": "purchase", "value": 5})) == (
        "paid (event 'purchase' is purchase and event.value is 5: greater than 0)"
    )
    assert made.why(Context({"event_name": "purchase", "value": 0})) == (
        "none of any_of holds: paid (event.value is 0: not greater than 0); event 'purchase' is not x"
    )
