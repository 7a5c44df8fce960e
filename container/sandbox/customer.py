"""Judge `user_data`: which match keys an event has, whether they have Meta's form and can find anybody."""

from __future__ import annotations

import re
import socket
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from . import finding as f
from .finding import Finding

HASHED_KEYS = ("em", "ph", "fn", "ln", "ge", "db", "ct", "st", "zp", "country")
LEGACY_HASHED_KEYS = ("f5first", "f5last", "fi", "dobd", "dobm", "doby")
PLAIN_KEYS = (
    "external_id",
    "client_ip_address",
    "client_user_agent",
    "fbc",
    "fbp",
    "subscription_id",
    "fb_login_id",
    "lead_id",
    "anon_id",
    "madid",
    "page_id",
    "page_scoped_user_id",
    "ctwa_clid",
    "ig_account_id",
    "ig_sid",
    "whatsapp_business_account_id",
    "partner_id",
    "partner_name",
)
# The place of a key in this order is its bit in the stored mask: append, never reorder.
PRESENT: dict[str, int] = {key: 1 << i for i, key in enumerate(HASHED_KEYS + LEGACY_HASHED_KEYS + PLAIN_KEYS)}


def _mask(*keys: str) -> int:
    return sum(PRESENT[key] for key in keys)


_HASHED = _mask(*HASHED_KEYS, *LEGACY_HASHED_KEYS)

# Meta refuses an event whose keys are all within one of these (documented since Graph v13).
TOO_BROAD = (
    _mask("ct", "country", "st", "zp", "ge", "client_user_agent"),
    _mask("db", "client_user_agent"),
    _mask("fn", "ge"),
    _mask("ln", "ge"),
)
# A key that is in none of them settles the question.
_STRONG = sum(PRESENT.values()) & ~(TOO_BROAD[0] | TOO_BROAD[1] | TOO_BROAD[2] | TOO_BROAD[3])
EXPECTED_ALONE_TOO_BROAD = _mask("client_user_agent", "ct", "country", "st", "zp", "ge")

# SHA-256, and what Meta's parameter builder may append to it: a two-character token or eight base64url characters.
_HASH = re.compile(r"[0-9a-f]{64}(?:\.(?:[A-Za-z0-9_-]{2}|[A-Za-z0-9_-]{8}))?").fullmatch
_HEX = b"0123456789abcdef"
_LONGEST_KEPT = 512
_ANY_CASE_HASH = re.compile(r"[0-9a-fA-F]{64}").fullmatch
_COOKIE = re.compile(
    r"fb\.[0-9]{1,3}\.[0-9]{1,20}\.[^.\s]{1,1000}(?:\.(?:[A-Za-z0-9_-]{2}|[A-Za-z0-9_-]{8}))?"
).fullmatch
_PLACEHOLDERS = frozenset(
    sha256(word.encode()).hexdigest()
    for word in ("", " ", "null", "none", "undefined", "nan", "n/a", "na", "unknown", "(not set)", "[object object]")
)


class CustomerKeys(NamedTuple):
    """Masks of `PRESENT`: the keys an event carries, and those with a usable value; and its address if usable."""

    present: int
    valid: int
    address: str | None


