"""JSONPath: our compiled getters find what jsonpath-ng finds; what one path means never depends on the hit."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonpath_ng.ext.parser import parse

from container.jsonpath import JsonPath, PathError

EVENT: dict[str, Any] = {
    "value": 10,
    "nothing": None,
    "x-ga-gcs": "G111",
    "items": [{"id": "a", "price": 1.5}, {"id": "b", "price": 20}, "odd"],
    "user_data": {"address": [{"city": "Wien"}]},
}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("$", EVENT),
        ("$.value", 10),
        ("value", 10),
        ("$['value']", 10),
        ("$.x-ga-gcs", "G111"),
        ("$['x-ga-gcs']", "G111"),
        ("$.items[1].id", "b"),
        ("$.items[-1]", "odd"),
        ("$.items[-2].id", "b"),
        ("$.items[9].id", None),
        ("$.items.id", None),
        ("$.nope.deeper", None),
        ("$.nothing", None),
        ("$.user_data.address[0].city", "Wien"),
        ("$.items[*].id", ["a", "b"]),
        ("$.user_data.*", [[{"city": "Wien"}]]),
        ("$.items[0:2].id", ["a", "b"]),
        ("$.items[0,1].id", ["a", "b"]),
        ("$.items[?(@.price > 5)].id", ["b"]),
        ("$..city", ["Wien"]),
        ("$.items.`len`", 3),
        ("$.value + $.value", 20),
        ("$.items[*].nope", None),
        ("$.items[?(@.price > 500)].id", None),
        ("$.value[*]", None),
    ],
)
def test_a_path_finds_one_value_or_a_list_of_all(text: str, meant: Any) -> None:
    assert JsonPath(text).find(EVENT) == meant


@pytest.mark.parametrize(
    ("text", "many"),
    [("$.a", False), ("$.a[0]", False), ("$.a[-1]", False), ("$.a.`len`", False), ("$.a[*]", True), ("$..a", True),
     ("$.a[?(@.b)].c", True), ("$.a[1:]", True), ("$.a[0,1]", True), ("$['a','b']", True), ("$.a[*].b", True)],
)  # fmt: skip
def test_whether_a_path_gives_a_list_follows_from_the_path_alone(text: str, many: bool) -> None:
    path = JsonPath(text)
    assert path.many is many
    for event in ({"a": [{"b": 1, "c": 2}]}, {"a": [{"b": 1}, {"b": 2}], "b": 1}, {"a": {"b": 1}}):
        found = path.find(event)
        assert not many or found is None or isinstance(found, list)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("$.", "parse error near the end of string"),
        ("$.items[", "parse error near the end of string"),
        ("$.items[?(@.id =~ 'a+')]", "regular expressions are not available in it"),
        ("$.a.`sub(/a+/, b)`", "regular expressions are not available in it"),
        ("$..a..b..c", "it has more than 2 '..'"),
        ("$." + "a." * 400 + "a", "it is longer than 500 characters"),
        ("$.a | $.b", "the `|` (union) operator is deprecated"),
        ("$.a[?(@.b == x)]", "an unquoted word as a comparison operand is deprecated"),
        ("$.a.`split(x)`", "split(x) is not valid"),
    ],
)
def test_what_is_no_path_is_told_at_load(text: str, reason: str) -> None:
    with pytest.raises(PathError) as raised:
        JsonPath(text)
    assert str(raised.value) == reason


def test_two_paths_are_equal_when_they_are_written_alike() -> None:
    assert JsonPath("$.a") == JsonPath("$.a") != JsonPath("$.b")
    assert len({JsonPath("$.a"), JsonPath("$.a")}) == 1
    assert repr(JsonPath("$.a")) == "JsonPath('$.a')"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=20,
)
SIMPLE = st.lists(st.sampled_from([".a", ".b", "['c']", "[0]", "[1]", "[-1]", "[*]", ".*"]), max_size=4).map("".join)
OTHER = st.sampled_from(["$..a", "$.a[?(@.b > 1)]", "$.a[0:2]", "$.a.`len`", "$.a[?(@.b)].c", "$..a..b", "$.a[/b]"])


@given(VALUES, SIMPLE)
@settings(max_examples=200)
def test_the_compiled_getters_agree_with_jsonpath_ng(value: Any, steps: str) -> None:
    text = f"${steps}"
    found = [match.value for match in parse(text).find(value)]
    path = JsonPath(text)
    assert path.find(value) == ((found or None) if path.many else (found[0] if found else None))


@given(VALUES, OTHER)
@settings(max_examples=100)
def test_no_value_makes_a_path_raise(value: Any, text: str) -> None:
    found = JsonPath(text).find(value)
    assert found is None or not JsonPath(text).many or isinstance(found, list)


def test_two_descents_into_a_deep_and_wide_event_take_no_time() -> None:
    deep: dict[str, Any] = {}
    inner = deep
    for _ in range(31):
        inner["a"] = {"b": list(range(50))}
        inner = inner["a"]
    start = time.process_time()
    assert JsonPath("$..a..b").find(deep)
    assert time.process_time() - start < 0.5
