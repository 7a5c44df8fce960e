"""The problem: one thing wrong in what a user wrote, told with its place and what to do about it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from container.foreign import ours

KINDS: dict[str, str] = {
    "file": "A file cannot be read, or is too large to be a configuration.",
    "empty": "There is nothing in the file.",
    "yaml": "A place of the file is not YAML, or YAML that is not read here.",
    "include": "A file that cannot be included, or a section that cannot stand in one.",
    "duplicate": "A name stands twice.",
    "type": "A value is of another type than is asked for, such as a text in the place of a list.",
    "unknown": "A word or a name that nothing here is called.",
    "missing": "Something that has to be written is not there.",
    "value": "A value is of the right type, and cannot be.",
    "name": "A name that cannot be used as one.",
    "environment": "A value that was to come from the environment does not.",
    "secret": "A token or password stands in the file, or is empty where it is needed.",
    "expression": "What stands between {{ and }} cannot be read.",
    "jsonpath": "A JSONPath cannot be read.",
    "regex": "A regular expression cannot be read.",
    "cycle": "Entries that need themselves to have a value.",
    "path": "Two clients want the same requests.",
    "consent": "A tag of an advertising system does not ask for consent.",
    "catch_all": "A trigger holds for every event.",
    "never": "A trigger can hold for no event, or a tag can fire for none.",
    "unused": "Something is written down and changes nothing.",
    "version": "A vendor's version that is gone, or soon will be.",
    "component": "A file of a type of your own cannot be used.",
    "test": "A test of the configuration is not one.",
    "internal": "tagdock itself failed; it says so instead of going on.",
}
"""Every stable word for what can be wrong, and what it means. docs/errors.md shows an example of each."""

MOST_KNOWN = 40
"""Known words an advice lists: all the words of the file's own grammar, not all the names of a large container."""


_SURE = 0.85
"""How much alike two words are when it was surely a slip of the finger."""
_SLIP = re.compile(r"([A-Za-z_][\w.-]*)\s*[:=]\s*(.+)", re.S)
"""A name, a colon without a blank or an equals sign, and a value: one word to YAML."""


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

    ``option`` names the option at fault, "" the component as a whole; ``about`` are words that stand in it, where the
    fault is theirs.
    """

    option: str
    text: str
    hint: str
    kind: str = "value"
    warning: bool = False
    about: str = ""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, or None."""
    names = [str(name) for name in known]
    lowered = {name.lower(): name for name in names}
    if word.lower() in lowered:
        return lowered[word.lower()]
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close and difflib.SequenceMatcher(None, word, close[0]).ratio() >= _SURE:
        return close[0]
    return ours(word, names) or (close[0] if close else None)


def surely(word: str, known: Iterable[str]) -> str | None:
    """The known word that was meant beyond doubt: another case, a slip of the finger, another program's word."""
    names = [str(name) for name in known]
    close = nearest(word, names)
    if close is None or close.lower() == word.lower() or close == ours(word, names):
        return close
    return close if difflib.SequenceMatcher(None, word, close).ratio() >= _SURE else None


def suggestion(word: str, known: Iterable[str]) -> str:
    """Advice for an unknown word: the nearest known one, or the list when it is short."""
    names = sorted(set(map(str, known)))
    if slip := _SLIP.fullmatch(word):
        before = nearest(slip[1], names)
        if before:
            return f"write a colon and a blank, {before}: {shorten(slip[2], 30)}"
    close = nearest(word, names)
    if close:
        return f"did you mean '{close}'?"
    if not names:
        return "there is none to choose from"
    shown = ", ".join(names[:MOST_KNOWN]) + (", ..." if len(names) > MOST_KNOWN else "")
    return f"known: {shown}"


def slip(text: str, hint: str) -> str:
    """Advice for a text in the place of names: that a colon is written wrongly, when that is so, or ``hint``."""
    found = _SLIP.fullmatch(text)
    if found is None or found[2].startswith("//") or "\n" in text:
        return hint
    return f"write a colon and a blank, {found[1]}: {shorten(found[2], 30)}"


def shorten(text: str, most: int = 60) -> str:
    """A text short enough for a message."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 3] + "..."
