"""The variable `lookup`: one line of a table, or the default."""

from __future__ import annotations

from typing import Any

import pytest

from tests.variables.asking import ask, told

TABLE = '{ lookup: { input: "{{ event.x }}", table: { shoes: 0.42, "404": gone, 5: five, true: yes, all: "{{ other }}" }, default: 0.3 } }'  # noqa: E501


@pytest.mark.parametrize(
    ("x", "meant"),
    [
        ("shoes", 0.42), (404, "gone"), ("404", "gone"), (5.0, "five"), (True, "yes"), ("all", 3), ("Shoes", 0.3),
        ("", 0.3), (None, 0.3), (["shoes"], 0.3), ({"shoes": 1}, 0.3),
    ],
)  # fmt: skip
def test_the_line_that_fits_gives_the_value_else_the_default(x: Any, meant: Any) -> None:
    assert ask(TABLE, {"x": x}) == meant


def test_the_design_s_example_gives_the_margin_of_the_first_item() -> None:
    written = '{ lookup: { input: "{{ event.items[0].item_category }}", table: { shoes: 0.42 }, default: 0.3 } }'
    assert ask(written, {"items": [{"item_category": "shoes"}]}) == 0.42
    assert ask(written, {"items": []}) == 0.3


def test_case_may_be_ignored() -> None:
    written = '{ lookup: { input: "{{ event.x }}", table: { Straße: 1 }, ignore_case: true } }'
    assert ask(written, {"x": "STRASSE"}) == ask(written, {"x": "straße"}) == 1
    assert ask(written, {"x": "x"}) is None


def test_without_a_line_or_a_default_inside_the_one_beside_it_counts() -> None:
    written = '{ lookup: { input: "{{ event.x }}", table: { a: 1 } }, default: "{{ other }}" }'
    assert ask(written, {"x": "b"}) == 3


def test_a_table_must_be_written() -> None:
    assert told("{ lookup: x }") == [
        "expected the options of lookup, found text; options: input, table, default, ignore_case"
    ]
    assert told("{ lookup: { input: x, table: { a: '{{ nope }}' } } }")[0].startswith("there is no variable 'nope'")
