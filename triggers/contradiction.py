"""The contradiction: why no value can satisfy what ``where`` asks of it. Only what is certain is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from container.problem import shorten

if TYPE_CHECKING:
    from triggers.operators import Comparison, Operator

_BOUNDS = {
    "greater_than": (True, False),
    "at_least": (True, True),
    "less_than": (False, False),
    "at_most": (False, True),
}
"""Whether an operator of numbers bounds from below, and whether the bound itself is allowed."""
_NEGATED = {"greater_than": "at_most", "at_least": "less_than", "less_than": "at_least", "at_most": "greater_than"}


def contradiction(comparison: Comparison, operators: Mapping[str, Operator]) -> str:
    """Why nothing can satisfy a comparison, in words; "" when something may."""
    tests = dict(comparison.tests)
    if tests.get("one_of") == []:
        return "one_of is empty"
    if tests.get("exists") is False and (more := [word for word in tests if word != "exists"]):
        return f"what is not there cannot satisfy {more[0]}"
    unless = comparison.unless
    alike = unless is not None and unless.unless is None and unless.ignore_case == comparison.ignore_case
    if unless is not None and alike and unless.tests and all(one in comparison.tests for one in unless.tests):
        return f"not: rules out what {unless.tests[0][0]} asks for"
    return _candidates(comparison, tests, operators) or _range(comparison, tests)


def _candidates(comparison: Comparison, tests: dict[str, Any], operators: Mapping[str, Operator]) -> str:
    """With equals or one_of only few values are left; none of them may satisfy the rest.

    A number may arrive in many spellings, so that only operators of numbers are asked about it.
    """
    word = "equals" if "equals" in tests else "one_of"
    if word not in tests:
        return ""
    wanted = tests[word] if word == "one_of" else [tests[word]]
    if not all(isinstance(one, (str, int, float)) and not isinstance(one, bool) for one in wanted):
        return ""
    texts = all(isinstance(one, str) for one in wanted)
    others = [(other, value) for other, value in comparison.tests if other != word and (texts or other in _BOUNDS)]
    for other, value in others:
        if not any(operators[other].test(one, value) for one in wanted):
            return f"nothing satisfies both {word} and {other}"
    if len(others) > 1 and not any(all(operators[name].test(one, value) for name, value in others) for one in wanted):
        return f"nothing of {word} satisfies the rest"
    if texts and comparison.unless is not None and all(comparison.unless.holds(one) for one in wanted):
        return f"not: rules out all of {word}" if word == "one_of" else "not: rules out what equals asks for"
    return ""


def _range(comparison: Comparison, tests: dict[str, Any]) -> str:
    bounds = {word: value for word, value in tests.items() if word in _BOUNDS}
    negated = comparison.unless
    if bounds and negated is not None and negated.unless is None and len(negated.tests) == 1:
        word, value = negated.tests[0]
        if word in _NEGATED:  # beside a bound the value is a number, so that not: is the opposite bound
            opposite = _NEGATED[word]
            if opposite not in bounds:
                bounds[opposite] = value
    lows = [(value, not _BOUNDS[word][1], word) for word, value in bounds.items() if _BOUNDS[word][0]]
    highs = [(value, _BOUNDS[word][1], word) for word, value in bounds.items() if not _BOUNDS[word][0]]
    if not lows or not highs:
        return ""
    low, high = max(lows), min(highs)
    if low[0] > high[0] or (low[0] == high[0] and (low[1] or not high[1])):
        return f"no number is {_said(low[2], low[0])} and {_said(high[2], high[0])}"
    return ""


def _said(word: str, value: float) -> str:
    return f"{word.replace('_', ' ')} {shorten(f'{value:g}')}"
