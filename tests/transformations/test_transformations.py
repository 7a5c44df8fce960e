"""The transformations: fields kept, taken out and set, and the event they were given left as it was."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from container.component import Transformation
from container.config.load import load_text
from container.context import Context

EVENT: dict[str, Any] = {
    "event_name": "purchase",
    "value": 10,
    "a.b": "dotted",
    "user_data": {"email_address": "ana@example.com", "address": {"city": "Wien"}},
    "items": [{"item_id": "a", "price": 1}, {"item_id": "b"}],
}


def made(written: str) -> Transformation:
    loaded = load_text(f"transformations: {{ t: {written} }}")
    assert loaded.errors == []
    return loaded.whole().changes[0].transformation


def changed(written: str, event: Any = EVENT) -> Any:
    before = copy.deepcopy(event)
    after = made(written).apply(Context(event))
    assert event == before
    return after


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("{ allow: value }", {"event_name": "purchase", "value": 10}),
        ("{ allow: [user_data.address.city] }", {"event_name": "purchase", "user_data": {"address": {"city": "Wien"}}}),
        ("{ allow: { fields: [a.b, nope] } }", {"event_name": "purchase", "a.b": "dotted"}),
        ("{ allow: [event_name] }", {"event_name": "purchase"}),
        ("{ allow: [items] }", {"event_name": "purchase", "items": EVENT["items"]}),
        ("{ allow: [items.item_id] }", {"event_name": "purchase", "items": [{"item_id": "a"}, {"item_id": "b"}]}),
        ("{ allow: [items.price] }", {"event_name": "purchase", "items": [{"price": 1}]}),
        ("{ allow: [items.0.price] }", {"event_name": "purchase", "items": [{"price": 1}]}),
        ("{ allow: ['items[1]'] }", {"event_name": "purchase", "items": [{"item_id": "b"}]}),
        ("{ allow: [items.0.price, items.item_id] }",
         {"event_name": "purchase", "items": [{"item_id": "a", "price": 1}, {"item_id": "b"}]}),
        ("{ allow: [items.7, value.deeper, user_data.nope] }", {"event_name": "purchase"}),
        ("{ allow: [user_data, user_data.address.city] }", {"event_name": "purchase", "user_data": EVENT["user_data"]}),
    ],
)  # fmt: skip
def test_allow_keeps_these_fields_and_the_name(written: str, kept: dict[str, Any]) -> None:
    assert changed(written) == kept


@pytest.mark.parametrize(
    ("written", "gone"),
    [
        ("{ exclude: value }", ["value"]),
        ("{ exclude: [value, user_data, items] }", ["value", "user_data", "items"]),
        ("{ exclude: [a.b, nope, value.deeper] }", ["a.b"]),
    ],
)
def test_exclude_takes_these_fields_out(written: str, gone: list[str]) -> None:
    assert changed(written) == {key: one for key, one in EVENT.items() if key not in gone}


def test_exclude_reaches_into_mappings_and_lists() -> None:
    assert changed("{ exclude: [user_data.address] }")["user_data"] == {"email_address": "ana@example.com"}
    assert changed("{ exclude: ['items[0].price'] }")["items"] == [{"item_id": "a"}, {"item_id": "b"}]
    assert changed("{ exclude: [items.price] }")["items"] == [{"item_id": "a"}, {"item_id": "b"}]
    assert changed("{ exclude: [items.1] }")["items"] == [{"item_id": "a", "price": 1}]


@pytest.mark.parametrize(
    ("written", "field", "meant"),
    [
        ("{ augment: { value: 5 } }", "value", 5),
        ("{ augment: { value: '{{ event.value * 2 }}' } }", "value", 20),
        ("{ augment: { value: '{{ event.nope }}' } }", "value", 10),
        ("{ augment: { user_data.address.city: Graz } }", "user_data",
         {"email_address": "ana@example.com", "address": {"city": "Graz"}}),
        ("{ augment: { new: { a: '{{ event.value }}', b: '{{ event.nope }}' } } }", "new", {"a": 10}),
        ("{ augment: { new: ['{{ event.value }}', '{{ event.nope }}', x] } }", "new", [10, "x"]),
        ("{ augment: { 'items[1].price': 3 } }", "items", [{"item_id": "a", "price": 1}, {"item_id": "b", "price": 3}]),
        ("{ augment: { fields: { value: 7 } } }", "value", 7),
    ],
)  # fmt: skip
def test_augment_sets_a_field(written: str, field: str, meant: Any) -> None:
    after = changed(written)
    assert after[field] == meant
    assert {key: one for key, one in after.items() if key != field} == {
        key: one for key, one in EVENT.items() if key != field
    }


def test_what_was_kept_is_what_the_event_holds_and_not_a_copy_of_its_elements() -> None:
    assert made("{ allow: [items] }").apply(Context(EVENT))["items"] is EVENT["items"]


WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "0"]), inner, max_size=3),
    max_leaves=15,
)


@given(st.dictionaries(st.sampled_from(["a", "b", "event_name"]), WILD, max_size=3))
@settings(max_examples=100)
def test_no_event_makes_a_transformation_raise_or_is_changed_itself(event: dict[str, Any]) -> None:
    for written in (
        "{ allow: [a.b, 'b[0].a', a.0] }",
        "{ exclude: [a.b, 'b[0].a', a.0] }",
        "{ augment: { a.b.0: 1 } }",
        "{ rename: { a.b: a.a, b.0: a.b, a: b.a.b, b.a.a: b } }",
        "{ redact: [a.b, 'b[0].a'] }",
        "redact",
    ):
        assert isinstance(changed(written, event), dict)
