"""The reshaping of an event: copies with chosen fields kept, renamed or rewritten, in lists for every element."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from container.event import path_parts, with_path

Parts = tuple[str | int, ...]
"""A dotted path as `path_parts` splits it. A name where the event holds a list means each of its elements."""

Chosen = dict[str | int, "Chosen | None"]
"""Chosen fields as a tree; None is a field with all it holds."""


def chosen(paths: Iterable[str]) -> Chosen:
    """The tree of some dotted paths; where one path holds another the wider one counts."""
    top: Chosen = {}
    for path in paths:
        level = top
        parts = path_parts(path)
        for part in parts[:-1]:
            below = level.setdefault(part, {})
            if below is None:
                break
            level = below
        else:
            level[parts[-1]] = None
    return top


def keep(value: Any, fields: Chosen | None) -> Any:
    """The value with nothing but these fields, None when it has none of them. Elements without any are left out."""
    if fields is None:
        return value
    if isinstance(value, dict):
        found = {str(key): keep(value.get(str(key)), inner) for key, inner in fields.items()}
        return {key: inner for key, inner in found.items() if inner is not None} or None
    if not isinstance(value, list):
        return None
    names: Chosen = {key: inner for key, inner in fields.items() if isinstance(key, str)}
    kept = []
    for index, one in enumerate(value):
        wanted = _both(names, fields[index]) if index in fields else names
        inner = keep(one, wanted) if wanted is None or wanted else None
        if inner is not None:
            kept.append(inner)
    return kept or None


def _both(left: Chosen | None, right: Chosen | None) -> Chosen | None:
    """What either of them chooses."""
    if left is None or right is None:
        return None
    shared = {key: _both(left[key], right[key]) for key in left.keys() & right.keys()}
    return {**left, **right, **shared}


def rename(value: Any, old: Parts, new: Parts) -> Any:
    """A copy in which what stood at ``old`` stands at ``new``; the value itself where nothing can be moved.

    Below names that both paths begin with, every element of a list is renamed by itself.
    """
    if isinstance(value, list) and isinstance(old[0], str) and isinstance(new[0], str):
        return [rename(one, old, new) for one in value]
    if len(old) > 1 and len(new) > 1 and old[0] == new[0]:
        inner = _at(value, old[:1])
        return value if inner is None else with_path(value, old[:1], rename(inner, old[1:], new[1:]))
    found = _at(value, old)
    if found is None or not isinstance(value, dict | list):
        return value
    moved = with_path(with_path(value, old, None), new, found)
    return moved if _at(moved, new) is found else value  # a path into a list has no single place to put it


def rewrite(value: Any, parts: Parts, change: Callable[[Any], Any]) -> Any:
    """A copy in which ``change`` made a new value of what stands at the path; without a value there nothing changes."""
    if not parts:
        return change(value)
    part, rest = parts[0], parts[1:]
    if isinstance(value, list):
        if isinstance(part, str):
            return [rewrite(one, parts, change) for one in value]
        return [rewrite(one, rest, change) if index == part else one for index, one in enumerate(value)]
    if isinstance(value, dict) and str(part) in value:
        return {**value, str(part): rewrite(value[str(part)], rest, change)}
    return value


def _at(value: Any, parts: Parts) -> Any:
    for part in parts:
        if isinstance(value, dict):
            value = value.get(str(part))
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value
