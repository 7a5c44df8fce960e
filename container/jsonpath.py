"""JSONPath: jsonpath-ng is the grammar; the simple forms run as compiled getters, the rest through its ``find``."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from jsonpath_ng import Child, Descendants, Fields, Index, JSONPath, Root, Slice, This, Wildcard
from jsonpath_ng.ext.filter import Expression, Filter
from jsonpath_ng.ext.parser import parse as _parse
from jsonpath_ng.ext.string import Sub

LONGEST = 500
"""Characters; a path beyond that is a mistake."""
MOST_DESCENTS = 2
"""Each further ``..`` multiplies the work by the depth of what a hit holds."""

Step = str | int | None
"""A field, an index, or None for ``[*]``."""


class PathError(ValueError):
    """A JSONPath that cannot be read; the text says what is wrong."""


class JsonPath:
    """A parsed JSONPath.

    ``find`` returns the value for a path that can match only once; for one that can match several times (``[*]``,
    slices, filters, ``..``) a list, also when it matches once, so that the type never depends on the hit; and None
    when nothing matches.
    """

    __slots__ = ("_getter", "many", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        tree = _parse_cached(text)
        self.many = any(_branches(part) for part in _parts(tree))
        steps = _steps(tree)
        if steps is None:
            self._getter = _search(tree, many=self.many)
        else:
            self._getter = _walk_many(steps) if self.many else _walk_one(steps)

    def find(self, value: Any) -> Any:
        """What the path finds in a JSON value."""
        return self._getter(value)

    def __repr__(self) -> str:
        return f"JsonPath({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JsonPath) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)


@lru_cache(maxsize=1024)
def _parse_cached(text: str) -> Any:
    if len(text) > LONGEST:
        raise PathError(f"it is longer than {LONGEST} characters")
    try:
        with warnings.catch_warnings():
            # What jsonpath-ng is about to drop is refused today, while its author is looking.
            warnings.simplefilter("error", DeprecationWarning)
            tree = _parse(text)
    except Exception as error:
        # jsonpath-ng raises many bare classes for faults of grammar; the first sentence is the readable part.
        raise PathError(_sentence(str(error))) from error
    parts = list(_parts(tree))
    if sum(isinstance(one, Descendants) for one in parts) > MOST_DESCENTS:
        raise PathError(f"it has more than {MOST_DESCENTS} '..'")
    if any(isinstance(one, Sub) or (isinstance(one, Expression) and one.op == "=~") for one in parts):
        # They run Python's own regular expressions, which a hostile hit can keep busy for minutes.
        raise PathError("regular expressions are not available in it")
    return tree


def _sentence(text: str) -> str:
    """jsonpath-ng's reason in one line: its first sentence, the way a message goes on after a colon."""
    reason = text.splitlines()[0].split(". ")[0].rstrip("!.") if text else "it cannot be read"
    return reason[0].lower() + reason[1:]


def _parts(tree: Any) -> Iterator[Any]:
    """The node and every node below it, those inside filters included."""
    yield tree
    for inner in vars(tree).values():
        for one in inner if isinstance(inner, list | tuple) else (inner,):
            if isinstance(one, JSONPath):
                yield from _parts(one)


def _branches(part: Any) -> bool:
    """Whether this step can find more than one value."""
    if isinstance(part, Fields):
        return len(part.fields) > 1
    if isinstance(part, Index):
        return len(part.indices) > 1
    return isinstance(part, Wildcard | Slice | Descendants | Filter)


def _steps(tree: Any) -> tuple[Step, ...] | None:
    """The path as plain steps, or None when it needs jsonpath-ng itself."""
    if type(tree) in {Root, This}:
        return ()
    if isinstance(tree, Child):
        left, right = _steps(tree.left), _steps(tree.right)
        return None if left is None or right is None else left + right
    if isinstance(tree, Fields):
        return (tree.fields[0],) if len(tree.fields) == 1 else None
    if isinstance(tree, Index):
        return (tree.indices[0],) if len(tree.indices) == 1 else None
    return (None,) if isinstance(tree, Wildcard) else None


def _walk_one(steps: tuple[Step, ...]) -> Callable[[Any], Any]:
    if len(steps) == 1 and isinstance(steps[0], str):
        name = steps[0]
        return lambda value: value.get(name) if isinstance(value, dict) else None

    def getter(value: Any) -> Any:
        for step in steps:
            if isinstance(step, str):
                if not isinstance(value, dict):
                    return None
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
                value = value[step]
            else:
                return None
        return value

    return getter


def _walk_many(steps: tuple[Step, ...]) -> Callable[[Any], Any]:
    def getter(value: Any) -> Any:
        found = [value]
        for step in steps:
            if isinstance(step, str):
                found = [one[step] for one in found if isinstance(one, dict) and step in one]
            elif step is None:
                found = [inner for one in found for inner in _children(one)]
            else:
                found = [one[step] for one in found if isinstance(one, list) and -len(one) <= step < len(one)]
        return found or None

    return getter


def _children(value: Any) -> Any:
    if isinstance(value, list):
        return value
    return value.values() if isinstance(value, dict) else ()


def _search(tree: Any, *, many: bool) -> Callable[[Any], Any]:
    def getter(value: Any) -> Any:
        try:
            found = [match.value for match in tree.find(value)]
        except (TypeError, ValueError, AttributeError, KeyError, IndexError, ArithmeticError, RecursionError):
            # A filter compares whatever the hit holds; values that cannot be compared simply do not match.
            return None
        if many:
            return found or None
        return found[0] if found else None

    return getter
