"""A body of templates: what is filled, what is left out, what is put off, whatever an event holds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from container.context import Context
from container.expression import compile_expression, constant
from container.outgoing.body import MOST_ELEMENTS, Each, fill, merged, sendable, split


def compiled(value: Any) -> Any:
    """A body as it is after decoding."""
    if isinstance(value, dict):
        fields = {key: compiled(inner) for key, inner in value.items()}
        over = fields.pop("for_each", None)
        return Each(over, fields) if over is not None else fields
    if isinstance(value, list):
        return [compiled(inner) for inner in value]
    return compile_expression(value) if isinstance(value, str) else constant(value)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"a": "{{ event.n }}", "b": "{{ event.gone }}"}, {"a": 5}),
        ({"a": {"b": {"c": "{{ event.gone }}"}}, "d": 1}, {"d": 1}),
        ({"a": "{{ event.gone }}"}, None),
        ({"a": {}, "b": [], "c": "{{ event.empty }}", "d": "{{ event.none }}"}, {"a": {}, "b": []}),
        (["{{ event.gone }}", "{{ event.n }}", None], [5]),
        ({"for_each": "{{ event.gone }}", "a": 1}, None),
        ({"for_each": "{{ event.n }}", "a": "{{ item }}"}, [{"a": 5}]),
        ({"for_each": "{{ event.list }}", "a": "{{ item.x }}", "n": "{{ event.n }}"}, [{"a": 1, "n": 5}, {"n": 5}]),
        ({"for_each": "{{ event.list }}", "a": "{{ item.gone }}"}, None),
    ],
)
def test_what_is_not_there_is_left_out_with_what_held_it(body: Any, expected: Any) -> None:
    context = Context({"n": 5, "empty": [], "none": {}, "list": [{"x": 1}, {"x": None}, None]})
    assert fill(compiled(body), context) == expected


def test_a_list_goes_through_no_more_elements_than_a_shop_sells_at_once() -> None:
    found = fill(compiled({"for_each": "{{ event.list }}", "a": "{{ item }}"}), Context({"list": [1] * 5000}))
    assert len(found) == MOST_ELEMENTS


def test_what_must_wait_is_taken_apart_and_put_back() -> None:
    body = compiled({"a": "{{ event.n }}", "deep": {"now": 1, "key": "{{ secret.k }}"}, "list": ["{{ secret.k }}"]})
    now, then = split(body, lambda one: "secret" in one.names)
    filled = fill(now, Context({"n": 5}))
    assert filled == {"a": 5, "deep": {"now": 1}}
    assert set(then) == {"deep", "list"}
    assert merged(filled, {"deep": {"key": "k"}, "list": ["k"]}) == {
        "a": 5,
        "deep": {"now": 1, "key": "k"},
        "list": ["k"],
    }
    assert split(compiled({"a": 1}), lambda _: False)[1] is None


def test_what_is_sent_can_be_written_as_json_whatever_an_event_holds() -> None:
    deep: Any = 1
    for _ in range(100):
        deep = [deep]
    hostile = {
        "a": "\ud800x",
        "\udfff": 1,
        "b": float("inf"),
        "c": float("nan"),
        "d": 2**70,
        "e": deep,
        "f": {1, 2},
        "g": 5,
    }
    found = sendable(hostile)
    assert json.dumps(found, allow_nan=False).encode("utf-8")
    assert (found["a"], found["g"]) == ("?x", 5)
    assert not found.keys() & {"b", "c", "d", "f"}
