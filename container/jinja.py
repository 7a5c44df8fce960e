"""The sandbox expressions run in: Jinja's immutable one, in which nothing can grow without bound or reach Python."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from math import isfinite
from typing import Any

from jinja2 import ChainableUndefined, Undefined, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.sandbox import ImmutableSandboxedEnvironment

from container.event import as_text
from container.filters import FILTERS

LONGEST_TEXT = 256 * 1024
"""Characters a text may grow to."""
MOST_ELEMENTS = 10_000
"""Elements of a list that is made, joined or handed on, and of a ``range``."""
LARGEST_NUMBER = 2**128
"""Beyond what any shop numbers its orders with."""

_TEXT_METHODS = frozenset(
    {
        "capitalize", "casefold", "count", "endswith", "find", "index", "isalnum", "isalpha", "isascii", "isdecimal",
        "isdigit", "islower", "isnumeric", "isspace", "istitle", "isupper", "lower", "lstrip", "partition",
        "removeprefix", "removesuffix", "rfind", "rindex", "rpartition", "rsplit", "rstrip", "split", "splitlines",
        "startswith", "strip", "swapcase", "title", "upper",
    }
)  # fmt: skip
"""Methods of text that cannot make it longer than a small factor."""

_JINJA_FILTERS = (
    "abs", "capitalize", "count", "d", "default", "dictsort", "filesizeformat", "first", "float", "groupby",
    "int", "items", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "round",
    "select", "selectattr", "sort", "string", "striptags", "sum", "title", "tojson", "trim", "truncate", "unique",
    "upper", "urlencode", "wordcount",
)  # fmt: skip
"""Jinja's own filters that always give the same answer and one not much larger than what they were given."""


class Absent(ChainableUndefined):
    """What is not there: false in a condition, replaceable by ``default``, and it removes the field it would fill."""

    def __str__(self) -> str:
        raise UndefinedError("the value is not there")

    __html__ = __str__


def replace(text: Any, old: str, new: str) -> str:
    """The text with every ``old`` replaced by ``new``."""
    whole = str(text)
    _bounded(len(whole) + whole.count(old) * max(0, len(new) - len(old)))
    return whole.replace(old, new)


def join(values: Iterable[Any], between: str = "", attribute: str | None = None) -> str:
    """The elements as one text, with another between them; ``attribute`` takes a field of each element."""
    parts = [one.get(attribute) if attribute and isinstance(one, dict) else one for one in _listed(values)]
    texts = [as_text(one) for one in parts if one is not None and not isinstance(one, Undefined)]
    _bounded(sum(map(len, texts)) + len(texts) * len(str(between)))
    return str(between).join(texts)


def plain(value: Any, depth: int = 0) -> Any:
    """What an expression came to as JSON-compatible data; None for what JSON cannot say, such as infinity.

    Raises ValueError for something too large or too deep.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        _bounded(len(value))
        return value if type(value) is str else str(value)
    if isinstance(value, int):
        return value if -LARGEST_NUMBER <= value < LARGEST_NUMBER else None
    if isinstance(value, float):
        return value if isfinite(value) else None
    if depth > 32:
        raise ValueError("nested too deeply")
    if isinstance(value, dict):
        fields = {as_text(key): plain(inner, depth + 1) for key, inner in value.items()}
        return {key: inner for key, inner in fields.items() if inner is not None}
    if isinstance(value, Undefined) or callable(value):
        return None
    if isinstance(value, Iterable) and not isinstance(value, bytes):
        return [inner for inner in (plain(one, depth + 1) for one in _listed(value)) if inner is not None]
    return None


def _listed(values: Iterable[Any]) -> list[Any]:
    found = list(islice(values, MOST_ELEMENTS + 1))
    if len(found) > MOST_ELEMENTS:
        raise ValueError("too many elements")
    return found


def _bounded(length: int) -> None:
    if length > LONGEST_TEXT:
        raise ValueError("the text grows too long")


def _range(*bounds: int) -> range:
    steps = range(*bounds)
    if len(steps) > MOST_ELEMENTS:
        raise ValueError("the range is too long")
    return steps


def _multiply(left: Any, right: Any) -> Any:
    for values, times in ((left, right), (right, left)):
        if isinstance(values, str | list | tuple) and isinstance(times, int):
            _bounded(len(values) * max(0, times))
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > 1024:
        raise ArithmeticError("the number grows too large")
    return left * right


def _power(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() * max(1, right) > 1024:
        raise ArithmeticError("the number grows too large")
    return left**right


def _remainder(left: Any, right: Any) -> Any:
    if isinstance(left, str):
        raise SecurityError("text is put together with ~, not with %")
    return left % right


def written(value: Any) -> Any:
    """How a value stands inside text."""
    if value is None:
        raise UndefinedError("the value is not there")
    return as_text(value) if isinstance(value, bool | float) else value


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja for events: a dot on a mapping is always a key, never a method of Python's dict."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict):
            return self._key(obj, attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, dict):
            return self._key(obj, argument)
        return super().getitem(obj, argument)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Of Python's own objects only harmless methods of text, and the ``loop`` of a for, are there."""
        if isinstance(obj, str):
            return attr in _TEXT_METHODS
        return type(obj).__name__ == "LoopContext" and super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> None:
        """A width such as ``{:>1000000}`` would make a long text out of a short one: ``format`` is not there."""

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """The operators that can make much out of little."""
        if operator == "*":
            return _multiply(left, right)
        return _power(left, right) if operator == "**" else _remainder(left, right)

    def _key(self, obj: dict[str, Any], key: Any) -> Any:
        if isinstance(key, int) and not isinstance(key, bool):
            key = str(key)
        value = obj.get(key) if isinstance(key, str) else None
        return self.undefined(obj=obj, name=key) if value is None else value


ENVIRONMENT = _Environment(undefined=Absent, autoescape=False, trim_blocks=True, lstrip_blocks=True, finalize=written)
"""What every expression of a configuration is compiled in."""
ENVIRONMENT.globals = {"range": _range}
ENVIRONMENT.filters = {name: JINJA_FILTERS[name] for name in _JINJA_FILTERS}
ENVIRONMENT.filters.update(FILTERS, join=join, replace=replace)
