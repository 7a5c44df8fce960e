"""The operators of ``where``: how a value found is compared with a value written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from container.amount import amount
from container.event import as_text
from container.kinds import Boolean, ListOf, Number, Pattern, Text, Value, shorten
from container.node import Node
from container.problem import nearest, suggestion
from container.regex import Regex
from container.schema import INVALID, Invalid, Kind, Reader
from triggers.contradiction import contradiction


@dataclass(frozen=True, slots=True)
class Operator:
    """One word of ``where``: what may be written behind it, the comparison, and how it reads in a trace."""

    kind: Kind[Any]
    test: Callable[[Any, Any], bool]
    words: str
    help: str


def _equal(found: Any, wanted: Any) -> bool:
    if found is None:
        return False
    if isinstance(wanted, (int, float)) and not isinstance(wanted, bool):
        # A sender writes 120 as "120.00"; beyond 15 digits a float cannot tell neighbours apart, so text decides.
        if abs(wanted) < 1e15:
            return amount(found) == wanted
    elif isinstance(wanted, (list, dict)):
        return bool(found == wanted)
    return as_text(found) == as_text(wanted)


def _compare(test: Callable[[float, float], bool]) -> Callable[[Any, Any], bool]:
    def compare(found: Any, wanted: Any) -> bool:
        value = amount(found)
        return value is not None and test(value, wanted)

    return compare


def _textual(test: Callable[[str, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(found: Any, wanted: Any) -> bool:
        if isinstance(found, list):
            return any(compare(one, wanted) for one in found if not isinstance(one, list))
        return found is not None and not isinstance(found, dict) and test(as_text(found), wanted)

    return compare


def _contains(found: Any, wanted: str) -> bool:
    if isinstance(found, list):
        return any(_equal(one, wanted) for one in found)
    return found is not None and not isinstance(found, dict) and wanted in as_text(found)


OPERATORS: dict[str, Operator] = {
    "equals": Operator(Value(), _equal, "equal to", 'The value is this one; 5 and "5" are equal.'),
    "one_of": Operator(
        ListOf(Value()),
        lambda found, wanted: any(_equal(found, one) for one in wanted),
        "one of",
        "The value is one of these.",
    ),
    "contains": Operator(Text(), _contains, "containing", "The text holds this one; a list holds this element."),
    "starts_with": Operator(
        Text(), _textual(str.startswith), "starting with", "The text, or one in the list, starts so."
    ),
    "ends_with": Operator(Text(), _textual(str.endswith), "ending with", "The text, or one in the list, ends so."),
    "matches": Operator(
        Pattern(),
        _textual(lambda found, wanted: bool(wanted.test(found))),
        "matching",
        "The text, or one in the list, holds a match of this RE2 expression; it is not anchored.",
    ),
    "greater_than": Operator(Number(), _compare(lambda a, b: a > b), "greater than", "The number is greater."),
    "at_least": Operator(Number(), _compare(lambda a, b: a >= b), "at least", "The number is this or greater."),
    "less_than": Operator(Number(), _compare(lambda a, b: a < b), "less than", "The number is smaller."),
    "at_most": Operator(Number(), _compare(lambda a, b: a <= b), "at most", "The number is this or smaller."),
    "exists": Operator(
        Boolean(),
        lambda found, wanted: (found is not None) is wanted,
        "there:",
        "Whether there is a value at all.",
    ),
}
"""Every operator by its word."""

_WORD = re.compile(r"(?!(?i:true|false|none|null|nan|inf|infinity)$)[A-Za-z_][\w -]*")
_NEGATION = re.compile(r"(?i)(?:!=?|neq?|(?:do(?:es)?|is)?_?not_?(\w+))")
_FOLDED = frozenset({"equals", "one_of", "contains", "starts_with", "ends_with"})


def _check(test: Callable[[Any, Any], bool], wanted: Any) -> Callable[[Any], bool]:
    """The test of a value, with a short way where a text is compared with a text, as nearly always."""
    if test is _equal and type(wanted) is str:
        return lambda found: found == wanted if type(found) is str else _equal(found, wanted)
    if isinstance(wanted, Regex):
        matches = wanted.test
        return lambda found: matches(found) if type(found) is str else test(found, wanted)
    return lambda found: test(found, wanted)


@dataclass(slots=True)
class Comparison:
    """What must hold for one value: operators with what they compare to, and comparisons that must not hold."""

    tests: list[tuple[str, Any]]
    ignore_case: bool = False
    unless: Comparison | None = None
    _checks: list[Callable[[Any], bool]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._checks = [_check(OPERATORS[word].test, wanted) for word, wanted in self.tests]

    def holds(self, found: Any) -> bool:
        """Whether every operator is satisfied and the negated part is not."""
        value = _fold(found) if self.ignore_case else found
        for check in self._checks:
            if not check(value):
                return False
        return self.unless is None or not self.unless.holds(found)

    def only_texts(self) -> frozenset[str] | None:
        """The only texts that can satisfy it, None when other values may, as the number 5 where "5" is asked for."""
        tests = dict(self.tests)
        wanted = [tests["equals"]] if "equals" in tests else tests.get("one_of")
        if (
            self.ignore_case
            or wanted is None
            or not all(isinstance(one, str) and _WORD.fullmatch(one) for one in wanted)
        ):
            return None
        return frozenset(one for one in wanted if self.holds(one))

    def verdict(self, found: Any) -> str:
        """In words what decided: the operator that does not hold, else all that do."""
        value = _fold(found) if self.ignore_case else found
        for word, wanted in self.tests:
            if not OPERATORS[word].test(value, wanted):
                return f"not {_words(word, wanted)}"
        if self.unless is not None and self.unless.holds(found):
            return f"{self.unless.verdict(found)}, which not: rules out"
        held = [_words(word, wanted) for word, wanted in self.tests]
        if self.unless is not None:
            held.append(self.unless.verdict(found))
        return " and ".join(held)


def _negation(word: str) -> str:
    """Advice for an operator that holds the word not, as other programs have them."""
    found = _NEGATION.fullmatch(word)
    if found is None:
        return ""
    meant = nearest(found[1], OPERATORS) if found[1] else "equals"
    return f"write not: {{ {meant}: ... }}" if meant else ""


def _textual_words(comparison: Comparison) -> bool:
    """Whether letters are compared anywhere in it."""
    words = {word for word, _ in comparison.tests}
    if words & (_FOLDED | {"matches"}):
        return True
    return comparison.unless is not None and _textual_words(comparison.unless)


def _words(word: str, wanted: Any) -> str:
    return f"{OPERATORS[word].words} {_show(wanted)}"


def _fold(value: Any) -> Any:
    if isinstance(value, str):
        return value.casefold()
    return [_fold(one) for one in value] if isinstance(value, list) else value


def _show(wanted: Any) -> str:
    if isinstance(wanted, list):
        return ", ".join(map(_show, wanted))
    return f"/{wanted.pattern}/" if isinstance(wanted, Regex) else shorten(as_text(wanted))


class Operators(Kind[Comparison]):
    """What a value is compared with: operators, or one value alone for ``equals``."""

    noun = "operators such as { greater_than: 0 }"
    mapping = True

    def decode(self, node: Node, reader: Reader) -> Comparison | Invalid:
        found = self._comparison(node, reader, ignore_case=False)
        if not isinstance(found, Invalid):
            if why := contradiction(found, OPERATORS):
                reader.warning(node, "never", f"this can never hold: {why}", "change or remove one of them")
            if found.ignore_case and not _textual_words(found):
                reader.warning(node.keys["ignore_case"], "unused", "ignore_case changes nothing here", "remove it")
        return found

    def _comparison(self, node: Node, reader: Reader, *, ignore_case: bool) -> Comparison | Invalid:
        """``ignore_case`` beside ``not`` is meant for what is inside it too, unless that says otherwise."""
        if node.kind == "scalar" and node.value is not None:
            return Comparison([("equals", _fold(node.value) if ignore_case else node.value)], ignore_case)
        if node.kind != "mapping":
            return self.expected(node, reader, "write { equals: something }")
        whole = True
        if "ignore_case" in node.items:
            written = Boolean().decode(node.items["ignore_case"], reader)
            ignore_case = written is True
            whole = not isinstance(written, Invalid)
        tests: list[tuple[str, Any]] = []
        unless: Comparison | Invalid | None = None
        for word, inner in node.items.items():
            if word == "not":
                unless = self._comparison(inner, reader, ignore_case=ignore_case)
            elif word in OPERATORS:
                kind = Pattern(ignore_case=True) if word == "matches" and ignore_case else OPERATORS[word].kind
                wanted = kind.decode(inner, reader)
                whole = whole and not isinstance(wanted, Invalid)
                tests.append((word, _fold(wanted) if ignore_case and word in _FOLDED else wanted))
            elif word != "ignore_case":
                known = [*OPERATORS, "not", "ignore_case"]
                hint = _negation(word) or suggestion(word, known)
                reader.problem(node.keys[word], "unknown", f"'{word}' is not an operator", hint)
                inner.excuse()
                whole = False
        if whole and not tests and unless is None:
            reader.problem(node, "missing", "there is no operator to compare with", "write { equals: something }")
            return INVALID
        return INVALID if isinstance(unless, Invalid) or not whole else Comparison(tests, ignore_case, unless)

    def json_schema(self) -> dict[str, Any]:
        properties: dict[str, Any] = {
            word: {**one.kind.written(), "description": one.help} for word, one in OPERATORS.items()
        }
        properties["ignore_case"] = {**Boolean().written(), "description": "Compare texts without regard to case."}
        properties["not"] = {"$ref": "#/$defs/operators", "description": "What must not hold."}
        body = {"type": "object", "properties": properties, "additionalProperties": False, "minProperties": 1}
        return {"anyOf": [body, {"type": ["string", "number", "boolean"]}]}
