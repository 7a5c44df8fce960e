"""The variable `random`: spread over its range, and the same again for the same hit."""

from __future__ import annotations

from collections import Counter

from container.config.load import load_text
from container.context import Context, Shared
from container.hit import Hit
from tests.variables.asking import NOW, ask, told


def test_every_number_of_the_range_comes_and_no_other() -> None:
    drawn = Counter(ask("{ random: { from: 1, to: 6 } }", hit=Hit("GET", "/", str(number))) for number in range(300))
    assert sorted(drawn) == [1, 2, 3, 4, 5, 6]
    assert min(drawn.values()) > 20


def test_the_same_hit_draws_the_same_number_again() -> None:
    assert ask("random", hit=Hit("GET", "/", "a")) == ask("random", hit=Hit("GET", "/", "a"))
    assert ask("random", hit=Hit("GET", "/", "a")) != ask("random", hit=Hit("GET", "/", "b"))


def test_each_variable_and_each_event_of_a_hit_draws_its_own() -> None:
    variables = load_text("variables: { a: random, b: random }").whole().variables
    shared = Shared(Hit("GET", "/"))
    first, second = (Context({}, shared, NOW, variables=variables, index=index) for index in (0, 1))
    drawn = {one.variable(name) for one in (first, second) for name in ("a", "b")}
    assert len(drawn) == 4
    assert all(0 <= number <= 2147483647 for number in drawn)


def test_a_range_of_one_number_gives_it_and_one_of_none_is_told() -> None:
    assert ask("{ random: { from: -3, to: -3 } }") == -3
    assert told("{ random: { from: 6, to: 1 } }") == ["there is no number from 6 to 1; write the smaller one as from"]
