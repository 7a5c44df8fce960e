"""Parsing: a text to YAML's own tree, past every place that is not YAML."""

from __future__ import annotations

import re
from math import inf
from typing import Any

import yaml

from container.config.repair import Lines
from container.config.source import place_in
from container.config.syntax import Fault, diagnose

DEEPEST = 40
MOST_NODES = 20_000
TOO_LARGE = f"the file unfolds to more than {MOST_NODES} values or {DEEPEST} levels"
ADVICE = "write it without aliases of aliases, or make two of it"

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml when PyYAML was built with it: a large file is read in milliseconds."""
_BREAK = re.compile("\r\n|[\r\x85\u2028\u2029]")
"""What YAML takes for the end of a line beside ``\\n``."""
_ODD_BLANK = re.compile("^[ \t]*[\u00a0\u2000-\u200b\u3000\ufeff]+[ \t]*", re.M)
_TAG = re.compile(r"![^\s,\]}]*")
_MOST_REPAIRS = 25
_MOST_MENDED = 128 * 1024
"""Characters of a text that is read again and again behind its faults; a larger one ends at the first."""
_NOT_READ = ", and the rest was not read"


class Parsed:
    """What YAML makes of a text: ``tree``, None when there is nothing in it or nothing sound.

    ``faults`` are line, column, what is wrong and what to do, in the order they were met; ``lines`` say where things
    stood before they were mended.
    """

    def __init__(self, text: str) -> None:
        self.faults: list[tuple[int, int, str, str]] = []
        self.lines = Lines(self._blanks(_BREAK.sub("\n", text)))
        self._told: set[int] = set()
        self._conflict = False
        self.tree = self._parse()

    def _parse(self) -> yaml.Node | None:
        for _ in range(_MOST_REPAIRS):
            text = self.lines.text()
            try:
                if self._allowed(text):
                    return yaml.compose(text, Loader=_LOADER)
                if not self._untagged:
                    return None
            except yaml.MarkedYAMLError as error:
                if not self._mend(diagnose(error, self.lines.lines), text):
                    return None
            except yaml.reader.ReaderError as error:
                line, column = place_in(text, error.position)
                what = f"the character U+{_code(error.character):04X} is not allowed in YAML"
                self.faults.append((line, self.lines.column(line, column), what, "remove it"))
                self.lines.replace(error.position, " ")
        line, column, words, hint = self.faults[-1]
        self.faults[-1] = (line, column, words + _NOT_READ, hint)
        return None

    def _mend(self, fault: Fault, text: str) -> bool:
        """Report a fault and make the lines readable behind it; False when that would be guessing."""
        place = fault.line, self.lines.column(fault.line, fault.column)
        # What was set aside may have held the anchor that is missed now.
        new = fault.start not in self._told and not (fault.sort == "alias" and self.lines.anchors)
        new = new and not (fault.sort == "conflict" and self._conflict)  # it is told where it begins
        self._conflict |= fault.sort == "conflict"
        self._told.add(fault.start)
        sound = len(text) <= _MOST_MENDED
        words = f"this is not YAML: {fault.text}"
        if fault.sort == "document":
            self.lines.end(fault.line)
            words += _NOT_READ
        elif sound and not (fault.sort == "tab" and self._untab()):
            sound = self.lines.repair(fault)
        if not sound and fault.sort != "document":
            words += _NOT_READ
        if new:
            self.faults.append((*place, words, fault.hint))
        return sound or fault.sort == "document"

    def _untab(self) -> bool:
        """Write blanks for the tabs, in the width that reads furthest."""
        furthest, width = max(
            (_read_to(self.lines.untabbed(one)), -number, one) for number, one in enumerate((4, 2, 8))
        )[::2]
        before = _read_to(self.lines.text())
        if furthest > before:
            self.lines.untab(width)
        return furthest > before

    def _blanks(self, text: str) -> str:
        """The text with real blanks for what only looks like one at the start of a line, as copied from a web page."""
        odd = _ODD_BLANK.search(text)
        if odd is None:
            return text
        line, column = place_in(text, odd.start())
        letter = odd[0].strip(" \t")[0]
        words = f"this is not YAML: the blank U+{ord(letter):04X} is none to it"
        self.faults.append((line, column + odd[0].index(letter), words, "write ordinary blanks"))
        return _ODD_BLANK.sub(lambda found: " " * len(found[0]), text)

    def _allowed(self, text: str) -> bool:
        """Look for what must not even be composed: nesting would cost recursion, tags would be silently dropped."""
        depth = 0
        self._untagged = False
        for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
            mark: Any = event.start_mark
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEEPEST or count > 3 * MOST_NODES + 3:  # a name, a start and an end each
                deep = f"the file is nested more than {DEEPEST} levels deep", "write it flatter"
                self.faults.append(
                    (mark.line + 1, mark.column + 1, *(deep if depth > DEEPEST else (TOO_LARGE, ADVICE)))
                )
                return False
            tag = getattr(event, "tag", None)
            if tag is not None and tag != "!":
                self._tagged(mark.line + 1, mark.column + 1, tag)
                return False
        return True

    def _tagged(self, line: int, column: int, tag: str) -> None:
        shown = tag.replace("tag:yaml.org,2002:", "!!")
        words = f"the YAML tag {shown} is not read here"
        self.faults.append((line, self.lines.column(line, column), words, "write the plain value"))
        found = _TAG.search(self.lines.lines[line - 1], column - 1)
        if found is not None and len(self.lines.text()) <= _MOST_MENDED:
            self.lines.blank(line, found.start() + 1, len(found[0]))
            self._untagged = True


def _read_to(text: str) -> float:
    """The line up to which a text is YAML."""
    try:
        for _ in yaml.parse(text, Loader=_LOADER):
            pass
    except yaml.MarkedYAMLError as error:
        return error.problem_mark.line if error.problem_mark else 0
    except yaml.YAMLError:
        return 0
    return inf


def _code(character: str | int) -> int:
    """libyaml names a character it refuses by its number, PyYAML's own reader by itself."""
    return character if isinstance(character, int) else ord(character)
