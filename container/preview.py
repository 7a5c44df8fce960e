"""The preview: what a trace shows to a person, with personal data masked unless asked."""

from __future__ import annotations

import hmac
from typing import Any

import re2

HEADER = "x-tagdock-preview"
REVEAL_HEADER = "x-tagdock-reveal"
COOKIE = "tagdock_preview"

_EMAIL = re2.compile(r"([A-Za-z0-9])[A-Za-z0-9._%+\-]*(?:@|%40)([A-Za-z0-9])[A-Za-z0-9.\-]*(\.[A-Za-z]{2,})")
_PERSONAL = frozenset(
    {
        "email", "email_address", "phone", "phone_number", "first_name", "last_name", "name", "street", "city",
        "region", "postal_code", "zip", "date_of_birth", "gender", "external_id", "user_id", "ip_override",
        "client_ip_address", "em", "ph", "fn", "ln", "ge", "db", "ct", "st", "zp",
    }
)  # fmt: skip
"""Fields whose value says who somebody is, wherever they stand inside user data."""

_ALWAYS = frozenset({"email", "email_address", "phone_number", "ip_override", "client_ip_address", "user_id"})
_HEX = frozenset("0123456789abcdefABCDEF")


def allowed(given: str, token: str) -> bool:
    """Whether a preview token is the right one, in constant time."""
    return bool(token) and hmac.compare_digest(given.encode("utf-8", "replace"), token.encode())


def mask(value: Any, *, inside: bool = False) -> Any:
    """A copy of a trace in which nobody can be recognised.

    Values of personal fields keep their first character and length class; e-mail addresses in any text keep their first
    letters and ending. Hashes stay: they are what is sent, and what people compare.
    """
    if isinstance(value, dict):
        return {key: _field(key, inner, inside) for key, inner in value.items()}
    if isinstance(value, list):
        return [mask(inner, inside=inside) for inner in value]
    return _text(value) if isinstance(value, str) else value


def _field(key: str, value: Any, inside: bool) -> Any:
    inside = inside or key in {"user_data", "address", "customer"}
    if key in _ALWAYS or (inside and key in _PERSONAL):
        if isinstance(value, list):
            return [_field(key, one, inside) for one in value]
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return _short(str(value))
    return mask(value, inside=inside)


def _short(text: str) -> str:
    if not text or (len(text) in {32, 64} and set(text) <= _HEX):
        return text
    if "@" in text:
        return _text(text) if _EMAIL.search(text) else "***"
    return text[0] + "***"


def _text(text: str) -> str:
    if "@" not in text and "%40" not in text:
        return text
    return str(_EMAIL.sub(r"\1***@\2***\3", text))
