"""The matching: the user data a pixel sends, and what is odd about it."""

from __future__ import annotations

from typing import Any

HASHED = frozenset({"em", "ph", "fn", "ln", "db", "ge", "ct", "st", "zp", "country", "external_id"})
"""The keys Meta's script sends as SHA-256; a hand-made tag may not."""

_HEX = frozenset("0123456789abcdefABCDEF")


def match_keys(manual: dict[str, Any], automatic: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    """Meta's keys with what the site gave (``ud``) before what the script found by itself (``aud``).

    Values stay as they were sent; what is not a SHA-256 hash is noted by the name of its key, never by its value.
    """
    keys = {**automatic, **manual} if automatic else manual
    for name, value in keys.items():
        if name not in HASHED or not isinstance(value, str):
            continue
        # Meta's parameter builder puts an appendix behind the hash.
        digest = value.partition(".")[0]
        if len(digest) == 64 and _HEX.issuperset(digest):
            continue
        if len(digest) == 32 and _HEX.issuperset(digest):
            notes.append(f"user_data.{name} looks like an MD5 hash; Meta asks for SHA-256")
        else:
            notes.append(f"user_data.{name} is not hashed")
    return keys
