"""The short cut: an expression of the simple kinds worked out directly, to what Jinja would make of it, far sooner."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from jinja2 import Undefined, nodes

from container.jinja import ENVIRONMENT, LONGEST_TEXT, Absent, written

Look = Callable[[str], Any]
"""How a name is looked up: its value, or None when it has none."""

Step = Callable[[Look], Any]

ABSENT = Absent()
"""What a path leads to where nothing is."""

_NO_ELSE = Undefined()
"""What an ``if`` without ``else`` comes to: Jinja's plain kind, which is an empty text rather than an error."""

_COMPARES: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq, "ne": operator.ne, "gt": operator.gt, "gteq": operator.ge, "lt": operator.lt,
    "lteq": operator.le, "in": lambda one, many: one in many, "notin": lambda one, many: one not in many,
}  # fmt: skip
_SUMS: dict[type[nodes.BinExpr], Callable[[Any, Any], Any]] = {
    nodes.Add: operator.add, nodes.Sub: operator.sub, nodes.Div: operator.truediv,
}  # fmt: skip


class NotSimple(Exception):
    """The expression, or what it met in an event, is for Jinja itself."""


def simple(tree: nodes.Template, *, lone: bool) -> Step | None:
    """How to work a text out; None when it holds what is for Jinja.

    A ``lone`` expression keeps its type, and what is not there is an ``Undefined``; otherwise a text is made. What is
    returned raises what Jinja would raise, and ``NotSimple`` where a value is of a kind that only Jinja handles.
    """
    output = tree.body[0] if len(tree.body) == 1 else None
    if not isinstance(output, nodes.Output):
        return None
    try:
        steps = [_step(one) for one in output.nodes]
    except NotSimple:
        return None
    return steps[0] if lone else _text(steps)


def _text(steps: list[Step]) -> Step:
    def read(look: Look) -> str:
        text = "".join([str(written(step(look))) for step in steps])
        if len(text) > LONGEST_TEXT:
            raise ValueError("the text grows too long")
        return text

    return read


def _step(node: nodes.Node) -> Step:
    """One node as a function of where names are looked up."""
    make = _STEPS.get(type(node))
    if make is None:
        raise NotSimple
    return make(node)


def _data(node: Any) -> Step:
    return lambda _, value=node.data: value  # type: ignore[misc]


def _constant(node: Any) -> Step:
    return lambda _, value=node.value: value  # type: ignore[misc]


def _name(node: Any) -> Step:
    name = node.name
    if name in ENVIRONMENT.globals:
        raise NotSimple

    def read(look: Look) -> Any:
        value = look(name)
        return ABSENT if value is None else value

    return read


def _attribute(node: Any) -> Step:
    return _key(_step(node.node), node.attr)


def _item(node: Any) -> Step:
    if not isinstance(node.arg, nodes.Const) or type(node.arg.value) not in (str, int):
        raise NotSimple
    return _key(_step(node.node), node.arg.value)


def _key(inner: Step, key: str | int) -> Step:
    word = str(key)

    def read(look: Look) -> Any:
        value = inner(look)
        if type(value) is dict:
            found = value.get(word)
            return ABSENT if found is None else found
        if value is ABSENT:
            return value
        if type(value) is list and type(key) is int:
            return value[key] if -len(value) <= key < len(value) else ABSENT
        raise NotSimple  # methods of text and the like

    return read


def _filter(node: Any) -> Step:
    function = ENVIRONMENT.filters.get(node.name)
    if function is None or node.node is None or node.dyn_args or node.dyn_kwargs:
        raise NotSimple
    wants = getattr(function, "jinja_pass_arg", None)
    if wants is not None and wants.name != "environment":
        raise NotSimple
    before = () if wants is None else (ENVIRONMENT,)
    inner = _step(node.node)
    steps = [_step(one) for one in node.args]
    named = [(one.key, _step(one.value)) for one in node.kwargs]
    if not steps and not named and not before:
        return lambda look: function(inner(look))

    def read(look: Look) -> Any:
        return function(
            *before, inner(look), *[step(look) for step in steps], **{key: step(look) for key, step in named}
        )

    return read


def _or(node: Any) -> Step:
    left, right = _step(node.left), _step(node.right)
    return lambda look: left(look) or right(look)


def _and(node: Any) -> Step:
    left, right = _step(node.left), _step(node.right)
    return lambda look: left(look) and right(look)


def _not(node: Any) -> Step:
    inner = _step(node.node)
    return lambda look: not inner(look)


def _choice(node: Any) -> Step:
    test, yes = _step(node.test), _step(node.expr1)
    no: Step = (lambda _: _NO_ELSE) if node.expr2 is None else _step(node.expr2)
    return lambda look: yes(look) if test(look) else no(look)


def _compare(node: Any) -> Step:
    if len(node.ops) != 1:
        raise NotSimple
    left, right = _step(node.expr), _step(node.ops[0].expr)
    compare = _COMPARES[node.ops[0].op]
    return lambda look: compare(left(look), right(look))


def _sum(node: Any) -> Step:
    left, right, sum_ = _step(node.left), _step(node.right), _SUMS[type(node)]
    return lambda look: sum_(left(look), right(look))


def _product(node: Any) -> Step:
    left, right = _step(node.left), _step(node.right)
    return lambda look: ENVIRONMENT.call_binop(None, "*", left(look), right(look))


def _test(node: Any) -> Step:
    if node.name not in ("defined", "undefined") or node.args or node.kwargs:
        raise NotSimple
    inner, wanted = _step(node.node), node.name == "undefined"
    return lambda look: isinstance(inner(look), Undefined) is wanted


_STEPS: dict[type[nodes.Node], Callable[[Any], Step]] = {
    nodes.TemplateData: _data, nodes.Const: _constant, nodes.Name: _name, nodes.Getattr: _attribute,
    nodes.Getitem: _item, nodes.Filter: _filter, nodes.Or: _or, nodes.And: _and, nodes.Not: _not,
    nodes.CondExpr: _choice, nodes.Compare: _compare, nodes.Mul: _product, nodes.Test: _test,
    **dict.fromkeys(_SUMS, _sum),
}  # fmt: skip
