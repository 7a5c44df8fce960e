"""The expression: ``"{{ ... }}"`` compiled at load in Jinja's immutable sandbox, read for every event."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError, TemplateSyntaxError, Undefined, nodes
from jinja2.compiler import CodeGenerator
from jinja2.meta import find_undeclared_variables

from container.event import path_parts
from container.jinja import ENVIRONMENT, LONGEST_TEXT, plain
from container.problem import suggestion
from container.shortcut import NotSimple, Step, simple

if TYPE_CHECKING:
    from container.context import Context

BUILT_IN = frozenset({"event", "consent", "client"})
"""Names an expression may use beside the variables of the configuration."""

_STEP = r"""\.[A-Za-z_]\w*|\[\d{1,6}\]|\['[A-Za-z_][^'.\[\]\\]*'\]|\["[A-Za-z_][^".\[\]\\]*"\]"""
_PLAIN_PATH = re.compile(rf"\{{\{{\s*(?P<name>[A-Za-z_]\w*)(?P<path>(?:{_STEP})*)\s*\}}\}}")
_BLOCK = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.S)
_HYPHENED = re.compile(r"\bevent(?P<way>(?:\.\w+|\[\d+\])*)\.(?P<name>x-(?:ga|sst|fb|gtm)-[\w-]+)")
_CONSTANTS = frozenset({"true", "false", "none", "True", "False", "None"})
_STATEMENTS = (nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign, nodes.Expr)

_FAULTS = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError)
"""What evaluating an expression on a hostile event may raise: the value is then not there."""


class ExpressionError(ValueError):
    """An expression that cannot be compiled; ``offset`` is where in the text, in characters, ``hint`` what to do."""

    def __init__(self, text: str, offset: int = 0, hint: str = "") -> None:
        super().__init__(text)
        self.offset = offset
        self.hint = hint or "see docs/expressions.md for what may stand between {{ and }}"


