"""The listing: the lines of a configuration's files as they may be shown, secrets masked, faults beside their lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from container.config.difference import SORTS
from container.config.load import Loaded
from container.config.redact import MASK, NAMED, Redact, masked
from container.node import Node
from container.problem import Problem

WHOLE = 600
"""Lines up to which a file is listed whole; of a longer one, what surrounds its faults."""

AROUND = 4

_WRITTEN = re.compile(r"""(["']?)([\w.-]+)\1(\s*:\s+)("[^"]*"|'[^']*'|[^\s,}\]#][^,}\]#]*)""")
"""A name and its value on one line, also inside braces."""

_BLOCK = re.compile(r"""[\s-]*(["']?)([\w.-]+)\1\s*:\s+[|>][\d+-]*\s*(?:#.*)?$""")
"""A name whose value stands in the lines below it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line by its number from 1; lines that are left out before it are told by ``gap``."""

    number: int
    text: str
    gap: bool = False
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Listing:
    """One file: its name, how many lines it has, those that are shown, and faults that stand at none of them."""

    file: str
    length: int
    lines: list[Line]
    problems: list[Problem]


def listing(loaded: Loaded) -> list[Listing]:
    """Every file a configuration was read from, the main one first."""
    redact = Redact(loaded.registry)
    secrets: dict[str, list[Node]] = {}
    if loaded.top is not None:
        for word, noun in SORTS.items():
            redact.section(noun, loaded.top.items.get(word))
        for node in redact.secrets(loaded.top):
            secrets.setdefault(node.file, []).append(node)
    found = []
    for source in loaded.sources:
        name = str(source.path)
        lines = source.text.splitlines()
        own = [one for one in loaded.problems if one.file == name]
        _hide(lines, secrets.get(name, ()))
        for place, line in enumerate(lines):
            block = _BLOCK.match(line)
            if block is not None and NAMED.search(block[2]) is not None:
                _hide_below(lines, place)
        found.append(_listed(name, [_clean(line) for line in lines], own))
    return found


def _hide(lines: list[str], nodes: Sequence[Node]) -> None:
    """Mask the values of secret options where they stand."""
    for node in nodes:
        if not 1 <= node.line <= len(lines):
            continue
        if node.environment is not None:
            default = f":-{node.raw}"
            lines[node.line - 1] = (
                lines[node.line - 1].replace(default, f":-{MASK}") if node.raw else lines[node.line - 1]
            )
            continue
        place, start = node.line - 1, max(node.column - 1, 0)
        line = lines[place]
        at = line.find(node.raw, start) if node.raw and "\n" not in node.raw else -1
        if at >= 0:
            lines[place] = line[:at] + MASK + line[at + len(node.raw) :]
            continue
        lines[place] = line[:start] + MASK
        _hide_below(lines, place)


def _hide_below(lines: list[str], place: int) -> None:
    """Mask the lines that belong to the one at a place: those further in."""
    depth = len(lines[place]) - len(lines[place].lstrip())
    for below in range(place + 1, len(lines)):
        text = lines[below]
        if text.strip() and len(text) - len(text.lstrip()) <= depth:
            return
        lines[below] = " " * (depth + 2) + MASK if text.strip() else ""


def _clean(line: str) -> str:
    """Mask what is named or looks like a secret, also in a file that is no YAML."""

    def hide(found: re.Match[str]) -> str:
        value = found[4].strip()
        if NAMED.search(found[2]) is None or value[:1] in "{[&*|>" or value == MASK:
            return found[0]
        if value[:1] == "$":
            name, default, rest = found[0].partition(":-")
            return f"{name}:-{MASK}" if default and rest.strip() else found[0]
        return f"{found[1]}{found[2]}{found[1]}{found[3]}{MASK}"

    return masked(_WRITTEN.sub(hide, line))


def _listed(name: str, lines: list[str], problems: list[Problem]) -> Listing:
    at: dict[int, list[Problem]] = {}
    for one in problems:
        at.setdefault(one.line, []).append(one)
    numbers = range(1, len(lines) + 1)
    shown = [
        number for number in numbers
        if len(lines) <= WHOLE or any(abs(number - line) <= AROUND for line in at)
    ]  # fmt: skip
    before = 0
    made = []
    for number in shown:
        made.append(Line(number, lines[number - 1], number > before + 1, at.pop(number, [])))
        before = number
    return Listing(name, len(lines), made, [one for several in at.values() for one in several])
