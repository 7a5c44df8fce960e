"""The texts of the map's boxes: broken into lines that fit, so that a box is as high as what it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import msgspec

NAME, SUB = 13.0, 11.5
"""Sizes of the letters, in the drawing's units: of a name and of what stands below it (pages.css)."""

MOST_LINES = 4
"""Lines of a trigger that are drawn; the rest of a long one stands in the list."""

_PADDING = 12
_NARROW = frozenset(" ijlIft.,:;'|!()[]-·")
_BROAD = frozenset("mwMWOQ@%")
_SAID = ("fired", "not_triggered", "no_consent", "failed", "blocked", "suppressed")
"""What is said of a tag, in this order."""


class Line(msgspec.Struct, frozen=True):
    """One line: how far its ground line is below the top of its box, and whether it is of the name."""

    text: str
    y: float
    name: bool


class Box(msgspec.Struct, frozen=True):
    """What one box says, how high it is, and whether nothing came by."""

    lines: list[Line]
    height: float
    quiet: bool


def box(sort: str, one: dict[str, Any], width: float) -> Box:
    """The box of one of the map's ``clients``, ``triggers`` or ``tags``."""
    room = width - 2 * _PADDING
    if sort == "triggers":
        written = list(
            islice(_fit(_words(one["written"].removeprefix("{ ").removesuffix(" }")), " ", room, SUB), MOST_LINES + 1)
        )
        if len(written) > MOST_LINES:
            written[MOST_LINES - 1 :] = [f"{written[MOST_LINES - 1][:-3].rstrip()} …"]
        return _box(_fit(_words(one["name"]), " ", room, NAME), written, False)
    if sort == "clients":
        count = one["events"]
        said = [one["type"], f"{count:,} event{'' if count == 1 else 's'}"]
        return _box(_fit(_words(one["name"]), " ", room, NAME), _fit(said, " · ", room, SUB), not count)
    outcomes = one["outcomes"]
    said = [f"{outcomes[word]:,} {word.replace('_', ' ')}" for word in _SAID if word == "fired" or outcomes.get(word)]
    return _box(
        _fit([one["name"], one["type"]], " · ", room, NAME), _fit(said, " · ", room, SUB), not outcomes["fired"]
    )


def _box(names: Iterable[str], subs: Iterable[str], quiet: bool) -> Box:
    lines: list[Line] = []
    y = 21.0 - 16
    for text in names:
        y += 16
        lines.append(Line(text, y, True))
    y += 1
    for text in subs:
        y += 16
        lines.append(Line(text, y, False))
    return Box(lines, y + 12, quiet)


def _words(text: str) -> list[str]:
    return text.split() or [""]


def _fit(parts: Iterable[str], between: str, room: float, size: float) -> Iterator[str]:
    """The parts in as few lines as they need; a part that is broader than a line is broken where the line ends."""
    line = ""
    for part in parts:
        joined = f"{line}{between}{part}" if line else part
        if _breadth(joined, size) <= room:
            line = joined
            continue
        if line:
            yield line
        line = ""
        for letter in part:
            if line and _breadth(line + letter, size) > room:
                yield line
                line = ""
            line += letter
    yield line


def _breadth(text: str, size: float) -> float:
    """About how broad a text is, by the broadest of the fonts that browsers take here."""
    return size * sum(map(_share, text))


def _share(letter: str) -> float:
    if letter in _NARROW:
        return 0.4
    if letter in _BROAD or not letter.isascii():
        return 1.0
    return 0.78 if letter.isupper() else 0.64
