"""The body: nested values in which every text may hold ``{{ }}``, as requests and templates of tags are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from typing import Any, cast

from jinja2 import nodes

from container.component import Variable
from container.context import Context
from container.expression import Expression, compile_expression, is_expression
from container.filters import FILTERS
from container.jinja import ENVIRONMENT
from container.kinds import Templated
from container.node import Node
from container.outgoing.hashing import KEYED
from container.problem import suggestion
from container.schema import INVALID, Invalid, Kind, Reader

MOST_ELEMENTS = 200
"""Elements of a list that ``for_each`` goes through, as many as Google takes items; the rest is left out."""

EACH, ITEM = "for_each", "item"

_PIPE = re.compile(r"\{\{ *(?P<path>[A-Za-z_]\w*(?:\.[A-Za-z]\w*)*) *\| *(?P<filter>\w+)(?:\('(?P<rule>\w*)'\))? *\}\}")

Body = Any
"""What a body is decoded to: an Expression, an Each, or a mapping or list of them."""


class Given(Variable):
    """A value that is already known, under a name an expression uses."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def read(self, context: Context) -> Any:
        return self.value


class Each:
    """A list made of another: ``body`` is read for each element of ``over``, which it calls ``item``."""

    __slots__ = ("body", "over")

    def __init__(self, over: Expression, body: Body) -> None:
        self.over, self.body = over, body


class BodyKind(Kind[Body]):
    """A value, list or mapping in which every text may hold ``{{ }}``.

    ``for_each`` beside the fields of a mapping makes a list of it: the fields are read for every element, called
    ``item``. ``known`` are names an expression may use beside the variables of the configuration.
    """

    mapping = True

    def __init__(self, known: frozenset[str] = frozenset(), *, only_mapping: bool = False) -> None:
        self.known = known
        self.only_mapping = only_mapping
        self.noun = "a mapping" if only_mapping else "a value, a list or a mapping"

    def decode(self, node: Node, reader: Reader) -> Body | Invalid:
        if self.only_mapping and node.kind != "mapping":
            return self.expected(node, reader)
        return _decode(node, knowing(reader, self.known))

    def json_schema(self) -> dict[str, Any]:
        return {"type": "object"} if self.only_mapping else {}


class _Knowing:
    """A Reader to which some names in expressions are known that are no variables."""

    def __init__(self, reader: Reader, known: frozenset[str]) -> None:
        self.known, self.reader = known, reader

    def refer(self, node: Node, what: str, name: str, *, offset: int = 0) -> None:
        if name not in self.known:
            self.reader.refer(node, what, name, offset=offset)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.reader, name)


def knowing(reader: Reader, known: frozenset[str]) -> Reader:
    """The same reader, which takes these names in expressions for known."""
    return cast(Reader, _Knowing(reader, known))


def _decode(node: Node, reader: Reader) -> Body | Invalid:
    if node.kind == "scalar":
        found = Templated().decode(node, reader)
        return _quick(found) if not isinstance(found, Invalid) and _filters_known(node, reader) else INVALID
    if node.kind == "list":
        elements = [_decode(one, reader) for one in node.elements]
        return INVALID if any(isinstance(one, Invalid) for one in elements) else elements
    if EACH not in node.items:
        return _fields(node, reader)
    over = Templated().decode(node.items[EACH], reader)
    body = _fields(node, knowing(reader, frozenset({ITEM})))
    if isinstance(over, Expression) and over.constant:
        hint = 'write for_each: "{{ event.items }}"'
        reader.problem(node.items[EACH], "value", "for_each needs an expression that gives a list", hint)
        return INVALID
    return INVALID if isinstance(over, Invalid) or isinstance(body, Invalid) else Each(over, body)


def _fields(node: Node, reader: Reader) -> Body | Invalid:
    fields = {key: _decode(inner, reader) for key, inner in node.items.items() if key != EACH}
    return INVALID if any(isinstance(one, Invalid) for one in fields.values()) else fields


def _quick(expression: Expression) -> Expression:
    """The same expression without Jinja, where it is a plain path through one filter of ours, as most are."""
    found = _PIPE.fullmatch(str(expression.text).strip()) if not expression.constant else None
    if found is None or found["filter"] not in FILTERS:
        return expression
    path = compile_expression(f"{{{{ {found['path']} }}}}")
    function = FILTERS[found["filter"]]
    rule = [found["rule"]] if found["rule"] is not None else []

    def read(context: Context) -> Any:
        try:
            return function(path.read(context), *rule)
        except (TypeError, ValueError, ArithmeticError, LookupError):
            return None

    return Expression(expression.text, read, expression.names, constant=False)


