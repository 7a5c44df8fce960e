"""The hashing: filters that bring an identifier into a vendor's normal form and hash it, so that it can be matched."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from container.event import as_text
from container.meta.normalise import HASHED, PLACEHOLDERS, hashed
from container.meta.personal import scrub_url
from container.meta.text import is_sha256, sha256

MOST_VALUES = 50
"""Values of a list that are hashed; nobody has more addresses."""

_LONGEST = 2048
_GMAIL = frozenset({"gmail.com", "googlemail.com"})
_NOT_DIGITS = re.compile(r"[^0-9]+")
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_SYMBOLS = re.compile(r"[^\w\s]+|_+")
_FEWEST_DIGITS, _MOST_DIGITS = 10, 15


def _email(text: str) -> str | None:
    local, at, domain = text.lower().rpartition("@")
    if not at or not local or "." not in domain:
        return None
    return f"{local.replace('.', '') if domain in _GMAIL else local}@{domain}"


def _phone(text: str) -> str | None:
    """E.164: a plus sign, the country code, the number; that a number has its country code is taken on trust."""
    digits = _NOT_DIGITS.sub("", text)
    digits = digits[2:] if digits.startswith("00") else digits
    return f"+{digits}" if _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS else None


GOOGLE: dict[str, Callable[[str], str | None]] = {
    "email": _email,
    "phone": _phone,
    "name": lambda text: _NOT_LETTERS.sub("", text.lower()) or None,
    "street": lambda text: " ".join(_SYMBOLS.sub("", text.lower()).split()) or None,
}
"""Google's normal forms by what they are of (ga4_hits.md, section 7)."""

KEYED: dict[str, frozenset[str]] = {"hash_google": frozenset(GOOGLE), "hash_meta": frozenset(HASHED)}
"""The filters that take the name of a rule, and the names they know."""


def hash_plain(value: Any) -> Any:
    """The SHA-256 of the value without blanks around it, in lower case."""
    return _each(value, lambda text: text.lower())


def hash_exact(value: Any) -> Any:
    """The SHA-256 of the value without blanks around it, as it is written: for ids, in which capitals count."""
    return _each(value, lambda text: text)


def hash_google(value: Any, rule: str) -> Any:
    """The SHA-256 of the value in the form Google documents for an ``email``, ``phone``, ``name`` or ``street``."""
    return _each(value, GOOGLE[rule])


def hash_meta(value: Any, key: str) -> Any:
    """The SHA-256 of the value in the form Meta documents for this key of ``user_data``, such as ``em`` or ``ph``."""
    if key not in HASHED:
        raise ValueError(key)
    return _listed(value, lambda one: hashed(key, one))


def as_list(value: Any) -> list[Any] | None:
    """The value as a list: one that stands alone is a list of one, nothing is no list."""
    listed = value if isinstance(value, list | tuple) else [value]
    return [one for one in listed[:_LONGEST] if isinstance(one, str | int | float | dict) and one != ""] or None


def text_of(value: Any) -> str | None:
    """A text or number as text; nothing for what is neither."""
    return as_text(value) if isinstance(value, str | int | float) else None


def url_part(value: Any) -> str | None:
    """The value as it may stand between two slashes of a URL: whatever could end the part is escaped."""
    return quote(as_text(value)[:_LONGEST], safe="", errors="replace") if isinstance(value, str | int | float) else None


def clean_url(value: Any) -> str | None:
    """A URL without the e-mail addresses and phone numbers in its parameters and path; nothing for what is no URL."""
    if not isinstance(value, str) or "://" not in value[:40] or len(value) > 8192:
        return None
    return scrub_url(value, "remove", "url", lambda _: None) or None


def _each(value: Any, normal: Callable[[str], str | None]) -> Any:
    return _listed(value, lambda one: _hashed(one, normal))


def _hashed(value: Any, normal: Callable[[str], str | None]) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = as_text(value).strip()
    if len(text) > _LONGEST or text.lower() in PLACEHOLDERS:
        return None
    if is_sha256(text):
        return text.lower()
    found = normal(text)
    return sha256(found) if found else None


def _listed(value: Any, hash_one: Callable[[Any], str | None]) -> Any:
    """One hash for one value; for a list the list of its hashes without repetitions."""
    if not isinstance(value, list | tuple):
        return hash_one(value)
    return list(_distinct(hash_one(one) for one in value[:MOST_VALUES])) or None


def _distinct(hashes: Iterable[str | None]) -> dict[str, None]:
    return dict.fromkeys(one for one in hashes if one is not None)


HASHES: dict[str, Callable[..., Any]] = {
    "hash_plain": hash_plain,
    "hash_exact": hash_exact,
    "hash_google": hash_google,
    "hash_meta": hash_meta,
    "as_list": as_list,
    "as_text": text_of,
    "clean_url": clean_url,
    "url_part": url_part,
}
"""The filters by their names in expressions."""
