"""The operators of ``where``: how a value found is compared with a value written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from container.amount import amount
from container.kinds import Boolean, ListOf, Number, Pattern, Text, Value, shorten
from container.node import Node
from container.problem import suggestion
from container.schema import INVALID, Invalid, Kind, Reader


@dataclass(frozen=True, slots=True)
class Operator:
    """One word of ``where``: what may be written behind it, the comparison, and how it reads in a trace."""

    kind: Kind[Any]
    test: Callable[[Any, Any], bool]
    words: str
    help: str


def as_text(value: Any) -> str:
    """A value as people write it: ``true`` not ``True``, 5 not 5.0."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _equal(found: Any, wanted: Any) -> bool:
    return found is not None and (found == wanted or as_text(found) == as_text(wanted))


def _compare(test: Callable[[float, float], bool]) -> Callable[[Any, Any], bool]:
    def compare(found: Any, wanted: Any) -> bool:
        value = amount(found)
        return value is not None and test(value, wanted)

    return compare


def _textual(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    return lambda found, wanted: found is not None and test(as_text(found), wanted)


def _contains(found: Any, wanted: str) -> bool:
    if isinstance(found, list):
        return any(_equal(one, wanted) for one in found)
    return found is not None and wanted in as_text(found)


OPERATORS: dict[str, Operator] = {
    "equals": Operator(Value(), _equal, "is", 'The value is this one; 5 and "5" are equal.'),
    "one_of": Operator(
        ListOf(Value()),
        lambda found, wanted: any(_equal(found, one) for one in wanted),
        "is one of",
        "The value is one of these.",
    ),
    "contains": Operator(Text(), _contains, "contains", "The text holds this one; a list holds this element."),
    "starts_with": Operator(Text(), _textual(str.startswith), "starts with", "The text starts so."),
    "ends_with": Operator(Text(), _textual(str.endswith), "ends with", "The text ends so."),
    "matches": Operator(
        Pattern(),
        lambda found, wanted: found is not None and wanted.test(as_text(found)),
        "matches",
        "The text holds a match of this RE2 expression; it is not anchored.",
    ),
    "greater_than": Operator(Number(), _compare(lambda a, b: a > b), "is greater than", "The number is greater."),
    "at_least": Operator(Number(), _compare(lambda a, b: a >= b), "is at least", "The number is this or greater."),
    "less_than": Operator(Number(), _compare(lambda a, b: a < b), "is less than", "The number is smaller."),
    "at_most": Operator(Number(), _compare(lambda a, b: a <= b), "is at most", "The number is this or smaller."),
    "exists": Operator(
        Boolean(),
        lambda found, wanted: (found is not None) is wanted,
        "exists:",
        "Whether there is a value at all.",
    ),
}
"""Every operator by its word."""

_FOLDED = ("equals", "one_of", "contains", "starts_with", "ends_with")


@dataclass(slots=True)
class Comparison:
    """What must hold for one value: operators with what they compare to, and comparisons that must not hold."""

    tests: list[tuple[str, Any]]
    ignore_case: bool = False
    unless: Comparison | None = None

    def holds(self, found: Any) -> bool:
        """Whether every operator is satisfied and the negated part is not."""
        value = _fold(found) if self.ignore_case else found
        for word, wanted in self.tests:
            if not OPERATORS[word].test(value, wanted):
                return False
        return self.unless is None or not self.unless.holds(found)

    def words(self) -> str:
        """The comparison as a person says it."""
        parts = [f"{OPERATORS[word].words} {_show(wanted)}" for word, wanted in self.tests]
        if self.unless is not None:
            parts.append(f"not ({self.unless.words()})")
        return " and ".join(parts) + (" (case ignored)" if self.ignore_case else "")


def _fold(value: Any) -> Any:
    if isinstance(value, str):
        return value.lower()
    return [_fold(one) for one in value] if isinstance(value, list) else value


def _show(wanted: Any) -> str:
    if isinstance(wanted, list):
        return ", ".join(map(_show, wanted))
    pattern = getattr(wanted, "pattern", None)
    return f"/{pattern}/" if pattern is not None else shorten(as_text(wanted))


class Operators(Kind[Comparison]):
    """What a value is compared with: operators, or one value alone for ``equals``."""

    noun = "operators such as { greater_than: 0 }"
    mapping = True

    def decode(self, node: Node, reader: Reader) -> Comparison | Invalid:
        if node.kind == "scalar" and node.value is not None:
            return Comparison([("equals", node.value)])
        if node.kind != "mapping" or not node.items:
            return self.expected(node, reader, "write { equals: something }")
        fold = node.items.get("ignore_case")
        ignore_case = Boolean().decode(fold, reader) if fold is not None else False
        tests: list[tuple[str, Any]] = []
        unless: Comparison | Invalid | None = None
        whole = not isinstance(ignore_case, Invalid)
        for word, inner in node.items.items():
            if word == "not":
                unless = self.decode(inner, reader)
                whole = whole and not isinstance(unless, Invalid)
            elif word in OPERATORS:
                kind = Pattern(ignore_case=True) if word == "matches" and ignore_case is True else OPERATORS[word].kind
                wanted = kind.decode(inner, reader)
                whole = whole and not isinstance(wanted, Invalid)
                tests.append((word, _fold(wanted) if ignore_case is True and word in _FOLDED else wanted))
            elif word != "ignore_case":
                known = [*OPERATORS, "not", "ignore_case"]
                reader.problem(node.keys[word], "unknown", f"'{word}' is not an operator", suggestion(word, known))
                whole = False
        if not whole or isinstance(ignore_case, Invalid) or isinstance(unless, Invalid):
            return INVALID
        if unless is not None and ignore_case and not unless.ignore_case:
            unless = Operators._folded(unless)
        return Comparison(tests, ignore_case, unless)

    @staticmethod
    def _folded(inner: Comparison) -> Comparison:
        """``ignore_case`` beside ``not`` is meant for what is inside it too."""
        tests = [(word, _fold(wanted) if word in _FOLDED else wanted) for word, wanted in inner.tests]
        return Comparison(tests, True, inner.unless)

    def json_schema(self) -> dict[str, Any]:
        properties: dict[str, Any] = {
            word: {**one.kind.json_schema(), "description": one.help} for word, one in OPERATORS.items()
        }
        properties["ignore_case"] = {"type": "boolean", "description": "Compare texts without regard to case."}
        properties["not"] = {"$ref": "#/$defs/operators"}
        body = {"type": "object", "properties": properties, "additionalProperties": False, "minProperties": 1}
        return {"anyOf": [body, {"type": ["string", "number", "boolean"]}]}
