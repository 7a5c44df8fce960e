"""Advice for an unknown word: the nearest known one, else every word it could have been."""

from __future__ import annotations

from container.problem import suggestion
from triggers.operators import OPERATORS


def test_a_word_near_a_known_one_gets_that_one() -> None:
    assert suggestion("purchse", ["purchase", "lead"]) == "did you mean 'purchase'?"


def test_all_the_operators_are_listed_for_a_word_that_is_near_none() -> None:
    assert suggestion("zzz", OPERATORS) == "known: " + ", ".join(sorted(OPERATORS))


def test_a_list_of_names_is_cut_after_forty() -> None:
    names = [f"n{number:02}" for number in range(41)]
    assert suggestion("zzz", names[:40]) == "known: " + ", ".join(names[:40])
    assert suggestion("zzz", names) == "known: " + ", ".join(names[:40]) + ", ..."