def check_user_data(user: object, found: list[tuple[Finding, str]], complete: bool = True) -> CustomerKeys:
    """Judge the keys of `user`. With `complete` false, having too few of them is no finding (browser copies)."""
    if not isinstance(user, dict) or not user:
        if complete:
            found.append((f.INSUFFICIENT_CUSTOMER, "user_data"))
        return CustomerKeys(0, 0, None)
    present = valid = hashed = 0
    hashes: list[str] = []
    slow: list[tuple[str, object]] = []
    for key, value in user.items():
        bit = PRESENT.get(key)
        if bit is None or (not value and type(value) is not int):
            continue
        present |= bit
        if bit & _HASHED:
            one = value[0] if type(value) is list and len(value) == 1 else value
            if type(one) is str and len(one) == 64:
                hashes.append(one)
                hashed |= bit
                continue
        slow.append((key, value))
    if hashes and _is_hex("".join(hashes)) and _PLACEHOLDERS.isdisjoint(hashes):
        valid = hashed  # the common case in one look: every hash has the right form
    elif hashes:
        slow += [(key, value) for key, value in user.items() if PRESENT.get(key, 0) & hashed]
    for key, value in slow:
        wrong = _judged(key, value) if type(value) is str and len(value) <= _LONGEST_KEPT else _judge(key, value)
        if wrong is None:
            valid |= PRESENT[key]
        else:
            found.append((wrong, "user_data." + key))
    if complete and not present & _STRONG and any(not present & ~broad for broad in TOO_BROAD):
        found.append((f.INSUFFICIENT_CUSTOMER, "user_data"))
    address = user.get("client_ip_address") if valid & PRESENT["client_ip_address"] else None
    return CustomerKeys(present, valid, address if isinstance(address, str) else None)


def _is_hex(text: str) -> bool:
    return not text.encode("utf-8", "replace").translate(None, _HEX)


def _judge(key: str, value: object) -> Finding | None:
    judge = _JUDGES.get(key)
    if judge is None:
        return None if isinstance(value, (str, int, list)) else f.INVALID_KEY
    if isinstance(value, list):
        return next((wrong for wrong in map(judge, value) if wrong is not None), None)
    return judge(value)


_judged = lru_cache(maxsize=4096)(_judge)
"""The same of texts: browsers, addresses and visitors come again."""


def _judge_hash(value: object) -> Finding | None:
    if not isinstance(value, str) or not _HASH(value):
        return f.INVALID_KEY if isinstance(value, str) and _ANY_CASE_HASH(value) else f.UNHASHED
    return f.HASH_OF_NOTHING if value[:64] in _PLACEHOLDERS else None


def _judge_external_id(value: object) -> Finding | None:
    if isinstance(value, bool) or not isinstance(value, (str, int)) or not str(value).strip():
        return f.INVALID_KEY
    return f.HASH_OF_NOTHING if value in _PLACEHOLDERS else None


def _judge_cookie(value: object) -> Finding | None:
    return None if isinstance(value, str) and _COOKIE(value) else f.INVALID_KEY


def _judge_text(value: object) -> Finding | None:
    return None if isinstance(value, str) and value.strip() else f.INVALID_KEY


def _judge_address(value: object) -> Finding | None:
    return _judge_ip(value) if isinstance(value, str) and len(value) <= 64 else f.INVALID_KEY


@lru_cache(maxsize=4096)
def _judge_ip(text: str) -> Finding | None:
    for candidate in (text, text.rpartition(".")[0]):  # the second without the builder's appendix
        try:
            packed = socket.inet_pton(socket.AF_INET6 if ":" in candidate else socket.AF_INET, candidate)
        except (OSError, ValueError):
            continue
        return f.PRIVATE_ADDRESS if _is_private(packed) else None
    return f.INVALID_KEY


def _is_private(packed: bytes) -> bool:
    if len(packed) == 4:
        first, second = packed[0], packed[1]
        return (
            first in (0, 10, 127)
            or first >= 224
            or (first == 172 and 16 <= second < 32)
            or (first, second) in ((192, 168), (169, 254))
            or (first == 100 and 64 <= second < 128)
        )
    return packed[:15] == bytes(15) or packed[0] in (0xFC, 0xFD) or (packed[0] == 0xFE and packed[1] >= 0x80)


_JUDGES = dict.fromkeys(HASHED_KEYS + LEGACY_HASHED_KEYS, _judge_hash) | {
    "external_id": _judge_external_id,
    "fbc": _judge_cookie,
    "fbp": _judge_cookie,
    "client_ip_address": _judge_address,
    "client_user_agent": _judge_text,
}
