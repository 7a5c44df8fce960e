"""The regular expression: RE2, which takes linear time whatever a hit holds, with the answers to recent texts kept."""

from __future__ import annotations

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

    __slots__ = ("_compiled", "pattern", "test")

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
        remembered = lru_cache(maxsize=_REMEMBERED)(self._search)
        self.test = lambda text: (
            remembered(text) if len(text) <= _LONGEST_REMEMBERED else self._search(text)
        )  # texts of any length would let a hit fill the memory

    def _search(self, text: str) -> bool:
        try:
            return self._compiled.search(text) is not None
        except UnicodeEncodeError:
            # JSON can smuggle in half a surrogate pair, which no UTF-8 engine can read.
            return self._compiled.search(text.encode("utf-8", "replace").decode()) is not None

    def __repr__(self) -> str:
        return f"Regex({self.pattern!r})"
