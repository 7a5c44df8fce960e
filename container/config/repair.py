"""The repair: a place that is not YAML is read as if it stood there right, or set aside, so that the rest is read."""

from __future__ import annotations

import re

from container.config.syntax import Fault

_KEY = re.compile(r"(\s*)(- +)?(?:(\"[^\"]*\"|'[^']*'|\w[^\s:=#{}\[\],]*)(?=[\s:=]|$))?")
_VALUE = re.compile(r"\s*(?:- +)?[\w.\"'-]+:[ \t]+[^\s|>#\"'][^\"']*$")
"""A line whose value begins and, as far as can be seen, ends in it."""
_SECTION = re.compile(r"[A-Za-z_]")


class Lines:
    """The lines of a text while it is repaired; each keeps its number.

    ``unread`` are the numbers, from 1, of lines whose value was set aside. ``anchors`` are the names that were set
    aside with them.
    """

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.unread: set[int] = set()
        self.anchors: set[str] = set()
        self._moved: dict[int, tuple[int, int]] = {}
        self._set_aside: dict[int, int] = {}

    def text(self) -> str:
        """The whole, as far as it was repaired."""
        return "\n".join(self.lines)

    def column(self, line: int, column: int) -> int:
        """Where something stood before its line was written anew; both count from 1."""
        after, by = self._moved.get(line, (0, 0))
        return max(after + 1, column - by) if column > after else column

    def repair(self, fault: Fault) -> bool:
        """Take one fault out of the way. False when there is nothing sound left to try."""
        at = fault.start - 1
        if not 0 <= at < len(self.lines):
            at = len(self.lines) - 1
        if fault.instead is not None and fault.start not in self._moved:
            self._write(at, fault.instead)
            return True
        return self._aside(at)

    def untabbed(self, width: int) -> str:
        """The text with each tab of an indentation written as so many blanks."""
        return "\n".join(_untabbed(one, width) for one in self.lines)

    def untab(self, width: int) -> None:
        """Write each tab of an indentation as so many blanks."""
        for at, line in enumerate(self.lines):
            self._write(at, _untabbed(line, width))

    def end(self, line: int) -> None:
        """Set aside everything from a line on."""
        self.lines[line - 1 :] = [""] * (len(self.lines) - line + 1)

    def blank(self, line: int, column: int, length: int) -> None:
        """Put blanks in the place of characters."""
        old = self.lines[line - 1]
        self.lines[line - 1] = old[: column - 1] + " " * length + old[column - 1 + length :]

    def replace(self, position: int, letter: str) -> None:
        """Put another letter in the place of one, by its number in the text."""
        text = self.text()
        self.lines = (text[:position] + letter + text[position + 1 :]).split("\n")

    def _write(self, at: int, new: str) -> None:
        old = self.lines[at]
        if new != old:
            self.lines[at] = new
            self._moved[at + 1] = (_common(old, new), len(new) - len(old))

    def _aside(self, at: int) -> bool:
        """Set aside the value in a line; then the whole line, the entry around it, the section."""
        tried = self._set_aside.get(at, 0)
        self._set_aside[at] = tried + 1
        if tried > 3:
            return False
        start = at
        if tried == 1:
            self.lines[at] = ""
            return True
        if tried:
            section = next((one for one in range(at, -1, -1) if _SECTION.match(self.lines[one])), None)
            if section is None:
                return False
            start = section
            below = [one for one in range(section + 1, len(self.lines)) if self.lines[one].strip()]
            if tried == 2 and at > section and below:
                indent = _indent(self.lines[below[0]])
                start = next((one for one in range(at, section, -1) if _indent(self.lines[one]) == indent), section)
        self._cut(start)
        return True

    def _cut(self, at: int) -> None:
        """Leave of a line its name, and nothing of what belongs to it below."""
        line = self.lines[at]
        found = _KEY.match(line)
        blank, dash, name = found.groups() if found else ("", None, None)
        indent = len(blank)
        end = at + 1
        alone = _VALUE.match(line) is not None and sum(map(line.count, "{[")) <= sum(map(line.count, "}]"))
        while not alone and end < len(self.lines) and self._belongs(self.lines[end], indent):
            end += 1
        self.anchors.update(re.findall(r"&(\S+)", "\n".join(self.lines[at:end])))
        # With a value in its place, a line indented deeper below is still the fault it is.
        value = " ~" if alone else ""
        self.lines[at] = blank + "- " if dash else f"{blank}{name}:{value}" if name else ""
        self.unread.add(at + 1)
        for one in range(at + 1, end):
            self.lines[one] = ""

    def _belongs(self, line: str, indent: int) -> bool:
        said = line.strip()
        return not said or _indent(line) > indent or said[0] in "]}"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _untabbed(line: str, width: int) -> str:
    return re.sub(r"^[ \t]+", lambda found: found[0].replace("\t", " " * width), line)
