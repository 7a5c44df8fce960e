"""The identifiers of payloads made by templates: their names, and which of them are hashes."""

from __future__ import annotations

from typing import Any

import pytest

from container.outgoing.identifiers import identifiers

HASH = "ab" * 32


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({}, ()),
        ({"event": "purchase", "value": 3, "order": "o-1"}, ()),
        ({"user": {"email": HASH, "phone": [HASH, HASH], "ip": "203.0.113.7"}}, ("#email", "ip", "#phone")),
        ({"their_mail": HASH}, ("#their_mail",)),
        ({"clientId": "7.8", "user_id": 77, "email": ""}, ("clientId", "user_id")),
        ({"events": [{"user": {"fbp": "fb.1.2.3"}}]}, ("fbp",)),
        ({"email": "jane@shop.example", "hash": "zz" * 32}, ("email",)),
        ({"email": [HASH, "jane@shop.example"]}, ("#email", "email")),
        ({"user_id": True, "email": None, "phone": 3.5, "items": [1, None]}, ()),
    ],
)
def test_names_of_identifiers(body: dict[str, Any], names: tuple[str, ...]) -> None:
    assert identifiers(body) == names


def test_a_body_of_any_size_is_looked_at_within_bounds() -> None:
    deep: dict[str, Any] = {"email": "a@b.example"}
    for _ in range(1000):
        deep = {"inner": deep}
    assert identifiers(deep) == ()
    assert len(identifiers({f"hash{number}": HASH for number in range(1000)})) == 50
    assert identifiers({"x" * 1000: HASH}) == ("#" + "x" * 60,)
