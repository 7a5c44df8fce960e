"""The finish of a variable: the default beside its type, and its format."""

from __future__ import annotations

from typing import Any

import pytest

from container.config.load import load_text
from container.context import Context


def finish(beside: str, found: Any) -> Any:
    loaded = load_text(f"variables:\n  asked: {{ event: x, {beside} }}\n  other: {{ constant: 3 }}\n")
    assert loaded.errors == []
    return Context({"x": found}, variables=loaded.whole().variables).variable("asked")


@pytest.mark.parametrize(
    ("beside", "found", "meant"),
    [
        ("default: EUR", None, "EUR"),
        ("default: EUR", "USD", "USD"),
        ("default: EUR", "", ""),
        ("default: EUR", False, False),
        ('default: "{{ other }}"', None, 3),
        ("default: [1, '{{ other }}']", None, [1, 3]),
        ('default: "{{ event.y }}"', None, None),
        ("format: lower", "ÄB", "äb"),
        ("format: upper", " ab ", " AB "),
        ("format: trim", " Ab\n", "Ab"),
        ("format: { case: lower, trim: true }", " AB ", "ab"),
        ("format: lower", ["A", 1, {"B": "C"}], ["a", 1, {"B": "C"}]),
        ("format: lower", 5, 5),
        ("format: lower", {"A": "B"}, {"A": "B"}),
        ('format: { null: "" }', None, ""),
        ('format: { undefined: "-" }', None, "-"),
        ('format: { null: "", undefined: "" }', None, ""),
        ('format: { true: "1", false: "0" }', True, "1"),
        ('format: { true: "1", false: "0" }', False, "0"),
        ('format: { true: "1" }', False, False),
        ("format: { false: 0 }", False, 0),
        ('format: { true: "1" }', 1, 1),
        ("default: EUR, format: { case: lower, null: none }", None, "eur"),
    ],
)
def test_a_value_is_finished(beside: str, found: Any, meant: Any) -> None:
    value = finish(beside, found)
    assert value == meant
    assert type(value) is type(meant)


def test_the_event_keeps_its_own_value() -> None:
    variables = load_text("variables: { a: { event: x, format: upper } }").whole().variables
    event = {"x": ["a"]}
    assert Context(event, variables=variables).variable("a") == ["A"]
    assert event == {"x": ["a"]}


@pytest.mark.parametrize(
    ("beside", "message"),
    [
        ("format: loud", "'loud' is not one of lower, upper, trim; write one of them"),
        ("format: { cases: lower }", "this section has no option 'cases'; did you mean 'case'?"),
        (
            "format: { null: a, undefined: b }",
            "null and undefined are one here, and cannot become two values; write one of them",
        ),
        ('default: "{{ nope }}"', "there is no variable 'nope'; known: asked, client, consent, event, other"),
        ('default: "{{ asked }}"', "the variable needs itself: asked -> asked; take one of these steps out"),
    ],
)
def test_what_cannot_be_is_told(beside: str, message: str) -> None:
    loaded = load_text(f"variables:\n  asked: {{ event: x, {beside} }}\n  other: {{ constant: 3 }}\n")
    assert [f"{one.text}; {one.hint}" for one in loaded.errors] == [message]
