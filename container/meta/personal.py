"""The scan for personal data that slipped into URLs and custom data: e-mail addresses and phone numbers."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, unquote, unquote_plus, urlsplit, urlunsplit

import re2

from container.meta.customer import Note
from container.meta.normalise import hashed

_EMAIL: Final = re2.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_INTERNATIONAL: Final = re2.compile(r"(?:\+|\b00)[1-9][0-9]{0,3}[ ()./-]{0,2}(?:[0-9][ ()./-]{0,2}){6,13}[0-9]\b")
_ANY_PHONE: Final = re2.compile(r"[+(]?[0-9][0-9 ()./-]{5,24}[0-9]")
# A field with such a word in its name may hold a phone number without its country code.
_PHONE_NAMES: Final = ("phone", "mobile", "telefon", "msisdn", "whatsapp")
_PHONE_WORDS: Final = frozenset(("tel", "ph", "cell", "handy"))
# Identifiers of goods and orders are never read for phone numbers.
_NOT_PHONES: Final = frozenset(("content_ids", "id", "order_id", "item_number", "value", "currency", "contents"))
_DEEPEST: Final = 8


# `treatment` is everywhere one of remove, hash and keep.


def scrub_url(url: str, treatment: str, name: str, note: Note) -> str:
    """A URL without personal data in its path, query and fragment; by parameter, each told to `note` by its name."""
    if treatment == "keep" or not _suspicious(url):
        return url
    try:
        scheme, netloc, path, query, fragment = urlsplit(url)
    except ValueError:
        note(f"{name} cannot be read: left out")
        return ""
    if "@" in netloc:  # a user name, perhaps with a password
        note(f"{name} names a user: removed")
        netloc = netloc.rpartition("@")[2]
    kept = []
    for pair in query.split("&"):
        key, equals, value = pair.partition("=")
        plain = unquote_plus(value)
        found = _treated(unquote_plus(key), plain, treatment)
        if found == plain:
            kept.append(pair if _EMAIL.search(unquote_plus(key)) is None else "")
        else:
            note(f"{name}: personal data in '{unquote_plus(key)[:40]}' {_DONE[treatment]}")
            kept.append(f"{key}{equals}{quote(found, safe='')}" if found and treatment == "hash" else "")
    parts = [path, fragment]
    for index, part in enumerate(parts):
        plain = unquote(part)
        found = _treated("", plain, treatment, gap="-")
        if found != plain:
            note(f"{name}: personal data in its {('path', 'fragment')[index]} {_DONE[treatment]}")
            parts[index] = quote(found, safe="/=&,:;-._~")
    return urlunsplit((scheme, netloc, parts[0], "&".join(one for one in kept if one), parts[1]))


def scrub(value: Any, treatment: str, name: str, note: Note, depth: int = _DEEPEST) -> Any:
    """A value of free data without personal data: a text that holds any is removed (None) or has it hashed."""
    if isinstance(value, str):
        if treatment == "keep" or len(value) < 6:
            return value
        if "://" in value[:12]:
            return scrub_url(value, treatment, name, note)
        found = _treated(name.rpartition(".")[2], value, treatment)
        if found == value:
            return value
        note(f"{name}: personal data {_DONE[treatment]}")
        return found if treatment == "hash" else None
    if isinstance(value, Mapping) and depth:
        kept = {key: scrub(inner, treatment, f"{name}.{key}", note, depth - 1) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner is not None}
    if isinstance(value, list) and depth:
        scrubbed = (scrub(inner, treatment, name, note, depth - 1) for inner in value)
        return [inner for inner in scrubbed if inner is not None]
    if isinstance(value, int) and not isinstance(value, bool) and treatment != "keep":
        last = name.rpartition(".")[2]
        if value > 999_999 and last not in _NOT_PHONES and _names_phone(last):
            note(f"{name}: personal data {_DONE[treatment]}")
            return hashed("ph", value) if treatment == "hash" else None
    return value


_DONE: Final = {"remove": "removed", "hash": "hashed"}


def _suspicious(url: str) -> bool:
    """A cheap look before the careful one: most addresses hold nothing of the kind."""
    return "@" in url or "%40" in url or "+" in url or "%2" in url or "=00" in url or _names_phone(url)


def _names_phone(name: str) -> bool:
    lower = name.lower()
    return any(word in lower for word in _PHONE_NAMES) or not _PHONE_WORDS.isdisjoint(
        lower.replace("-", "_").replace("&", "_").replace("?", "_").replace("=", "_").split("_")
    )


def _treated(name: str, text: str, treatment: str, *, gap: str = "") -> str:
    """The text with each e-mail address and phone number hashed, or taken out."""
    if "@" in text:
        text = _EMAIL.sub(lambda found: _instead("em", found[0], treatment, gap), text)
    if name in _NOT_PHONES:
        return text
    if "+" in text or "00" in text:
        text = _INTERNATIONAL.sub(lambda found: _instead("ph", found[0], treatment, gap), text)
    if name and _names_phone(name):
        text = _ANY_PHONE.sub(lambda found: _instead("ph", found[0], treatment, gap), text)
    return text


def _instead(key: str, found: str, treatment: str, gap: str) -> str:
    return (hashed(key, found) or gap) if treatment == "hash" else gap
