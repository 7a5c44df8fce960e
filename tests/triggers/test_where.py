"""The condition `where`: every operator over everything a hit may hold, and the reasons it gives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from container.config.load import load_text
from container.context import Context
from triggers.where import WhereCondition


def condition(comparison: str) -> WhereCondition:
    loaded = load_text(f"triggers: {{ t: {{ where: {{ event.found: {comparison} }} }} }}")
    assert loaded.errors == []
    (made,) = loaded.whole().triggers["t"].conditions
    assert isinstance(made, WhereCondition)
    return made


def holds(comparison: str, found: Any) -> bool:
    made, context = condition(comparison), Context({"event_name": "x", "found": found})
    assert made.why(context)
    return made.holds(context)


@pytest.mark.parametrize(
    ("comparison", "yes", "no"),
    [
        ("5", [5, 5.0, "5", "5.00"], [6, "5a", "", None, True, [5], {"5": 5}]),
        ("{ equals: 5 }", [5, "5"], [4, None]),
        ("{ equals: '5' }", ["5", 5, 5.0], ["5.0", "05", None]),
        ("{ equals: 'yes' }", ["yes"], ["Yes", "yes ", True, None, ["yes"]]),
        ("{ equals: true }", [True, "true"], [False, 1, "1", "True", None]),
        ("{ equals: 1 }", [1, "1"], [True, "true"]),
        ("{ equals: [a, b] }", [["a", "b"]], ["a", ["b", "a"], "['a', 'b']", None]),
        ("{ equals: 12345678901234567890 }", ["12345678901234567890", 12345678901234567890], ["12345678901234567891"]),
        ("{ one_of: [EUR, USD, 5] }", ["EUR", "USD", 5, "5"], ["eur", "", None, ["EUR"]]),
        ("{ one_of: EUR }", ["EUR"], ["USD"]),
        ("{ contains: bot }", ["Googlebot", ["bot", "x"]], ["Bot", ["robot"], None, {"bot": 1}, 5]),
        ("{ contains: 12 }", [4125, "12", [12, 3]], [3, [125]]),
        ("{ starts_with: /shop }", ["/shop/a", "/shop", ["x", "/shop"]], ["/Shop", "a/shop", None, {}]),
        ("{ ends_with: .html }", ["/a.html", ["/b", "/a.html"]], ["/a.htm", None, []]),
        ("{ matches: 'bot|crawl' }", ["Robot", ["x", "crawler"]], ["Bot", "", None, {"bot": "bot"}, [["bot"]]]),
        ("{ matches: '^/a$' }", ["/a"], ["/ab", "b/a"]),
        ("{ matches: 5 }", [15, "5"], [4]),
        ("{ greater_than: 0 }", [1, 0.1, "0.5", "12"], [0, -1, "0", "-3", "", "many", None, [1], True, "NaN"]),
        ("{ at_least: 5 }", [5, "5", 6], [4.99, "4", None]),
        ("{ less_than: 5 }", [4, "-1"], [5, "5", None, "x"]),
        ("{ at_most: 5 }", [5, "5.0", -2], [5.01, None]),
        ("{ at_least: 5, less_than: 10 }", [5, 9.9], [4, 10]),
        ("{ exists: true }", ["", 0, False, [], {}], [None]),
        ("{ exists: false }", [None], ["", 0]),
        ("{ not: { equals: a } }", ["b", None, 5, ["a"]], ["a"]),
        ("{ not: a }", ["b", None], ["a"]),
        ("{ not: { one_of: [a, b] } }", ["c"], ["a", "b"]),
        ("{ exists: true, not: { contains: x } }", ["abc"], ["x", None]),
        ("{ not: { not: a } }", ["a"], ["b", None]),
        ("{ equals: YES, ignore_case: true }", ["yes", "Yes"], ["no", None]),
        ("{ one_of: [Eur, usd], ignore_case: true }", ["EUR", "USD"], ["GBP"]),
        ("{ contains: BOT, ignore_case: true }", ["Googlebot", ["bot"]], ["x"]),
        ("{ starts_with: HTTP, ignore_case: true }", ["https://a"], ["ftp"]),
        ("{ ends_with: .Html, ignore_case: true }", ["/A.HTML"], ["/a"]),
        ("{ matches: BOT, ignore_case: true }", ["robot"], ["x"]),
        ("{ equals: YES, ignore_case: false }", ["YES"], ["yes"]),
        ("{ ignore_case: true, not: { matches: BOT } }", ["x"], ["robot", "ROBOT"]),
        ("{ ignore_case: true, not: { not: BOT } }", ["bot"], ["x"]),
        ("{ not: BOT, ignore_case: true }", ["x"], ["bot"]),
        ("{ ignore_case: true, not: { equals: A, ignore_case: false } }", ["a", "b"], ["A"]),
        ("{ equals: STRASSE, ignore_case: true }", ["straße"], ["strase"]),
    ],
)
def test_an_operator_holds_for_these_and_not_for_those(comparison: str, yes: list[Any], no: list[Any]) -> None:
    assert [found for found in yes if not holds(comparison, found)] == []
    assert [found for found in no if holds(comparison, found)] == []


def test_a_name_is_a_variable_or_a_path_into_the_event() -> None:
    loaded = load_text("""
