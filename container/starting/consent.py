"""Where a new container learns of a visitor's consent: the hit itself, a banner's cookie, or nowhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from container.cases.written import reads_back


@dataclass(frozen=True, slots=True)
class Cookie:
    """A banner's cookie: it grants where its value, percent escapes undone, has this form.

    ``operator`` is ``equals`` or ``contains``; ``example`` is the value for a visitor who said yes to everything.
    """

    name: str
    operator: str
    advertising: str
    analytics: str
    example: str


@dataclass(frozen=True, slots=True)
class Source:
    """``word`` is what init calls it, ``told`` what it is in one line; ``cookie`` is there where a cookie tells."""

    word: str
    told: str
    cookie: Cookie | None = None

    @property
    def asks(self) -> bool:
        """Whether visitors are asked at all."""
        return self.word != "none"


CONSENT_MODE = Source("consent-mode", "Google's consent mode: every hit says what the visitor chose")

# Cookiebot's own guide for servers looks for `marketing:true` in the cookie; its -1 says that the visitor's region asks
# for no consent, which is left to whoever knows the law of the place.
COOKIEBOT = Source(
    "cookiebot",
    "Cookiebot's cookie CookieConsent",
    Cookie(
        "CookieConsent", "contains", "marketing:true", "statistics:true",
        "{stamp:'x',necessary:true,preferences:true,statistics:true,marketing:true,ver:1}",
    ),
)  # fmt: skip

# OneTrust's default groups: C0002 performance, C0004 targeting; 1 is yes.
ONETRUST = Source(
    "onetrust",
    "OneTrust's cookie OptanonConsent, with its default groups",
    Cookie(
        "OptanonConsent", "contains", "C0004:1", "C0002:1",
        "isGpcEnabled=0&groups=C0001:1,C0002:1,C0003:1,C0004:1",
    ),
)  # fmt: skip

NONE = Source("none", "nobody is asked: what no hit denies is allowed")

SOURCES = (CONSENT_MODE, COOKIEBOT, ONETRUST, NONE)
WORDS = (*(one.word for one in SOURCES[:-1]), "cookie", "none")
"""What may be answered; ``cookie`` needs the cookie's name and value beside it."""

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,200}")
_VALUE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,500}")


def cookie_source(text: str) -> Source:
    """The source of ``NAME=VALUE``, a cookie that has exactly this value when the visitor said yes.

    Raises ValueError with what is wrong: a name or value no cookie can have (RFC 6265, section 4.1.1), or one that
    config.yaml would read as something else.
    """
    name, equals, value = text.strip().partition("=")
    if not equals or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
        raise ValueError("write the cookie's name and its value for yes, as in cmp_marketing=yes")
    meant = unquote(value, errors="replace")
    if any(mark in word for mark in ("{{", "{%", "{#") for word in (name, value, meant)):
        raise ValueError("braces in the cookie would be taken for an expression; choose another cookie")
    if not meant.isprintable() or "\ufffd" in meant or not reads_back(meant) or name[0] == "$" or meant[0] == "$":
        raise ValueError("such a cookie cannot be written in config.yaml; choose another cookie")
    return Source("cookie", f"the cookie {name}", Cookie(name, "equals", meant, meant, meant))


def source(word: str) -> Source | None:
    """The source of this word, None for ``cookie`` and for what is none."""
    return next((one for one in SOURCES if one.word == word), None)
