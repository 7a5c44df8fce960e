"""Rows: what was expected and what was received, line beside line, with the leaves that differ marked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from textwrap import wrap
from typing import Any, NamedTuple

from container.cases.differing import differing
from container.cases.written import inline

WIDTH = 80
"""Columns of rows where nobody knows how wide the paper is."""
MARK = "!"
TITLES = ("expected", "received")
NOTHING = "(nothing)"
_MOST_NAMED = 8


class Row(NamedTuple):
    """One line of both sides; ``differs`` where the two say something else, ``aside`` where nobody asked."""

    left: str
    right: str
    differs: bool = False
    aside: bool = False


def rows(expected: Any, received: Any, *, exactly: bool = False) -> Iterator[Row]:
    """The two values as lines of YAML, each leaf beside its counterpart.

    Fields received that were not expected are only named, unless they count as a difference too (``exactly``).
    """
    return _rows(expected, received, "", "", exactly)


def _rows(expected: Any, received: Any, indent: str, lead: str, exactly: bool) -> Iterator[Row]:
    """``lead`` is what stands before the value on its first line: its name, or the dash of a list."""
    both = (expected, received)
    if all(isinstance(side, dict) for side in both) and expected:
        if lead:
            yield Row(indent + lead, indent + lead)
        below = f"{indent}  " if lead else indent
        for key, inner in expected.items():
            yield from _rows(inner, received.get(key), below, f"{key}:", exactly)
        yield from _others(expected, received, below, exactly)
    elif all(isinstance(side, list) for side in both) and any(both):
        if lead:
            yield Row(indent + lead, indent + lead)
        below = f"{indent}  " if lead else indent
        for one, other in zip_longest(expected, received):
            yield from _rows(one, other, below, "-", exactly)
    else:
        differs = next(differing(expected, received, exactly=exactly), None) is not None
        for left, right in zip_longest(_lines(expected, indent, lead), _lines(received, indent, lead), fillvalue=""):
            yield Row(left, right, differs)


def _others(expected: dict[str, Any], received: dict[str, Any], indent: str, exactly: bool) -> Iterator[Row]:
    others = [key for key in received if key not in expected]
    if exactly:
        for key in others:
            for line in _lines(received[key], indent, f"{key}:"):
                yield Row("", line, differs=True)
    elif others:
        more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
        yield Row("", f"{indent}(also {', '.join(map(str, others[:_MOST_NAMED]))}{more})", aside=True)


def _lines(value: Any, indent: str, lead: str) -> list[str]:
    """One side alone: a leaf on one line, what is nested below its name."""
    if isinstance(value, dict | list) and value:
        inside = (
            [(f"{key}:", one) for key, one in value.items()] if isinstance(value, dict) else [("-", v) for v in value]
        )
        below = f"{indent}  " if lead else indent
        return [*([indent + lead] if lead else []), *(line for key, one in inside for line in _lines(one, below, key))]
    return [f"{indent}{lead}{' ' if lead else ''}{NOTHING if value is None else inline(value)}"]


def folded(row: Row, column: int) -> Iterator[tuple[str, str]]:
    """The row in two columns of this width: what is longer goes on below, indented, and nothing is left out."""
    left, right = (_folded(side, column) for side in (row.left, row.right))
    yield from zip_longest(left, right, fillvalue="")


def _folded(text: str, column: int) -> list[str]:
    if len(text) <= column:
        return [text]
    indent = min(len(text) - len(text.lstrip()), column // 2)
    return wrap(
        text.strip(), column, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2),
        break_on_hyphens=False, drop_whitespace=True,
    )  # fmt: skip


def plain_rows(expected: Any, received: Any, *, exactly: bool = False, width: int = WIDTH) -> list[str]:
    """Both sides as lines without colour, at most ``width`` columns: a mark, what was expected, what was received."""
    column = column_of(width)
    found = [f"  {TITLES[0]:<{column}}  {TITLES[1]}"]
    for row in rows(expected, received, exactly=exactly):
        mark = MARK if row.differs else " "
        found += [f"{mark} {left:<{column}}  {right}".rstrip() for left, right in folded(row, column)]
    return found


def column_of(width: int) -> int:
    """The width of one of the two columns: before them stands the mark and a blank, between them two blanks."""
    return max(16, (width - 4) // 2)