variables: { city: { jsonpath: $.user_data.address.city } }
triggers: { t: { where: { city: Wien, event.items.0.item_id: a, "event.items[1].item_id": b } } }
""").whole()
    (made,) = loaded.triggers["t"].conditions
    event = {"user_data": {"address": {"city": "Wien"}}, "items": [{"item_id": "a"}, {"item_id": "b"}]}
    assert made.holds(Context(event, variables=loaded.variables))
    assert not made.holds(Context({**event, "items": []}, variables=loaded.variables))


@pytest.mark.parametrize(
    ("comparison", "found", "reason"),
    [
        ("{ greater_than: 0 }", 0, "event.found is 0: not greater than 0"),
        ("{ greater_than: 0 }", "0.00", "event.found is '0.00': not greater than 0"),
        ("{ greater_than: 0 }", 12.0, "event.found is 12: greater than 0"),
        ("'yes'", None, "event.found is nothing: not equal to yes"),
        ("{ one_of: [a, b] }", "c", "event.found is 'c': not one of a, b"),
        ("{ matches: 'bot|crawl' }", "robot", "event.found is 'robot': matching /bot|crawl/"),
        ("{ at_least: 1, at_most: 5 }", 3, "event.found is 3: at least 1 and at most 5"),
        ("{ at_least: 1, at_most: 5 }", 7, "event.found is 7: not at most 5"),
        ("{ not: { one_of: [a] } }", "a", "event.found is 'a': one of a, which not: rules out"),
        ("{ not: { one_of: [a] } }", "b", "event.found is 'b': not one of a"),
        ("{ exists: true }", None, "event.found is nothing: not there: true"),
        ("{ equals: true }", "false", "event.found is 'false': not equal to true"),
        ("x", "y" * 100, "event.found is '" + "y" * 57 + "...': not equal to x"),
    ],
)
def test_the_reason_names_the_value_it_saw_and_what_decided(comparison: str, found: Any, reason: str) -> None:
    assert condition(comparison).why(Context({"found": found})) == reason


def test_every_line_must_hold_and_the_first_that_does_not_is_told() -> None:
    loaded = load_text("triggers: { t: { where: { event.a: 1, event.b: 2 } } }").whole()
    (made,) = loaded.triggers["t"].conditions
    assert made.holds(Context({"a": 1, "b": 2}))
    assert made.why(Context({"a": 1, "b": 3})) == "event.b is 3: not equal to 2"
    assert made.why(Context({"a": 1, "b": 2})) == "event.a is 1: equal to 1 and event.b is 2: equal to 2"


def test_a_hostile_text_cannot_keep_a_pattern_busy() -> None:
    assert not holds("{ matches: '(a+)+$' }", "a" * 100_000 + "!")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)
EVERY = condition(
    "{ not: { equals: a, one_of: [b], contains: c, starts_with: d, ends_with: e, matches: f, greater_than: 1, "
    "at_least: 1, less_than: 3, at_most: 3, exists: true, ignore_case: true } }"
)


@given(ANYTHING)
@settings(max_examples=150)
def test_no_value_makes_an_operator_raise(found: Any) -> None:
    context = Context({"found": found})
    assert EVERY.holds(context) is True
    assert EVERY.why(context).startswith("event.found is ")
