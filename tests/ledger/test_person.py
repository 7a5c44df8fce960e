"""Finding a person in payloads: by every hash a tag makes of them, and in clear, but not where it is something else."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest

from container.ledger.person import Person, is_email, is_phone, person


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


JANE = person(emails=["Jane.Doe@GMail.com"])


@pytest.mark.parametrize(
    "value",
    [
        {"user_data": {"em": digest("jane.doe@gmail.com")}},
        {"user_data": {"em": [digest("x"), digest("jane.doe@gmail.com").upper()]}},
        {"user_data": {"sha256_email_address": [digest("janedoe@gmail.com")]}},
        {"json": {"mail": "jane.doe@gmail.com"}},
        {"url": "https://crm.example/?mail=jane.doe%40gmail.com&x=1"},
        {"text": "from Jane.Doe@gmail.com, again"},
    ],
)
def test_an_address_is_found_in_every_form(value: Any) -> None:
    assert JANE.is_in(body(value))


@pytest.mark.parametrize(
    "value", [{}, {"em": digest("joe@gmail.com")}, {"mail": "xjane.doe@gmail.com"}, {"mail": "jane.doe@gmail.comx"}]
)
def test_somebody_else_s_address_is_not(value: Any) -> None:
    assert not JANE.is_in(body(value))


@pytest.mark.parametrize("written", ["+49 170 1234567", "0049 170 1234567", "+491701234567"])
@pytest.mark.parametrize("value", ["491701234567", "+491701234567"])
def test_a_number_is_found_as_meta_and_as_google_hash_it(written: str, value: str) -> None:
    assert person(phones=[written]).is_in(body({"ph": digest(value)}))
    assert person(phones=[written]).is_in(body({"phone": value}))


def test_a_national_number_is_found_with_the_country_tags_take_it_to_be_of() -> None:
    assert not person(phones=["0170 1234567"]).is_in(body({"ph": digest("491701234567")}))
    assert person(phones=["0170 1234567"], countries=["DE"]).is_in(body({"ph": digest("491701234567")}))


def test_an_id_of_the_shop_is_found_hashed_anywhere_and_in_clear_where_a_person_s_id_stands() -> None:
    found = person(external_ids=["42"])
    assert found.is_in(body({"user_data": {"external_id": digest("42")}}))
    assert found.is_in(body({"user_id": 42}))
    assert found.is_in(body({"inner": [{"external_id": ["41", "42"]}]}))
    assert not found.is_in(body({"content_ids": ["42"], "value": 42, "user_id": "421"}))
    assert person(external_ids=["AbC"]).is_in(body({"external_id": digest("AbC")}))
    assert person(external_ids=["AbC"]).is_in(body({"external_id": digest("abc")}))


def test_a_hash_is_looked_for_as_it_is() -> None:
    given = digest("jane@shop.example")
    for one in (person(emails=[given]), person(external_ids=[given.upper()]), person(phones=[given])):
        assert one.is_in(body({"em": given}))
    assert not person(emails=[given]).is_in(body({"em": digest(given)}))


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"[" * 5000 + b'"42"', b'"42"', b'{"user_id":"42"'])
def test_a_body_of_any_sort_raises_nothing(raw: bytes) -> None:
    assert not person(external_ids=["42"], emails=["a@b.example"]).is_in(raw)


def test_nobody_is_in_nothing() -> None:
    nobody = Person(frozenset({"o-1"}), frozenset(), frozenset(), frozenset())
    assert not nobody.looks_inside
    assert not nobody.is_in(body({"event_id": "o-1"}))


@pytest.mark.parametrize("text", ["jane@shop.example", " Jane@Shop.Example ", "a" * 64])
def test_by_an_address_or_its_hash_somebody_can_be_looked_for(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text", ["notanemail", "@shop.example", "jane@", "jane@shop", "a b@shop.example", "", "a" * 63]
)
def test_what_is_no_address_is_known(text: str) -> None:
    assert not is_email(text)


@pytest.mark.parametrize("text", ["+49 151 1234567", "(212) 555-0123", "0151/1234567", "0" * 64])
def test_by_a_number_or_its_hash_somebody_can_be_looked_for(text: str) -> None:
    assert is_phone(text)


@pytest.mark.parametrize("text", ["0151", "call me 49151123456", "", "+", "1" * 21])
def test_what_is_no_number_is_known(text: str) -> None:
    assert not is_phone(text)
