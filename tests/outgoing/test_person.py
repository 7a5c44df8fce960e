"""The person behind an event, wherever a sender put what it knows."""

from __future__ import annotations

from typing import Any

import pytest

from container.outgoing.person import person

HASH = "a" * 64


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({}, {}),
        ({"user_data": "nonsense", "user_id": ""}, {}),
        ({"user_id": 7, "user_data": {"email": "a@b.c"}}, {"user_id": [7], "email": ["a@b.c"]}),
        ({"user_data": {"email_address": ["a@b.c", "d@e.f"], "em": "x@y.z"}}, {"email": ["a@b.c", "d@e.f"]}),
        ({"user_data": {"sha256_email_address": HASH}}, {"email": [HASH]}),
        ({"user_data": {"email_address": "a@b.c", "sha256_email_address": HASH}}, {"email": ["a@b.c"]}),
        ({"user_data": {"sha256_phone_number": HASH}}, {"hashed_phone": [HASH]}),
        ({"user_data": {"address": {"first_name": "Ana", "zip": "10115"}}},
         {"first_name": ["Ana"], "postal_code": ["10115"]}),
        ({"user_data": {"address": [{"city": "Berlin"}, {"city": "Paris"}, "x"], "country": "DE"}},
         {"city": ["Berlin", "Paris"], "country": ["DE"]}),
        ({"user_data": {"external_id": "e"}}, {"user_id": ["e"]}),
        ({"user_data": {"phone_number": {"a": 1}, "email": [None, True, ""]}}, {}),
    ],
)  # fmt: skip
def test_each_name_is_found_where_senders_put_it(event: dict[str, Any], expected: dict[str, Any]) -> None:
    assert person(event) == expected


def test_long_lists_are_cut() -> None:
    many = {
        "user_data": {"email": [f"{n}@b.c" for n in range(1000)], "address": [{"city": str(n)} for n in range(1000)]}
    }
    assert {name: len(values) for name, values in person(many).items()} == {"email": 20, "city": 10}
