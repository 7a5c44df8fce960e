"""The problem: one thing wrong in what a user wrote, told with its place and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

MOST_KNOWN = 40
"""Known words an advice lists: all the words of the file's own grammar, not all the names of a large container."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault of a file. ``line`` and ``column`` count from 1; ``kind`` is a stable word for programs."""

    file: str
    line: int
    column: int
    path: str
    kind: str
    text: str
    hint: str
    warning: bool = False

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}: "
        about = f"{self.path}: " if self.path else ""
        return f"{place}{about}{self.text}; {self.hint}" if self.hint else f"{place}{about}{self.text}"

    def to_json(self) -> dict[str, object]:
        """The shape of ``tagdock lint --json``."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "path": self.path,
            "kind": self.kind,
            "text": self.text,
            "hint": self.hint,
            "severity": "warning" if self.warning else "error",
        }


class ConfigurationError(Exception):
    """A configuration that must not be used, with every problem found in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a component itself finds wrong with its decoded options; the loader adds the place.

    ``option`` names the option at fault, "" the component as a whole.
    """

    option: str
    text: str
    hint: str
    kind: str = "value"
    warning: bool = False


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, or None."""
    names = [str(name) for name in known]
    lowered = {name.lower(): name for name in names}
    if word.lower() in lowered:
        return lowered[word.lower()]
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    return close[0] if close else None


def suggestion(word: str, known: Iterable[str]) -> str:
    """Advice for an unknown word: the nearest known one, or the list when it is short."""
    names = sorted(set(map(str, known)))
    close = nearest(word, names)
    if close:
        return f"did you mean '{close}'?"
    if not names:
        return "there is none to choose from"
    shown = ", ".join(names[:MOST_KNOWN]) + (", ..." if len(names) > MOST_KNOWN else "")
    return f"known: {shown}"


def shorten(text: str, most: int = 60) -> str:
    """A text short enough for a message."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 3] + "..."
