"""The expression: ``"{{ ... }}"`` compiled at load in Jinja's immutable sandbox, read for every event."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jinja2 import ChainableUndefined, TemplateError, TemplateSyntaxError, Undefined, UndefinedError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from container.event import get_path
from container.filters import FILTERS

if TYPE_CHECKING:
    from container.context import Context

BUILT_IN = frozenset({"event", "consent", "client"})
"""Names an expression may use beside the variables of the configuration."""

_LONE = re.compile(r"\s*\{\{(?P<body>(?:[^{}]|\{[^{}]*\})*)\}\}\s*\Z")
_STEP = r"""\.[A-Za-z_]\w*|\[\d+\]|\['[^'.\]]+'\]|\["[^".\]]+"\]"""
_PLAIN_PATH = re.compile(rf"\s*(?P<name>[A-Za-z_]\w*)(?P<path>(?:{_STEP})*)\s*\Z")


class ExpressionError(ValueError):
    """An expression that cannot be compiled; ``offset`` is where in the text, in characters."""

    def __init__(self, text: str, offset: int = 0) -> None:
        super().__init__(text)
        self.offset = offset


class Absent(ChainableUndefined):
    """What is not there: false in a condition, replaceable by ``default``, and it removes the field it would fill."""

    def __str__(self) -> str:
        raise UndefinedError("the value is not there")

    __html__ = __str__


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja for events: a dot on a mapping is always a key, never a method of Python's dict."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict):
            return self._key(obj, attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, dict):
            return self._key(obj, argument)
        return super().getitem(obj, argument)

    def _key(self, obj: dict[str, Any], key: Any) -> Any:
        value = obj.get(key) if isinstance(key, str) else None
        return self.undefined(obj=obj, name=key) if value is None else value


_ENVIRONMENT = _Environment(undefined=Absent, autoescape=False, trim_blocks=True, lstrip_blocks=True)
_ENVIRONMENT.filters.update(FILTERS)


class Expression:
    """A compiled value: a constant, a lone expression that keeps its type, or text with expressions inside.

    ``names`` are the variables and built-in names it reads; ``filters`` the filters it uses.
    """

    __slots__ = ("_read", "constant", "names", "text")

    def __init__(self, text: Any, read: Callable[[Context], Any], names: frozenset[str], *, constant: bool) -> None:
        self.text = text
        self._read = read
        self.names = names
        self.constant = constant

    def read(self, context: Context) -> Any:
        """The value for this event; None when something it needs is not there."""
        return self._read(context)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


def constant(value: Any) -> Expression:
    """An expression that is always this value."""
    return Expression(value, lambda _: value, frozenset(), constant=True)


def is_expression(text: str) -> bool:
    """Whether a text holds anything for Jinja to do."""
    return "{{" in text or "{%" in text


def compile_expression(text: str) -> Expression:
    """Compile a text; one without ``{{`` is a constant. Raises ExpressionError with the place of the fault."""
    if not is_expression(text):
        return constant(text)
    names = _names(text)
    lone = _LONE.match(text)
    if lone:
        return _compile_lone(text, lone["body"], names)
    try:
        template = _ENVIRONMENT.from_string(text)
    except TemplateError as error:
        raise ExpressionError(_reason(error), _offset(text, error)) from error

    def render(context: Context) -> Any:
        try:
            return template.render(_scope(names, context))
        except _FAULTS:
            return None

    return Expression(text, render, names, constant=False)


_FAULTS = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
"""What evaluating an expression on a hostile event may raise: the value is then not there."""


def _compile_lone(text: str, body: str, names: frozenset[str]) -> Expression:
    plain = _PLAIN_PATH.match(body)
    if plain and plain["name"] not in {"true", "false", "none", "True", "False", "None"}:
        return Expression(text, _getter(plain["name"], plain["path"]), names, constant=False)
    try:
        evaluate = _ENVIRONMENT.compile_expression(body, undefined_to_none=False)
    except TemplateError as error:
        raise ExpressionError(_reason(error), _offset(text, error)) from error

    def read(context: Context) -> Any:
        try:
            value = evaluate(_scope(names, context))
        except _FAULTS:
            return None
        return None if isinstance(value, Undefined) else value

    return Expression(text, read, names, constant=False)


def _getter(name: str, path: str) -> Callable[[Context], Any]:
    """The short cut for ``{{ name }}`` and ``{{ event.items[0].item_id }}``: no Jinja at all."""
    dotted = path.replace("['", ".").replace('["', ".").replace("']", "").replace('"]', "").lstrip(".")
    if name == "event" and dotted:
        if "." not in dotted and "[" not in dotted:
            return lambda context: context.event.get(dotted)
        return lambda context: get_path(context.event, dotted)
    if name in BUILT_IN:
        return lambda context: get_path(_built_in(name, context), dotted) if dotted else _built_in(name, context)
    if not dotted:
        return lambda context: context.variable(name)
    return lambda context: get_path(context.variable(name), dotted)


def _built_in(name: str, context: Context) -> Any:
    if name == "event":
        return context.event
    return dict(context.consent) if name == "consent" else context.client


def _scope(names: frozenset[str], context: Context) -> dict[str, Any]:
    scope = {}
    for name in names:
        value = _built_in(name, context) if name in BUILT_IN else context.variable(name)
        if value is not None:
            scope[name] = value
    return scope


def _names(text: str) -> frozenset[str]:
    try:
        tree = _ENVIRONMENT.parse(text)
    except TemplateSyntaxError as error:
        raise ExpressionError(_reason(error), _offset(text, error)) from error
    return frozenset(meta.find_undeclared_variables(tree) - set(_ENVIRONMENT.globals))


def _reason(error: TemplateError) -> str:
    return (error.message or "cannot be read").rstrip(".")


def _offset(text: str, error: TemplateError) -> int:
    """Jinja knows the line only; within it the first expression is the best place to point at."""
    line = getattr(error, "lineno", 1) or 1
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    inside = text.find("{{", start)
    return max(start, inside)


def name_offset(text: str, name: str) -> int:
    """Where in the text the expression uses a name, for pointing at it."""
    for block in re.finditer(r"\{[{%](.*?)[%}]\}", text, re.S):
        found = re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", block.group(1))
        if found:
            return block.start(1) + found.start()
    return 0