def _filters_known(node: Node, reader: Reader) -> bool:
    """Whether the filters that take the name of a rule are given one they have."""
    text = node.value
    if not isinstance(text, str) or not is_expression(text) or not any(name in text for name in KEYED):
        return True
    sound = True
    for one in ENVIRONMENT.parse(text).find_all(nodes.Filter):
        rules = KEYED.get(one.name)
        given = one.args[0].value if one.args and isinstance(one.args[0], nodes.Const) else None
        if rules is not None and given not in rules:
            said = f"{one.name} has no rule '{given}'" if given is not None else f"{one.name} needs a rule"
            offset = max(0, text.find(one.name if given is None else str(given)))
            reader.problem(node, "expression", said, suggestion(str(given), rules), offset=offset)
            sound = False
    return sound


def fill(body: Body, context: Context) -> Any:
    """The body's value for one event; None when it has none.

    What is not there is left out of its mapping or list, and so is a mapping or list of which nothing is left.
    """
    if isinstance(body, Expression):
        value = body.read(context)
        return None if not body.constant and (value == [] or value == {}) else value
    if isinstance(body, Each):
        elements = [fill(body.body, inner) for inner in _contexts(body.over.read(context), context)]
        return [one for one in elements if one is not None] or None
    if isinstance(body, Mapping):
        found = {key: value for key, inner in body.items() if (value := fill(inner, context)) is not None}
        return found if found or not body else None
    if isinstance(body, list):
        listed = [value for inner in body if (value := fill(inner, context)) is not None]
        return listed if listed or not body else None
    return body


def _contexts(over: Any, context: Context) -> Iterator[Context]:
    item = Given(None)
    each = naming(context, {ITEM: item})
    for element in (over if isinstance(over, list) else [over])[:MOST_ELEMENTS]:
        if element is not None:
            item.value = element
            yield each.shown(each.event)


def naming(context: Context, names: Mapping[str, Variable]) -> Context:
    """The same event, in whose expressions these names stand for more values."""
    inner = context.shown(context.event)
    inner.variables = {**context.variables, **names}
    return inner


def expressions(body: Body) -> Iterator[Expression]:
    """Every expression of a body."""
    if isinstance(body, Expression):
        yield body
    elif isinstance(body, Each):
        yield body.over
        yield from expressions(body.body)
    elif isinstance(body, Mapping | list):
        for inner in body.values() if isinstance(body, Mapping) else body:
            yield from expressions(inner)


def split(body: Body, late: Callable[[Expression], bool]) -> tuple[Body, Body]:
    """A body in two: the fields that can be filled now, and those whose expression says it must be filled later.

    Lists are not taken apart: one with anything late in it is late as a whole.
    """
    if isinstance(body, Mapping):
        parts = {key: split(inner, late) for key, inner in body.items()}
        now = {key: part[0] for key, part in parts.items() if part[0] is not None}
        then = {key: part[1] for key, part in parts.items() if part[1] is not None}
        return (now if now or not body else None), then or None
    return (None, body) if any(late(one) for one in expressions(body)) else (body, None)


def merged(value: Any, other: Any) -> Any:
    """Two values of which one was split off the other, put together again."""
    if isinstance(value, dict) and isinstance(other, dict):
        return {**value, **{key: merged(value.get(key), inner) for key, inner in other.items()}}
    return value if other is None else other


_LARGEST = 2**63
_DEEPEST = 16


def sendable(value: Any, depth: int = _DEEPEST) -> Any:
    """A filled body that everybody can write and read as JSON, whatever an event held; None when nothing remains.

    Lone surrogates are replaced; numbers that are not finite or do not fit 64 bits and what is nested past 16 levels
    is left out.
    """
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -_LARGEST <= value < _LARGEST else None
    if isinstance(value, float):
        return value if isfinite(value) else None
    if depth and isinstance(value, dict):
        fields = {sendable(str(key)): sendable(inner, depth - 1) for key, inner in value.items()}
        return {key: inner for key, inner in fields.items() if inner is not None}
    if depth and isinstance(value, list | tuple):
        return [found for inner in value if (found := sendable(inner, depth - 1)) is not None]
    return None
