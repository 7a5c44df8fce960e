"""Dotted paths into an event: what they find, what they set, and the original left alone."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from container.event import as_text, get_path, path_parts, with_path

EVENT: dict[str, Any] = {"value": 1, "items": [{"id": "a"}, {"id": "b"}], "by_number": {"0": "zero", "007": "bond"}}


@pytest.mark.parametrize(
    ("path", "parts"),
    [("a.b", ("a", "b")), ("items[0].id", ("items", 0, "id")), ("items.0.id", ("items", 0, "id")),
     ("a..b.", ("a", "b")),
     ("007", ("007",)), ("0", (0,)), ("1234567", ("1234567",)), ("²", ("²",)), ("", ())],
)  # fmt: skip
def test_a_path_is_its_words_and_numbers(path: str, parts: tuple[str | int, ...]) -> None:
    assert path_parts(path) == parts


@pytest.mark.parametrize(
    ("path", "found"),
    [("value", 1), ("items.1.id", "b"), ("items[1].id", "b"), ("items.5.id", None), ("items.id", None),
     ("by_number.0", "zero"), ("by_number.007", "bond"), ("value.deeper", None), ("nope", None), ("", EVENT)],
)  # fmt: skip
def test_a_path_finds(path: str, found: Any) -> None:
    assert get_path(EVENT, path) == found


@pytest.mark.parametrize(
    ("path", "new", "after"),
    [
        ("value", 2, {**EVENT, "value": 2}),
        ("items.1.id", "c", {**EVENT, "items": [{"id": "a"}, {"id": "c"}]}),
        ("items.1", None, {**EVENT, "items": [{"id": "a"}]}),
        ("items.id", None, {**EVENT, "items": [{}, {}]}),
        ("items.id", "x", EVENT),
        ("items.9.id", "x", EVENT),
        ("new.deeper", 5, {**EVENT, "new": {"deeper": 5}}),
        ("nope.deeper", None, EVENT),
        ("value.deeper", 5, {**EVENT, "value": {"deeper": 5}}),
        ("value.deeper", None, EVENT),
    ],
)
def test_a_path_sets_or_removes_in_a_copy(path: str, new: Any, after: dict[str, Any]) -> None:
    before = copy.deepcopy(EVENT)
    assert with_path(EVENT, path_parts(path), new) == after
    assert before == EVENT


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        (True, "true"),
        (False, "false"),
        (5.0, "5"),
        (5.5, "5.5"),
        (7, "7"),
        (1e300, "1e+300"),
        (None, "None"),
    ],
)
def test_a_value_is_written_as_people_write_it(value: Any, text: str) -> None:
    assert as_text(value) == text


TREES = st.recursive(
    st.booleans() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "0"]), inner, max_size=3),
    max_leaves=12,
)
PATHS = st.lists(st.sampled_from(["a", "b", "0", "1"]), min_size=1, max_size=4).map(".".join)


@given(TREES, PATHS)
@settings(max_examples=150)
def test_what_was_removed_is_gone_and_what_was_set_is_found(tree: Any, path: str) -> None:
    before = copy.deepcopy(tree)
    there = get_path(tree, path) is not None
    without = with_path(tree, path_parts(path), None)
    assert get_path(without, path) != get_path(tree, path) or not there or path.rpartition(".")[2].isdigit()
    if isinstance(tree, dict) and there:
        assert get_path(with_path(tree, path_parts(path), "new"), path) == "new"
    assert tree == before
