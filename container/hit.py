"""The hit: one HTTP request as it arrived, with its query, cookies and headers read once and leniently."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Generic, TypeVar, overload
from urllib.parse import unquote, unquote_to_bytes, urlsplit

import msgspec

MOST_PARAMETERS = 2000
"""More parameters than any real sender uses; the rest of a longer query is not read."""

MOST_ESCAPES = 10_000
"""More percent escapes than a full batch of gtag's could hold; what stands behind them is not read."""


def parse_parameters(text: str) -> list[tuple[str, str]]:
    """Split a query string or a form body into pairs.

    Form decoding (``+`` is a blank), bad ``%`` escapes and invalid UTF-8 are kept or replaced, never raised. Short
    parts are remembered decoded.
    """
    parts = readable(text).split("&", MOST_PARAMETERS)
    del parts[MOST_PARAMETERS:]
    pairs = list(map(_PAIRS.__getitem__, parts))
    return [pair for pair in pairs if pair is not _EMPTY] if _EMPTY in pairs else pairs


_EMPTY = ("", "")
_MOST_PAIRS = 4096
_LONGEST_PAIR = 512


class _Pairs(dict[str, tuple[str, str]]):
    """Parts of a query by their text, read when asked for and kept: a site's hits repeat most of theirs."""

    def __missing__(self, part: str) -> tuple[str, str]:
        if not part:
            return _EMPTY
        name, _, value = part.partition("=")
        pair = (decode(name), decode(value)) if "%" in part or "+" in part else (name, value)
        if len(part) <= _LONGEST_PAIR:
            if len(self) >= _MOST_PAIRS:
                self.clear()  # a visitor's own values fill it up slowly; the common ones are soon back
            self[part] = pair
        return pair


_PAIRS = _Pairs()


def readable(text: str) -> str:
    """The text up to its ten-thousandth percent escape: far more than senders write, and no more than takes a few
    milliseconds to undo."""
    if len(text) <= MOST_ESCAPES or text.count("%") <= MOST_ESCAPES:
        return text
    return text[: len(text) - len(text.split("%", MOST_ESCAPES + 1)[-1]) - 1]


def decode(text: str) -> str:
    """A name or value of a form: ``+`` is a blank; a bad percent escape stays as it is, bad UTF-8 is replaced."""
    text = text.replace("+", " ")
    if "%" not in text:
        return text
    # The standard library looks for runs of ASCII first, which is all of a URL that browsers send.
    return unquote_to_bytes(text).decode("utf-8", "replace") if text.isascii() else unquote(text, errors="replace")


def parse_cookies(header: str) -> dict[str, str]:
    """Read a Cookie header as browsers write it: first value wins, quotes and odd characters are kept as sent."""
    cookies: dict[str, str] = {}
    for part in header.split(";"):
        name, equals, value = part.strip().partition("=")
        if equals and name not in cookies:
            cookies[name] = _unquote_cookie(value)
    return cookies


def _unquote_cookie(value: str) -> str:
    if len(value) > 1 and value[0] == '"' == value[-1]:
        value = value[1:-1]
    # A plus sign is itself in a cookie: only percent escapes are undone.
    return unquote(value, errors="replace") if "%" in value else value


T = TypeVar("T")


class once(Generic[T]):
    """A property worked out at its first use and kept on the object, as functools' cached_property but without the lock
    that Python 3.11 takes for it: a hit is read by one thread."""

    def __init__(self, function: Callable[[Any], T]) -> None:
        self.function = function
        self.name = function.__name__
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, owner: None, cls: type) -> once[T]: ...
    @overload
    def __get__(self, owner: object, cls: type) -> T: ...
    def __get__(self, owner: object | None, cls: type) -> T | once[T]:
        if owner is None:
            return self
        value = owner.__dict__[self.name] = self.function(owner)
        return value


@lru_cache(maxsize=64)
def _disguises(name: str) -> tuple[str, ...]:
    """The percent escapes of a name's letters, both ways of writing them."""
    return tuple({f"%{ord(letter):{form}}" for letter in name for form in "xX"})


def glance_parameter(query: str, name: str, *, last: bool) -> str:
    """A parameter's decoded value by a look at the query; "" when it is not there for sure as one would read it.

    ``name`` is of small letters. Of a repeated parameter the ``last`` or the first counts. A query that escapes a
    letter of the name may hold the name in disguise: then nothing is said.
    """
    if "%6" in query or "%7" in query:  # where small letters are
        for disguise in _disguises(name):
            if disguise in query:
                return ""
    sought = f"&{name}="
    start = query.rfind(sought) if last else -1
    if start < 0:
        if query.startswith(sought[1:]):
            start = -1
        else:
            start = query.find(sought)
            if start < 0:
                return ""
    start += len(sought)
    end = query.find("&", start)
    return decode(query[start:] if end < 0 else query[start:end])


class Hit(msgspec.Struct, dict=True):
    """One request.

    ``path`` is decoded and starts with a slash; ``query_string`` is raw; ``headers`` have lower-case names, repeated
    ones joined by ``", "``; ``ip`` is the visitor's address after trusted proxies were taken into account ("" when
    unknown); ``host`` is the name the visitor used, without a port.
    """

    method: str
    path: str
    query_string: str = ""
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    body: bytes = b""
    ip: str = ""
    id: str = ""

    @once
    def parameters(self) -> list[tuple[str, str]]:
        """The query's pairs in order, decoded."""
        return parse_parameters(self.query_string)

    @once
    def query(self) -> dict[str, str]:
        """The query as a mapping; the last value of a repeated name wins."""
        return dict(self.parameters)

    @once
    def cookies(self) -> dict[str, str]:
        """The request's cookies by name, percent escapes undone."""
        return parse_cookies(self.headers.get("cookie", ""))

    @once
    def text(self) -> str:
        """The body as text; bytes that are not UTF-8 are replaced."""
        return self.body.decode("utf-8", "replace")

    @once
    def host(self) -> str:
        """The host name of the request, lower-case, without a port."""
        name = self.headers.get("host", "").lower()
        if name.startswith("["):
            return name.partition("]")[0] + "]"
        return name.partition(":")[0]

    @property
    def user_agent(self) -> str:
        """The User-Agent header, or ""."""
        return self.headers.get("user-agent", "")

    @property
    def referer(self) -> str:
        """The page that sent the hit; from a service worker the page it works for (X-Effective-Referer)."""
        return self.headers.get("x-effective-referer") or self.headers.get("referer", "")

    @property
    def origin(self) -> str:
        """The page's origin; from a service worker the one it works for (X-Effective-Origin)."""
        return self.headers.get("x-effective-origin") or self.headers.get("origin", "")


def split_url(url: str) -> tuple[str, str, str]:
    """Return (host name, path, query string) of a URL, or three empty texts when it cannot be read."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or ""), parts.path, parts.query
    except ValueError:
        return "", "", ""