class Expression:
    """A compiled value: a constant, a lone expression that keeps its type, or text with expressions inside.

    ``names`` are the variables and built-in names it reads.
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
    plain_path = _PLAIN_PATH.fullmatch(text.strip())
    if plain_path and plain_path["name"] not in _CONSTANTS and "__" not in plain_path["path"]:
        name = plain_path["name"]
        return Expression(text, _getter(name, plain_path["path"]), frozenset({name}), constant=False)
    tree = _parse(text)
    names = frozenset(find_undeclared_variables(tree) - set(ENVIRONMENT.globals))
    lone = _lone(text)
    by_jinja = _evaluate(lone, names) if lone else _render(tree, names)
    # What is compiled above is for code that only Jinja runs; most of what people write needs none.
    short = simple(ENVIRONMENT.parse(text.strip()) if lone else tree, lone=bool(lone))
    read = by_jinja if short is None else _shortened(short, by_jinja)
    return Expression(text, read, names, constant=False)


def _shortened(short: Step, by_jinja: Callable[[Context], Any]) -> Callable[[Context], Any]:
    def read(context: Context) -> Any:
        def look(name: str) -> Any:
            return _built_in(name, context) if name in BUILT_IN else context.variable(name)

        try:
            value = short(look)
            return None if isinstance(value, Undefined) else plain(value)
        except NotSimple:
            return by_jinja(context)
        except _FAULTS:
            return None

    return read


def _parse(text: str) -> nodes.Template:
    try:
        tree = ENVIRONMENT.parse(text)
        _refuse(text, tree)
        # Only generating the code finds filters and tests that do not exist.
        CodeGenerator(ENVIRONMENT, None, None).visit(tree)
    except TemplateSyntaxError as error:
        raise _explain(text, error) from error
    except (RecursionError, SyntaxError, MemoryError) as error:
        raise ExpressionError("it is nested too deeply") from error
    return tree


def _refuse(text: str, tree: nodes.Template) -> None:
    """Say at load what the sandbox would refuse for every event, and what cannot be meant."""
    for block in _BLOCK.finditer(text):
        hyphened = _HYPHENED.search(block[0])
        if hyphened:
            hint = f"write event{hyphened['way']}['{hyphened['name']}']"
            place = block.start() + hyphened.start("name")
            raise ExpressionError(f"a dash in '{hyphened['name']}' is read as a minus", place, hint)
    for statement in tree.find_all(nodes.Stmt):
        if not isinstance(statement, _STATEMENTS):
            word = type(statement).__name__.lower()
            raise ExpressionError(f"'{word}' cannot be used here", max(0, text.find("{%")))
        if isinstance(statement, nodes.For) and any(statement.find_all(nodes.For)):
            # A hit decides how long its lists are; a loop in a loop would square that.
            raise ExpressionError("a loop inside a loop cannot be used here", max(0, text.find("{%")))
    for attribute in tree.find_all(nodes.Getattr):
        if attribute.attr.startswith("__"):
            offset = max(0, text.find(attribute.attr))
            raise ExpressionError(f"'{attribute.attr}' cannot be read", offset)


def _lone(text: str) -> str:
    """What stands between the braces of a text that is exactly one expression, else ""."""
    text = text.strip()
    if not (text.startswith("{{") and text.endswith("}}")):
        return ""
    parts = ENVIRONMENT.parse(text).body
    output = parts[0] if len(parts) == 1 else None
    if not isinstance(output, nodes.Output) or len(output.nodes) != 1:
        return ""
    inner = text[2:-2]
    # {{- and -}} only eat blanks around an expression.
    inner = inner[1:] if inner[0] in "-+" else inner
    return inner[:-1] if inner[-1] in "-+" else inner


def _evaluate(body: str, names: frozenset[str]) -> Callable[[Context], Any]:
    evaluate = ENVIRONMENT.compile_expression(body, undefined_to_none=False)

    def read(context: Context) -> Any:
        try:
            value = evaluate(_scope(names, context))
            return None if isinstance(value, Undefined) else plain(value)
        except _FAULTS:
            return None

    return read


def _render(tree: nodes.Template, names: frozenset[str]) -> Callable[[Context], Any]:
    template = ENVIRONMENT.from_string(tree)

    def read(context: Context) -> Any:
        try:
            pieces, length = [], 0
            for piece in template.generate(_scope(names, context)):
                pieces.append(piece)
                length += len(piece)
                if length > LONGEST_TEXT:
                    return None
            return "".join(pieces)
        except _FAULTS:
            return None

    return read


def _getter(name: str, path: str) -> Callable[[Context], Any]:
    """The short cut for ``{{ name }}`` and ``{{ event.items[0].item_id }}``: no Jinja at all."""
    dotted = path.replace("['", ".").replace('["', ".").replace("']", "").replace('"]', "")
    parts = path_parts(dotted)
    if name == "event" and len(parts) == 1 and isinstance(parts[0], str):
        key = parts[0]
        return lambda context: context.event.get(key)
    if name in BUILT_IN:
        return lambda context: _follow(_built_in(name, context), parts)
    if not parts:
        return lambda context: context.variable(name)
    return lambda context: _follow(context.variable(name), parts)


def _follow(value: Any, parts: tuple[str | int, ...]) -> Any:
    for part in parts:
        if isinstance(value, dict):
            value = value.get(part if isinstance(part, str) else str(part))
        elif isinstance(value, (list, str)) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value


def _built_in(name: str, context: Context) -> Any:
    if name == "event":
        return context.event
    return dict(context.consent) if name == "consent" else context.client


def _scope(names: frozenset[str], context: Context) -> Mapping[str, Any]:
    scope = {}
    for name in names:
        value = _built_in(name, context) if name in BUILT_IN else context.variable(name)
        if value is not None:
            scope[name] = value
    return scope


def _explain(text: str, error: TemplateSyntaxError) -> ExpressionError:
    """Jinja's reason, at the block it is about: Jinja itself only knows the line."""
    reason = (
        (error.message or "it cannot be read").rstrip(".").replace("end of print statement", "}}").partition(". ")[0]
    )
    reason = reason[0].lower() + reason[1:]
    for sort, known in (("filter", ENVIRONMENT.filters), ("test", ENVIRONMENT.tests)):
        if reason.startswith(f"no {sort} named "):
            word = reason.rpartition(" ")[2].strip("'")
            return ExpressionError(f"there is no {sort} '{word}'", _after_bar(text, word), suggestion(word, known))
    return ExpressionError(reason, _faulty_block(text))


def _after_bar(text: str, word: str) -> int:
    found = re.search(rf"(?:\||\bis\b)\s*({re.escape(word)})\b", text)
    return found.start(1) if found else _faulty_block(text)


def _faulty_block(text: str) -> int:
    """Where the first block starts that cannot be read by itself, else where the first one does."""
    for block in _BLOCK.finditer(text):
        if block[0].startswith("{{"):
            try:
                ENVIRONMENT.parse(block[0])
            except TemplateSyntaxError:
                return block.start()
    starts = [place for place in (text.find("{{"), text.find("{%")) if place >= 0]
    return min(starts, default=0)


def name_offset(text: str, name: str) -> int:
    """Where in the text the expression uses a name, for pointing at it."""
    for block in _BLOCK.finditer(text):
        found = re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", block[0])
        if found:
            return block.start() + found.start()
    return 0
