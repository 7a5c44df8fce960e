"""The variable `regex_table`: the first expression that matches, with its groups filled in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.variables.asking import ask, told


def first(x: Any, more: str = "") -> Any:
    table = r"""{ '^/(?:de|fr)/([a-z]+)/?(\d+)?': '\1-\2!', '/checkout': checkout, '^\d+$': 7, '(?i)^all$': "{{ other }}", '^z(.)': '\0\0' }"""  # noqa: E501
    return ask(f'{{ regex_table: {{ input: "{{{{ event.x }}}}", table: {table}, default: none{more} }} }}', {"x": x})


@pytest.mark.parametrize(
    ("x", "meant"),
    [
        ("/de/hats/12", "hats-12!"),
        ("/fr/hats", "hats-!"),
        ("/de/checkout", "checkout-!"),
        ("/shop/checkout/2", "checkout"),
        (404, 7),
        ("ALL", 3),
        ("zäh", "zäzä"),
        ("other", "none"),
        (None, "none"),
        (["/checkout"], "none"),
        ("\ud800/checkout", "checkout"),
    ],
)
def test_the_first_line_that_matches_gives_the_value(x: Any, meant: Any) -> None:
    assert first(x) == meant


def test_a_match_of_the_whole_text_may_be_asked_for() -> None:
    assert first("/shop/checkout", ", full_match: true") == "none"
    assert first("/checkout", ", full_match: true") == "checkout"
    assert first("/de/hats/12", ", full_match: true") == "hats-12!"


def test_case_may_be_ignored() -> None:
    assert first("/CHECKOUT") == "none"
    assert first("/CHECKOUT", ", ignore_case: true") == "checkout"


def test_text_that_a_visitor_chose_is_not_read_for_groups() -> None:
    written = r"""{ regex_table: { input: "{{ event.x }}", table: { '^(.)': "{{ event.y }}" } } }"""
    assert ask(written, {"x": "ab", "y": r"\1\1"}) == r"\1\1"


def test_a_hostile_text_takes_no_longer_than_another() -> None:
    written = r"""{ regex_table: { input: "{{ event.x }}", table: { '(a+)+$': '\1' }, default: no } }"""
    assert ask(written, {"x": "a" * 100_000 + "!"}) == "no"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (r"{ '(': x }", r"'(' is not a regular expression: missing ): (; write ) where the group ends, or \( for the sign itself"),  # noqa: E501
        (r"{ '^a(b)': '\2' }", r"there is no group \2: the expression has 1; put parentheses around what it should take"),  # noqa: E501
        (r"{ '^ab': '\1' }", r"there is no group \1: the expression has none; put parentheses around what it should take"),  # noqa: E501
        (r"{ '^(ab)': '\1 {{ other }}' }",
         r"a group such as \1 cannot stand beside an expression; make the expression a variable of its own"),
        ("[a]", "expected expressions with their values, such as { ^/shop/: shop }, found a list; "
         "write { name: value }, without the [ ]"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_work_is_told(table: str, message: str) -> None:
    assert told(f"{{ regex_table: {{ input: x, table: {table} }} }}") == [message]
