"""The places of problems: the line with a mark under the fault for people, a workflow command for GitHub."""

from __future__ import annotations

from pathlib import Path

from rich.cells import cell_len
from rich.text import Text

from container.cli.common import WIDTH, shown
from container.config.source import Source, SourceError, read_source
from container.problem import Problem

_BEFORE = 60
"""Characters of a long line that are shown before the place."""


class Places:
    """Lines of files, each read once."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {}

    def show(self, problem: Problem) -> Text | None:
        """The line of a problem and a mark under its place; None when there is no such line."""
        lines = self._read(problem.file)
        if problem.line > len(lines) or not lines[problem.line - 1].strip():
            return None
        line, column = lines[problem.line - 1], problem.column - 1
        start = max(0, column - _BEFORE) if len(line) > WIDTH else 0
        before, after = shown(line[start:column]), shown(line[column : start + WIDTH])
        number = f"{problem.line:>5} | "
        found = Text.assemble((number, "dim"), before + after + "\n")
        found.append(" " * (len(number) + cell_len(before)))
        found.append("^", "yellow" if problem.warning else "bold red")
        return found

    def _read(self, file: str) -> list[str]:
        if file not in self._lines:
            try:
                source: Source | None = read_source(Path(file))
            except SourceError:
                source = None  # told by the problem itself
            text = source.text if source is not None else ""
            self._lines[file] = [line.replace("\t", " ") for line in text.split("\n")]
        return self._lines[file]


def command(problem: Problem) -> str:
    """A GitHub workflow command for a problem.

    Its form is described in GitHub's documentation of workflow commands; property values and messages are escaped as
    GitHub's own toolkit does.
    """
    about = f"{problem.path}: " if problem.path else ""
    message = f"{about}{problem.text}; {problem.hint}" if problem.hint else f"{about}{problem.text}"
    properties = {
        "file": problem.file,
        "line": problem.line,
        "col": problem.column,
        "title": f"tagdock: {problem.kind}",
    }
    told = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{'warning' if problem.warning else 'error'} {told}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
