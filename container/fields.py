"""The fields of an event that a webhook's JSON fills: JSONPaths, expressions and constants, compiled at load."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isfinite
from typing import Any

from jinja2 import TemplateError

from container.component import Variable
from container.context import Context
from container.expression import ExpressionError, compile_expression, is_expression, name_offset
from container.hit import Hit
from container.jsonpath import JsonPath as Path
from container.kinds import JsonPath, shorten
from container.node import Node
from container.problem import suggestion
from container.schema import INVALID, Invalid, Kind, Reader

NAMES = frozenset({"body", "element", "headers", "query"})
"""What an expression in a field may ask for; ``element`` is what ``$`` refers to."""

_EACH = "for_each"


class Scope:
    """What one event's fields are read from: ``element`` is ``$``, ``body`` the whole of the request's JSON."""

    __slots__ = ("_context", "body", "element", "hit", "now")

    def __init__(self, body: Any, element: Any, hit: Hit, now: float) -> None:
        self.body, self.element, self.hit, self.now = body, element, hit, now
        self._context: Context | None = None

    def within(self, element: Any) -> Scope:
        """The same request with another element under ``$``."""
        return Scope(self.body, element, self.hit, self.now)

    @property
    def context(self) -> Context:
        """The scope as expressions want it, made when the first one asks."""
        if self._context is None:
            values = {
                "body": self.body, "element": self.element, "headers": dict(self.hit.headers), "query": self.hit.query,
            }  # fmt: skip
            variables: dict[str, Variable] = {name: _Given(value) for name, value in values.items()}
            self._context = Context({}, hit=self.hit, now=self.now, variables=variables)
        return self._context


class _Given(Variable):
    """A value that is already known."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def read(self, context: Context) -> Any:
        return self.value


Field = Callable[[Scope], Any]
"""Reads one field; None leaves it out."""


class Fields(Kind[Field]):
    """A mapping of fields to JSONPaths, expressions, constants, or again such mappings; decoded into one Field.

    ``for_each`` beside the fields makes a list: they are then read from every element its JSONPath finds.
    ``required`` names what must be there, ``only`` limits the names.
    """

    noun = "a mapping of fields"
    mapping = True

    def __init__(self, *, required: tuple[str, ...] = (), only: tuple[str, ...] = ()) -> None:
        self.required, self.only = required, only

    def decode(self, node: Node, reader: Reader) -> Field | Invalid:
        if node.kind != "mapping":
            return self.expected(node, reader, "write fields such as event_name: purchase and value: $.order.total")
        whole = True
        for key, place in node.keys.items():
            if key.startswith("x-tagdock-"):
                reader.problem(place, "value", f"'{key}' is reserved", "choose a name that does not start x-tagdock-")
                whole = False
            elif self.only and key not in self.only:
                reader.problem(place, "unknown", f"'{key}' is not known here", suggestion(key, self.only))
                whole = False
        for key in self.required:
            if key not in node.items:
                reader.problem(node, "missing", f"the fields need '{key}'", f"add {key}, such as {key}: purchase")
                whole = False
        field = _mapping(node, reader)
        if not isinstance(field, Invalid):
            vars(field)["constant_name"] = _constant(node.items.get("event_name"))
        return field if whole else INVALID

    def json_schema(self) -> dict[str, Any]:
        if self.only:
            return {"type": "object", "properties": {name: {} for name in self.only}, "additionalProperties": False}
        schema: dict[str, Any] = {"type": "object"}
        return {**schema, "required": list(self.required)} if self.required else schema


def constant_name(field: Field) -> str | None:
    """The name of every event these fields make, when it is a constant."""
    return getattr(field, "constant_name", None)


def _constant(node: Node | None) -> str | None:
    if node is None or not isinstance(node.value, str) or node.environment is not None:
        return None
    return None if node.value.startswith("$") or is_expression(node.value) else node.value


def _field(node: Node, reader: Reader) -> Field | Invalid:
    if node.kind == "mapping":
        return _mapping(node, reader)
    if node.kind == "list":
        return _list(node, reader)
    value = node.value
    if not isinstance(value, str) or node.environment is not None:
        return lambda _: value
    if value == "$" or value.startswith(("$.", "$[")):
        path = JsonPath().decode(node, reader)
        return path if isinstance(path, Invalid) else _path(path)
    return _expression(node, value, reader) if is_expression(value) else lambda _: value


def _path(path: Path) -> Field:
    find = path.find
    return lambda scope: find(scope.element)


def _expression(node: Node, text: str, reader: Reader) -> Field | Invalid:
    try:
        expression = compile_expression(text)
    except ExpressionError as error:
        hint = "see docs/expressions.md for what may stand between {{ and }}"
        reader.problem(node, "expression", f"cannot read the expression: {error}", hint, offset=error.offset)
        return INVALID
    unknown = sorted(expression.names - NAMES)
    for name in unknown:
        wrong = f"'{shorten(name)}' is not known here: no event has been made yet"
        reader.problem(node, "unknown", wrong, suggestion(name, NAMES), offset=name_offset(text, name))
    return INVALID if unknown else lambda scope: _plain(expression.read(scope.context))


def _list(node: Node, reader: Reader) -> Field | Invalid:
    fields = [field for one in node.elements if not isinstance(field := _field(one, reader), Invalid)]
    if len(fields) < len(node.elements):
        return INVALID
    return lambda scope: [value for field in fields if (value := field(scope)) is not None] or None


def _mapping(node: Node, reader: Reader) -> Field | Invalid:
    fields = {key: _field(inner, reader) for key, inner in node.items.items() if key != _EACH}
    known = {key: field for key, field in fields.items() if not isinstance(field, Invalid)}
    each = JsonPath().decode(node.items[_EACH], reader) if _EACH in node.items else None
    if isinstance(each, Invalid) or len(known) < len(fields):
        return INVALID

    def read(scope: Scope) -> dict[str, Any] | None:
        found = {}
        for key, field in known.items():
            value = field(scope)
            if value is not None:
                found[key] = value
        return found or None

    if each is None:
        return read
    path = each
    return lambda scope: (
        [found for one in elements(path, scope.element) if (found := read(scope.within(one))) is not None] or None
    )


def elements(path: Path, value: Any) -> list[Any]:
    """What a path to a list finds: the list's elements, or the one thing that stands in its place."""
    found = path.find(value)
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


_FAULTS = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)


def _plain(value: Any, depth: int = 0) -> Any:
    """An expression's result as JSON knows it; what JSON has no form for is not there."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if value.bit_length() <= 128 else None
    if isinstance(value, float):
        return value if isfinite(value) else None
    if depth > 8:
        return None
    if isinstance(value, dict):
        inner = {str(key): _plain(one, depth + 1) for key, one in value.items()}
        return {key: one for key, one in inner.items() if one is not None}
    if isinstance(value, list | tuple):
        return [one for one in (_plain(one, depth + 1) for one in value) if one is not None]
    return _plain(_drained(value), depth + 1) if isinstance(value, Iterator) else None


def _drained(values: Iterator[Any]) -> list[Any]:
    """What Jinja's lazy filters give; one that stumbles over the sender's data gives nothing."""
    try:
        return list(values)
    except _FAULTS:
        return []
