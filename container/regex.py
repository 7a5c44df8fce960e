"""The regular expression: RE2, which takes linear time whatever a hit holds, with the answers to recent texts kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import re2

_REMEMBERED = 2048
_LONGEST_REMEMBERED = 512


class RegexError(ValueError):
    """An expression RE2 cannot read; the text says why."""


class Regex:
    """A compiled expression. ``ignore_case`` folds letters. Matching is not anchored.

    Hits repeat the same few user agents and addresses, and a call into RE2 gives up the interpreter's lock, which costs
    a busy server more than the match itself: so answers are remembered.
    """

    __slots__ = ("_compiled", "groups", "pattern", "test")

    def __init__(self, pattern: str, *, ignore_case: bool = False) -> None:
        options = re2.Options()
        options.log_errors = False
        options.case_sensitive = not ignore_case
        self.pattern = pattern
        try:
            self._compiled = re2.compile(pattern, options)
        except re2.error as error:
            reason = error.args[0] if error.args else str(error)
            raise RegexError(reason.decode() if isinstance(reason, bytes) else str(reason)) from error
        self.groups: int = self._compiled.groups
        remembered = lru_cache(maxsize=_REMEMBERED)(self._search)
        self.test: Callable[[str], bool] = lambda text: (
            remembered(text) if len(text) <= _LONGEST_REMEMBERED else self._search(text)
        )  # texts of any length would let a hit fill the memory

    def find(self, text: str, *, whole: bool = False) -> list[str] | None:
        """The first match and after it what each group matched, "" for a group without a part in it; None without one.

        With ``whole`` the expression must match the whole text.
        """
        text = encodable(text)
        match = self._compiled.fullmatch(text) if whole else self._compiled.search(text)
        return None if match is None else [match[0], *match.groups("")]

    def _search(self, text: str) -> bool:
        return self._compiled.search(encodable(text)) is not None

    def __repr__(self) -> str:
        return f"Regex({self.pattern!r})"


def encodable(text: str) -> str:
    """The text as RE2 can read it: JSON can smuggle in half a surrogate pair, which UTF-8 has no form for."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
