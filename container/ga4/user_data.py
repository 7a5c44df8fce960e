"""User data: who the visitor is, as sites send it in clear, hashed or in Google's ``em`` token."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from itertools import islice
from typing import Any
from urllib.parse import unquote

PHONE_NOTE = (
    "the hashed phone number of 'em' is never used for Meta: Google hashes it with a leading '+', Meta without, "
    "so it could not match"
)
"""Why a phone number that is there does not reach Meta."""

SPELLINGS = {"email": "email_address", "phone": "phone_number", "sha256_email": "sha256_email_address"}
"""Names seen on the wire -> the documented names of the event data."""

_HASHED = {"em": "sha256_email_address", "pn": "sha256_phone_number"}
_ADDRESS = {
    "fn": "sha256_first_name",
    "ln": "sha256_last_name",
    "sa": "sha256_street",
    "ct": "city",
    "rg": "region",
    "pc": "postal_code",
    "co": "country",
}
_HEX = frozenset("0123456789abcdef")
_MOST_TOKENS, _LONGEST_TOKEN = 64, 8192
_DEEPEST, _LONGEST_LIST, _MOST_NAMES = 4, 20, 100


def nest(flat: Mapping[str, str]) -> dict[str, Any]:
    """Rebuild the object a site gave from its flattened names (ga4_hits.md, section 7).

    ``address.0.city`` is the city of the first address.
    Names that start with ``_`` are gtag's own bookkeeping; without anything else there is no user data. Empty values,
    and a name that contradicts another (``address`` as a text and as an object), are left out.
    """
    tree: dict[str, Any] = {}
    for name, value in islice(flat.items(), _MOST_NAMES):
        parts = name.split(".", _DEEPEST)
        if not value or len(parts) > _DEEPEST or any(not part or part[0] == "_" for part in parts):
            continue
        parts[0] = SPELLINGS.get(parts[0], parts[0])
        inner = tree
        for part in parts[:-1]:
            inner = inner.setdefault(part, {})
            if not isinstance(inner, dict):
                break
        else:
            inner.setdefault(parts[-1], value)
    return {name: _listed(value) for name, value in tree.items()}


def _listed(value: Any) -> Any:
    """Turn objects whose keys are all numbers back into the lists they were."""
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(one) for key, one in value.items()}
    if all(key.isascii() and key.isdigit() and len(key) < 4 for key in inner):
        return [inner[key] for key in sorted(inner, key=int)[:_LONGEST_LIST]]
    return inner


def clean(given: Any) -> dict[str, Any]:
    """The user data of a JSON body under its documented names, bookkeeping and empty values left out."""
    if not isinstance(given, dict):
        return {}
    found: dict[str, Any] = {}
    for name, value in islice(given.items(), _MOST_NAMES):
        if isinstance(name, str) and name and name[0] != "_" and value not in (None, "", [], {}):
            found.setdefault(SPELLINGS.get(name, name), value)
    return found


def read_em(text: str) -> tuple[dict[str, Any], list[str]]:
    """Decode an ``em`` token into user data with hexadecimal hashes, and notes on what it holds.

    One value is a text, several are a list; addresses are a list of objects. Error marks such as ``e0`` and what is
    encrypted for Google alone are left out.
    """
    lists: dict[str, list[str]] = {}
    addresses: dict[str, dict[str, str]] = {}
    notes: list[str] = []
    for token in text[:_LONGEST_TOKEN].split("~", _MOST_TOKENS)[:_MOST_TOKENS]:
        key, dot, value = token.partition(".")
        if not dot or not value:
            continue
        name, place = key[:2], key[2:]
        if key in _HASHED:
            hashed = _hexadecimal(value)
            if hashed:
                found = lists.setdefault(_HASHED[key], [])
                if hashed not in found:
                    found.append(hashed)
        elif name in _ADDRESS and (not place or (place.isascii() and place.isdigit() and len(place) < 3)):
            field = _ADDRESS[name]
            known = _hexadecimal(value) if field.startswith("sha256") else _clear(value)
            if known:
                addresses.setdefault(place or "0", {})[field] = known
        elif key == "ev":
            notes.append("the user data of 'em' is encrypted for Google and cannot be read")
    data: dict[str, Any] = {name: values[0] if len(values) == 1 else values for name, values in lists.items()}
    if addresses:
        data["address"] = [addresses[place] for place in sorted(addresses, key=int)]
    if "sha256_phone_number" in data:
        notes.append(PHONE_NOTE)
    return data, notes


def _hexadecimal(value: str) -> str:
    """The lower-case hex digits of a SHA-256 written as hex or as base64url without padding; "" for anything else."""
    if len(value) == 64:
        lower = value.lower()
        return lower if _HEX.issuperset(lower) else ""
    if len(value) == 44 and value[-1] == "=":
        value = value[:-1]
    if len(value) != 43 or not value.isascii():
        return ""
    try:
        digest = urlsafe_b64decode(value.replace("+", "-").replace("/", "_") + "=")
    except (Base64Error, ValueError):
        return ""
    return digest.hex() if len(digest) == 32 else ""


def _clear(value: str) -> str:
    text = unquote(value) if "%" in value else value
    return "" if text in ("e0", "e1", "e2") else text


def merge(clear: dict[str, Any], token: Mapping[str, Any]) -> dict[str, Any]:
    """Add what the token knows and the clear values do not speak of; a clear value is never replaced or doubled."""
    for name, value in token.items():
        if name not in clear and name.removeprefix("sha256_") not in clear:
            clear[name] = value
    return clear
