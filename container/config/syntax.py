"""Syntax: what a person did wrong where YAML only knows that it cannot go on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import yaml

from container.problem import shorten

_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>")
_WORD = re.compile(r"(\s*(?:- )?)([A-Za-z_][\w.-]*)(\s*=\s*|:|\s+|$)(.*)")
_FAR = 200
"""Lines that are searched backwards for the quote that was never closed."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One place that is not YAML, from 1. ``start`` is the line to set aside, or to be read as ``instead``."""

    line: int
    column: int
    text: str
    hint: str
    start: int
    instead: str | None = None
    sort: Literal["", "tab", "alias", "document", "conflict"] = ""


def diagnose(error: yaml.MarkedYAMLError, lines: list[str]) -> Fault:
    """The fault behind an error: the place where somebody slipped, which often is not the place YAML names."""
    return _Diagnosis(error, lines).fault()


class _Diagnosis:
    """One error: ``line`` and ``column`` (from 0) are where it was noticed, ``began`` where what was read began."""

    def __init__(self, error: yaml.MarkedYAMLError, lines: list[str]) -> None:
        self.lines = lines
        self.problem = (error.problem or "it cannot be read").replace("\n", " ")
        self.context = error.context or ""
        mark = error.problem_mark or error.context_mark
        self.line, self.column = (mark.line, mark.column) if mark else (0, 0)
        self.began, self.began_at = self.line, self.column
        if error.context_mark is not None:
            self.began, self.began_at = error.context_mark.line, error.context_mark.column
        self.written = self._at(self.line)

    def fault(self) -> Fault:
        rules = (
            self._tab, self._conflict, self._alias, self._document, self._open_quote, self._escape, self._expression,
            self._first_character, self._flow, self._closed_twice, self._simple_key, self._second_colon,
            self._too_deep, self._dash, self._misfit,
        )  # fmt: skip
        for rule in rules:
            found = rule()
            if found is not None:
                return found
        return self._tell(self.line, self.column, self.problem, "check the indentation and quotes around this place")

    def _tell(self, line: int, column: int, text: str, hint: str, *, start: int | None = None) -> Fault:
        return Fault(line + 1, column + 1, text, hint, (line if start is None else start) + 1)

    def _at(self, line: int) -> str:
        return self.lines[line] if 0 <= line < len(self.lines) else ""

    def _above(self, line: int) -> int:
        """The nearest line above that says something, -1 when there is none."""
        line -= 1
        while line >= 0 and (not self._at(line).strip() or self._at(line).lstrip().startswith("#")):
            line -= 1
        return line

    def _tab(self) -> Fault | None:
        blank = self.written[: len(self.written) - len(self.written.lstrip())]
        if "\t" not in blank:
            return None
        text, hint = "a tab is used for indentation", "indent with blanks; YAML does not allow tabs"
        return replace(self._tell(self.line, blank.index("\t"), text, hint), sort="tab")

    def _conflict(self) -> Fault | None:
        for line in (self.began, self.line):
            if self._at(line).startswith(_CONFLICT):
                text, hint = "a merge conflict is left in the file", "choose one of its sides"
                return replace(self._tell(line, 0, text, hint), sort="conflict")
        return None

    def _alias(self) -> Fault | None:
        if "undefined alias" in self.problem:
            text, hint = "the alias has no anchor before it", "write &name at the first place, then *name"
            return replace(self._tell(self.line, self.column, text, hint), sort="alias")
        if "scanning an alias" in self.context or "scanning an anchor" in self.context:
            return self._quotes(self.began, self.began_at)
        return None

    def _document(self) -> Fault | None:
        if "single document" not in self.context and "document start" not in self.problem:
            return None
        text = "the file holds more than one document"
        hint = "remove the line '---'" if self.written.startswith("---") else "remove the line '...' above"
        return replace(self._tell(self.line, self.column, text, hint), sort="document")

    def _open_quote(self) -> Fault | None:
        """A quote that is not closed swallows lines until the next quote, and only then something looks odd."""
        if "quoted scalar" in self.context and "stream" in self.problem:
            return self._unclosed(self.began, self.began_at)
        for quote in "\"'":
            here = self.written.find(quote)
            if here < 0 or here > self.column or re.match(r"\s*([,\]}#:]|$)", self.written[here + 1 :]):
                continue
            for line in range(self.line - 1, max(-1, self.line - _FAR), -1):
                if quote in self.lines[line]:
                    opened = open_quote(self.lines[line])
                    if opened is not None and self.lines[line][opened] == quote:
                        return self._unclosed(line, opened)
                    break
        return None

    def _unclosed(self, line: int, column: int) -> Fault:
        return self._tell(line, column, "the quote is not closed", f"write {self._at(line)[column]} behind the text")

    def _escape(self) -> Fault | None:
        if "escape" not in self.problem:
            return None
        text = "a backslash in double quotes says something of its own"
        return self._tell(self.line, self.column, text, "put single quotes around the text", start=self.began)

    def _expression(self) -> Fault | None:
        for line in dict.fromkeys((self.line, self.began)):
            bare = _unquoted(self._at(line))
            for opening in ("{{", "{%"):
                if opening in bare and not (line < self.line and line == self.began):
                    hint = f'put quotes around it: "{opening} ... {"}}" if opening == "{{" else "%}"}"'
                    return self._tell(line, bare.index(opening), "an expression stands without quotes", hint)
            if "${" in bare and "flow" in self.context:
                text, hint = "'${' is not read here", "write $NAME for the environment's NAME"
                return self._tell(line, bare.index("${"), text, hint)
        return None

    def _first_character(self) -> Fault | None:
        if "cannot start any token" in self.problem:
            return self._quotes(self.line, self.column)
        return self._quotes(self.began, self.began_at) if "block scalar" in self.context else None

    def _quotes(self, line: int, column: int) -> Fault:
        character = self._at(line)[column : column + 1]
        return self._tell(line, column, f"a text that starts with {character} needs quotes", "put quotes around it")

    def _flow(self) -> Fault | None:
        if "flow" not in self.context or "expected" not in self.problem:
            return None
        indent = _indent(self._at(self.began))
        if self.line > self.began and (self.line >= len(self.lines) or _indent(self.written) <= indent):
            left = list(self._opened(self.began, self.line))
            if left:
                line, column = left[-1]
                closing = "}" if self._at(line)[column] == "{" else "]"
                text = f"the {self._at(line)[column]} is not closed"
                return self._tell(line, column, text, f"write {closing} where it ends", start=self.began)
        here = self.written[self.column : self.column + 1]
        if here and here in "]}":
            opened = self._at(self.began)[self.began_at : self.began_at + 1]
            text, hint = f"{here} closes what {opened} opened", f"write {'}' if opened == '{' else ']'}"
            return self._tell(self.line, self.column, text, hint, start=self.began)
        words = list(re.finditer(r"[^\s,:\[\]{}]+", self.written[: self.column + (0 if here == ":" else 1)]))
        column = words[-1].start() if words else self.column
        text, hint = "a comma is missing before this", "separate what stands between the brackets by commas"
        return self._tell(self.line, column, text, hint, start=self.began)

    def _opened(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """The brackets opened in these lines and not closed in them."""
        stack: list[tuple[int, int]] = []
        for line in range(first, min(last, len(self.lines))):
            for column, letter in enumerate(_unquoted(self.lines[line])):
                if letter in "{[":
                    stack.append((line, column))
                elif letter in "}]" and stack:
                    stack.pop()
        return iter(stack)

    def _closed_twice(self) -> Fault | None:
        here = self.written[self.column : self.column + 1]
        if "did not find expected" not in self.problem or not self.written[: self.column].strip():
            return None
        if here and here in "]}":
            return self._tell(self.line, self.column, f"there is a {here} too many", "remove it")
        if here and here in ",;":
            return self._tell(self.line, self.column, f"a '{here}' stands behind the value", "remove it")
        if self.written[: self.column].rstrip()[-1] in "\"'":
            text = "something stands behind the closing quote"
            return self._tell(self.line, self.column, text, "put the whole text between quotes of the other kind")
        return None

    def _simple_key(self) -> Fault | None:
        return self._no_colon(self.began) if "could not find expected ':'" in self.problem else None

    def _no_colon(self, line: int) -> Fault | None:
        found = _WORD.match(self._at(line))
        if found is None:
            return None
        blank, word, between, rest = found.groups()
        text, at = f"there is no colon after '{word}'", len(blank)
        if between == ":":
            text, at = "there is no blank after the colon", found.end(3)
        elif "=" in between:
            text, at = "an = stands where a colon belongs", self._at(line).index("=")
        hint = f"write {word}: {shorten(rest, 30)}".rstrip()
        return Fault(line + 1, at + 1, text, hint, line + 1, instead=f"{blank}{word}: {rest}".rstrip())

    def _second_colon(self) -> Fault | None:
        if "mapping values" not in self.problem:
            return None
        first = re.match(r"(\s*(?:- )?[\w.-]+:\s+)\S", self.written)
        if first is None or first.end(1) > self.column:
            return None
        text, hint = "a text with a colon and a blank in it needs quotes", "put quotes around the whole text"
        return self._tell(self.line, first.end(1), text, hint)

    def _too_deep(self) -> Fault | None:
        if "mapping values" not in self.problem:
            return None
        above = self._above(self.line)
        line = self._at(above)
        if above < 0:
            return None
        if not re.search(r":(\s|$)", _unquoted(line)):
            return self._no_colon(above)
        text = "the line is indented deeper than the one above allows"
        return self._indented(text, _indent(line)) if _indent(self.written) > _indent(line) else None

    def _indented(self, text: str, indent: int) -> Fault:
        column = _indent(self.written)
        hint = f"start it in column {indent + 1}"
        return Fault(
            self.line + 1, column + 1, text, hint, self.line + 1, instead=" " * indent + self.written.lstrip(" ")
        )

    def _dash(self) -> Fault | None:
        if "sequence entries" not in self.problem:
            return None
        text, hint = "a list with dashes cannot start behind a colon", "write it as [a, b], or on lines of its own"
        return self._tell(self.line, self.column, text, hint)

    def _misfit(self) -> Fault | None:
        if "did not find expected" not in self.problem:
            return None
        if self.written.strip().startswith(":"):
            return self._tell(self.line, self.column, "there is no name before the colon", "write a name")
        if self.written[: self.column].strip():
            return None
        levels: list[int] = []
        line = self._above(self.line)
        while line >= 0:
            indent = _indent(self.lines[line])
            if not levels or indent < levels[-1]:
                levels.append(indent)
            line = self._above(line) if indent else -1
        here = _indent(self.written)
        text = "the indentation of this line fits none above it"
        if here in levels:
            return self._tell(self.line, self.column, "this line does not belong to what is above it", "indent it so")
        return self._indented(text, min(levels, key=lambda one: (abs(one - here), -one), default=0))


def open_quote(line: str) -> int | None:
    """Where a quote opens in a line that does not close in it."""
    for opened, closed in _quoted(line):
        if closed is None:
            return opened
    return None


def _quoted(line: str) -> Iterator[tuple[int, int | None]]:
    """The quoted texts of a line: where each opens and closes. An apostrophe inside a word opens nothing."""
    at = 0
    while at < len(line):
        letter = line[at]
        if letter == "#" and (at == 0 or line[at - 1].isspace()):
            return
        if letter in "\"'" and (at == 0 or line[at - 1] in " \t[{,:"):
            closing = re.compile(r'(?:[^"\\]|\\.)*"' if letter == '"' else r"(?:[^']|'')*'").match(line, at + 1)
            yield at, closing.end() - 1 if closing else None
            if closing is None:
                return
            at = closing.end()
        else:
            at += 1


def _unquoted(line: str) -> str:
    """The line with blanks in place of its quoted texts and its comment."""
    for opened, closed in _quoted(line):
        end = len(line) if closed is None else closed + 1
        line = line[:opened] + " " * (end - opened) + line[end:]
    comment = re.search(r"(^|\s)#", line)
    return line if comment is None else line[: comment.start()].ljust(len(line))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
