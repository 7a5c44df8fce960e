"""JSONPath: jsonpath-ng is the grammar; the simple forms run as compiled getters, the rest through its ``find``."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from jsonpath_ng import Child, Fields, Index, Root, Slice, This
from jsonpath_ng.exceptions import JSONPathError
from jsonpath_ng.ext.parser import parse as _parse

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|\[\?.*?\]")
_DASHED = re.compile(r"[A-Za-z_]\w*(?:-\w+)+")

Step = str | int | None
"""A field, an index, or None for ``[*]``."""


class PathError(ValueError):
    """A JSONPath that cannot be read; the text says what is wrong."""


class JsonPath:
    """A parsed JSONPath.

    ``find`` returns the value for a path that can match only once, a list for one that can match several times
    (``[*]``, slices, filters, ``..``), and None when nothing matches.
    """

    __slots__ = ("_getter", "many", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        tree = _parse_cached(text)
        steps = _steps(tree)
        if steps is None:
            self.many = True
            self._getter = _search(tree)
        else:
            self.many = None in steps
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
    dashed = _DASHED.search(_QUOTED.sub("", text))
    if dashed:
        # The extended grammar would silently subtract.
        raise PathError(f"a name with a dash needs quotes: ['{dashed.group()}']")
    try:
        return _parse(text)
    except (JSONPathError, ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        # jsonpath-ng raises a bare Exception subclass per grammar fault; its first line is the readable part.
        raise PathError(str(error).splitlines()[0] if str(error) else "not a JSONPath") from error


def _steps(tree: Any) -> tuple[Step, ...] | None:
    """The path as plain steps, or None when it needs jsonpath-ng itself."""
    if isinstance(tree, Root | This):
        return ()
    if isinstance(tree, Child):
        left, right = _steps(tree.left), _steps(tree.right)
        return None if left is None or right is None else left + right
    if isinstance(tree, Fields):
        return (tree.fields[0],) if len(tree.fields) == 1 and tree.fields[0] != "*" else None
    if isinstance(tree, Index):
        indices = tuple(getattr(tree, "indices", ()))
        return (indices[0],) if len(indices) == 1 and indices[0] >= 0 else None
    if isinstance(tree, Slice) and tree.start is None and tree.end is None and tree.step is None:
        return (None,)
    return None


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
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
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
                # A star over a single object takes the object itself, as jsonpath-ng does.
                found = [inner for one in found for inner in (one if isinstance(one, list) else (one,))]
            else:
                found = [one[step] for one in found if isinstance(one, list) and step < len(one)]
        return found or None

    return getter


def _search(tree: Any) -> Callable[[Any], Any]:
    def getter(value: Any) -> Any:
        try:
            found = [match.value for match in tree.find(value)]
        except (TypeError, ValueError, AttributeError, KeyError, IndexError, RecursionError):
            # A filter compares whatever the hit holds; values that cannot be compared simply do not match.
            return None
        return found or None

    return getter
