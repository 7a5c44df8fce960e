"""Written: values as YAML that reads back as they were, with quotes only where they are needed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from container.cases.written import Literal, block, inline, writable
from container.config.compose import Composer


def read(text: str) -> Any:
    composer = Composer({})
    top = composer.compose(text, "x.yaml")
    assert composer.problems == []
    assert top is not None
    return top.plain()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("purchase", "purchase"), ("yes", "yes"), ("12:30:00", "12:30:00"), ("01234", "01234"), ("a b", "a b"),
        ("1", '"1"'), ("1.5", '"1.5"'), ("true", '"true"'), ("null", '"null"'), ("", '""'), ("a: b", '"a: b"'),
        ("# a", '"# a"'), ("{{ x }}", '"{{ x }}"'), (" a", '" a"'), ("ünï", "ünï"), ("a\x1bb", '"a\\eb"'),
        (1, "1"), (1.5, "1.5"), (True, "true"), (None, "null"), ([], "[]"), ({}, "{}"), ([1, "a"], "[1, a]"),
        (Literal("1"), "1"), (Literal("1.10"), "1.10"), (Literal("true"), "true"), (Literal("null"), '"null"'),
        (Literal(""), '""'), (Literal("007"), "007"),
    ],
)  # fmt: skip
def test_a_value_has_quotes_only_where_it_needs_them(value: Any, text: str) -> None:
    assert block({"k": value}) == f"k: {text}\n"
    assert inline(value).replace("'", '"') == text


def test_what_is_nested_stands_in_block_style_and_a_text_of_lines_as_lines() -> None:
    value = {"a": {"b": [{"c": 1, "d": [1, 2]}]}, "text": "one\ntwo\n"}
    assert (
        block(value, 2)
        == """\
  a:
    b:
      - c: 1
        d: [1, 2]
  text: |
    one
    two
"""
    )


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.floats(-1e9, 1e9).map(lambda x: round(x, 3))
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text("abc: 1#", min_size=1, max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(ANYTHING)
@settings(max_examples=300)
def test_whatever_is_written_reads_back_as_it_was(value: Any) -> None:
    assert read(f"tests:\n{block({'v': value}, 2)}")["tests"]["v"] == value


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=8))
@settings(max_examples=200)
def test_a_text_of_a_hit_reads_back_letter_by_letter(text: str) -> None:
    top = Composer({}).compose(f"tests:\n{block({'v': Literal(text)}, 2)}", "x.yaml")
    assert top is not None
    node = top.items["tests"].items["v"]
    assert node.value is not None
    assert node.raw == text


def test_numbers_that_no_configuration_holds_are_left_out() -> None:
    value = {"a": 10**17, "b": 10**18, "c": 1e300, "d": [1e300, {"e": 1e300, "f": 0.5}], "g": [{"e": 10**20}]}
    assert writable(value) == {"a": 10**17, "g": [{}]}
