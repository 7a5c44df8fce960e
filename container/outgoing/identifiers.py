"""The identifiers: by which names a payload made by templates tells who somebody is, and whether as a hash."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

KNOWN = frozenset(
    {
        "email", "email_address", "em", "mail", "emails", "phone", "phone_number", "phones", "ph", "hashed_email",
        "hashed_emails", "hashed_phone", "hashed_phone_number", "hashed_maids", "hashed_first_name", "hashed_last_name",
        "first_name", "last_name", "fn", "ln", "firstname", "lastname", "full_name", "street", "city", "ct", "zip",
        "zp", "postal_code", "st", "db", "ge", "date_of_birth", "birthday", "gender",
        "external_id", "user_id", "userid", "uid", "customer_id", "client_id", "clientid", "cid", "anonymous_id",
        "device_id", "partner_id", "subscription_id", "lead_id", "madid", "maid", "idfa", "gaid", "advertising_id",
        "fbp", "fbc", "ttp", "ttclid", "click_id", "epik", "sc_click_id", "sc_cookie1", "uuid_c1", "scid", "gclid",
        "wbraid", "gbraid", "msclkid", "fbclid", "li_fat_id", "twclid", "_uip",
        "ip", "ip_address", "ip_override", "client_ip_address", "user_agent", "client_user_agent", "user_ip",
    }
)  # fmt: skip
"""Names, in lower case, under which payloads hold identifiers in clear. What is a SHA-256 hash is one by any name."""

_DEEPEST, _MOST_OF_A_LIST, _MOST = 6, 3, 50


def identifiers(body: dict[str, Any]) -> tuple[str, ...]:
    """The names, sorted, with a ``#`` before those that are hashed. Lists are looked at by their first elements."""
    found: set[str] = set()
    _walk(body, found, _DEEPEST)
    return _settled(frozenset(found))


def _walk(fields: dict[str, Any], found: set[str], deep: int) -> None:
    for name, value in fields.items():
        kind = type(value)
        if kind is str:
            _take(name, value, found)
        elif kind is dict:
            if deep:
                _walk(value, found, deep - 1)
        elif kind is list:
            for inner in value[:_MOST_OF_A_LIST]:
                if type(inner) is dict:
                    if deep:
                        _walk(inner, found, deep - 1)
                elif type(inner) is str:
                    _take(name, inner, found)
        elif kind is int and name in KNOWN:
            found.add(name)


def _take(name: str, value: str, found: set[str]) -> None:
    if len(found) >= _MOST:
        return
    if len(value) == 64 and _is_hex(value):
        found.add(f"#{name[:60]}")
    elif value and (name in KNOWN or name.lower() in KNOWN):
        found.add(name)


def _is_hex(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) == 32
    except ValueError:
        return False


@lru_cache(maxsize=1000)
def _settled(names: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=lambda name: (name.removeprefix("#"), name)))
