"""The scan for personal data that slipped into URLs and custom data: e-mail addresses and phone numbers."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote, unquote, unquote_plus, urlsplit, urlunsplit

import re2

from container.called import PHONE_HINTS
from container.called import phone as _names_phone
from container.meta.clean import label
from container.meta.customer import Note
from container.meta.normalise import hashed

_EMAIL: Final = re2.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_INTERNATIONAL: Final = re2.compile(r"\+[1-9][0-9]{0,3}[ ()./-]{0,2}(?:[0-9][ ()./-]{0,2}){6,13}[0-9]\b")
# What is hashed already (MD5 has 32 digits, SHA-256 64) is taken as one word, so that digits in it are no number.
_HASH_OR_PHONE: Final = re2.compile(r"[0-9A-Za-z]{32,}|[+(]?[0-9][0-9 ()./-]{5,24}[0-9]")
# Identifiers of goods and orders are never read for phone numbers.
_NOT_PHONES: Final = frozenset(("content_ids", "id", "order_id", "item_number", "value", "currency", "contents"))
_DEEPEST: Final = 8
_LONGEST_KNOWN: Final = 512


# `treatment` is everywhere one of remove, hash and keep.


def scrub_url(url: str, treatment: str, name: str, note: Note) -> str:
    """A URL without personal data in its query's parameters, path, fragment and user name, each told to `note`. A
    parameter that holds any is removed or has it hashed; in a path a hyphen stands for what is removed."""
    if treatment == "keep" or not _suspicious(url):
        return url
    try:
        scheme, netloc, path, query, fragment = urlsplit(url)
    except ValueError:
        note(f"{name} cannot be read: left out")
        return ""
    told: list[str] = []
    if "@" in netloc:
        told.append("in its user name removed")
        netloc = netloc.rpartition("@")[2]
    pairs = []
    for pair in query.split("&"):
        key, equals, value = pair.partition("=")
        plain, word = unquote_plus(value), unquote_plus(key)
        found = _treated(word, plain, treatment)
        if "@" in word and _EMAIL.search(word):
            told.append(f"in a parameter's name {_DONE['remove']}")
        elif found == plain:
            pairs.append(pair)
        else:
            told.append(f"in its parameter '{label(word)}' {_DONE[treatment]}")
            if treatment == "hash":
                pairs.append(f"{key}{equals}{quote(found, safe='')}")
    for part in (path, fragment):
        plain = unquote(part)
        found = _treated("", plain, treatment, gap="-")
        if found != plain:
            told.append(f"in its {'path' if part is path else 'fragment'} {_DONE[treatment]}")
            part_found = quote(found, safe="/=&,:;-._~")
            path, fragment = (part_found, fragment) if part is path else (path, part_found)
    for one in told:
        note(f"{name}: personal data {one}")
    return urlunsplit((scheme, netloc, path, "&".join(pairs), fragment)) if told else url


def scrub(value: Mapping[str, Any], treatment: str, name: str, note: Note, depth: int = _DEEPEST) -> dict[str, Any]:
    """Free data without personal data: a text that holds any is removed or has it hashed, and told to `note` by its
    name. Numbers count as phone numbers only in fields that are named so."""
    return {
        key: found
        for key, inner in value.items()
        if (found := _without(key, inner, treatment, name, note, depth)) is not None
    }


def _without(key: str, inner: Any, treatment: str, name: str, note: Note, depth: int) -> Any:
    """One value of `scrub`; None when nothing of it is left."""
    if isinstance(inner, str):
        if treatment == "keep" or len(inner) <= 5 or not (_doubtful(inner) or _names_phone(key)):
            return inner
        return _scrubbed(inner, treatment, f"{name}.{label(key)}", key, note)
    if isinstance(inner, dict) and depth:
        return scrub(inner, treatment, f"{name}.{label(key)}", note, depth - 1)
    if isinstance(inner, list) and depth:
        found = [_without(key, one, treatment, name, note, depth - 1) for one in inner]
        return [one for one in found if one is not None] if None in found else found
    if isinstance(inner, int) and inner > 999_999 and treatment != "keep" and _names_phone(key):
        note(f"{name}.{label(key)}: personal data {_DONE[treatment]}")
        return hashed("ph", inner) if treatment == "hash" else None
    return inner


def _scrubbed(value: str, treatment: str, name: str, key: str, note: Note) -> str | None:
    if "://" in value[:12]:
        return scrub_url(value, treatment, name, note)
    found = _treated(key, value, treatment)
    if found == value:
        return value
    note(f"{name}: personal data {_DONE[treatment]}")
    return found if treatment == "hash" else None


_DONE: Final = {"remove": "removed", "hash": "hashed"}


def _suspicious(url: str) -> bool:
    """A cheap look before the careful one: most addresses hold nothing of the kind."""
    return _look(url) if len(url) > _LONGEST_KNOWN else _known_look(url)


def _look(url: str) -> bool:
    if "@" in url or "%40" in url or "+" in url or "%2" in url:
        return True
    if "?" not in url:
        return False
    lower = url.lower()
    return any(hint in lower for hint in PHONE_HINTS)


_known_look = lru_cache(maxsize=2048)(_look)  # a site has the same few pages for all its visitors


def _doubtful(text: str) -> bool:
    return "@" in text or "+" in text or "://" in text


def _treated(name: str, text: str, treatment: str, *, gap: str = "") -> str:
    """The text with each e-mail address and phone number hashed, or taken out."""
    if "@" in text:
        text = _EMAIL.sub(lambda found: _instead("em", found[0], treatment, gap), text)
    if name in _NOT_PHONES:
        return text
    if "+" in text:
        text = _INTERNATIONAL.sub(lambda found: _instead("ph", found[0], treatment, gap), text)
    if name and _names_phone(name):
        text = _HASH_OR_PHONE.sub(
            lambda found: found[0] if _is_hash(found[0]) else _instead("ph", found[0], treatment, gap), text
        )
    return text


def _is_hash(word: str) -> bool:
    return word.isalnum() and not word.isdigit()


def _instead(key: str, found: str, treatment: str, gap: str) -> str:
    return (hashed(key, found) or gap) if treatment == "hash" else gap
