"""The body: nested values in which every text may hold ``{{ }}``, and how one is filled for an event."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from typing import Any

from container.component import Variable
from container.context import Context
from container.expression import Expression

MOST_ELEMENTS = 200
"""Elements of a list that ``for_each`` goes through, as many as Google takes items; the rest is left out."""

ITEM = "item"
"""What an element is called in the fields that are read for it."""

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
