"""`user_data` from common event data, Meta's own keys and overrides."""

import base64
import hashlib
import json
from typing import Any

import pytest

from container.meta.customer import PHONE_HASH, customer, templates

EMAIL = hashlib.sha256(b"test@example.com").hexdigest()


def of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def built(
    event: dict[str, Any], overrides: dict[str, Any] | None = None, **more: Any
) -> tuple[dict[str, Any], list[str]]:
    notes: list[str] = []
    return customer(event, overrides or {}, templated=templates(event)[0], note=notes.append, **more), notes


def test_common_event_data_needs_no_configuration() -> None:
    address = {"first_name": "Anna", "last_name": "Müller", "city": "Bad Tölz", "region": "Bayern", "country": "DE"}
    user_data = {"email_address": "Test@Example.com", "phone_number": "+49 172 1234567", "address": address}
    assert built({"user_data": user_data, "user_id": "U-1"}) == (
        {
            "external_id": of("U-1"),
            "em": EMAIL,
            "ph": of("491721234567"),
            "fn": of("anna"),
            "ln": of("müller"),
            "ct": of("badtölz"),
            "st": of("bayern"),
            "country": of("de"),
        },
        [],
    )


def test_an_address_may_be_a_list_and_its_values_become_lists() -> None:
    address = [{"first_name": "Anna", "country": "DE"}, {"first_name": "Anne", "country": "de"}]
    assert built({"user_data": {"address": address}})[0] == {"fn": [of("anna"), of("anne")], "country": of("de")}


def test_values_in_clear_come_before_googles_hashes() -> None:
    user_data = {"email_address": "a.b@gmail.com", "sha256_email_address": of("ab@gmail.com")}
    assert built({"user_data": user_data})[0] == {"em": of("a.b@gmail.com")}


def test_googles_hashes_are_used_where_nothing_is_in_clear() -> None:
    user_data = {"sha256_email_address": EMAIL.upper(), "address": {"sha256_first_name": of("anna")}}
    assert built({"user_data": user_data})[0] == {"em": EMAIL, "fn": of("anna")}


def test_googles_phone_hash_is_never_used() -> None:
    assert built({"user_data": {"sha256_phone_number": of("+491721234567")}}) == ({}, [PHONE_HASH])


def test_a_hash_that_is_none_is_not_hashed_again() -> None:
    assert built({"user_data": {"sha256_email_address": "test@example.com"}}) == (
        {},
        ["user_data.sha256_email_address is not a SHA-256 hash: left out"],
    )


def test_metas_own_keys_come_before_common_names() -> None:
    user_data = {"em": EMAIL, "email_address": "other@example.com", "lead_id": 12, "subscription_id": " s-1 "}
    assert built({"user_data": user_data})[0] == {"em": EMAIL, "lead_id": 12, "subscription_id": "s-1"}


def test_a_template_override_comes_before_both_and_the_configuration_before_all() -> None:
    event = {"user_data": {"em": "a@x.org", "ge": "m"}, "x-fb-ud-em": "b@x.org", "x-fb-ud-ge": "f"}
    assert built(event, {"em": "c@x.org"})[0] == {"em": of("c@x.org"), "ge": of("f")}


def test_an_override_without_a_value_leaves_the_key_out() -> None:
    assert built({"user_data": {"em": "a@x.org", "ge": "m"}}, {"em": None})[0] == {"ge": of("m")}


def test_the_enhancement_cookie_fills_what_nobody_said() -> None:
    cookie = base64.b64encode(json.dumps({"em": EMAIL, "ph": of("1"), "fn": "anna"}).encode()).decode()
    assert built({"user_data": {"ph": "+49 172 1"}}, enhanced=cookie)[0] == {"em": EMAIL, "ph": of("491721")}


@pytest.mark.parametrize("cookie", ["", "%%%", "AAAA", base64.b64encode(b"[1]").decode(), "W" * 9999])
def test_an_enhancement_cookie_that_cannot_be_read_is_named(cookie: str) -> None:
    assert built({}, enhanced=cookie) == ({}, ["the cookie _gtmeec cannot be read"])


def test_what_is_left_out_is_named_by_its_key_and_never_by_its_value() -> None:
    user_data = {"email_address": "nobody", "phone_number": None, "address": {"street": "Hauptstr. 1"}, "shoe": 46}
    user_data |= {"fn": {"a": 1}, "lead_id": [], "_tag_mode": "AUTO"}
    assert built({"user_data": user_data}) == (
        {},
        [
            "user_data.shoe has no key at Meta: left out",
            "user_data.street has no key at Meta: left out",
            "user_data.em is not an e-mail address: left out",
            "user_data.fn is not text but an object: left out",
            "user_data.lead_id is no text or number: left out",
        ],
    )


@pytest.mark.parametrize("odd", ["text", 7, True, ["em"], {"address": "x"}, {"address": [7, None, {"city": []}]}])
def test_user_data_of_any_shape_raises_nothing(odd: object) -> None:
    assert built({"user_data": odd})[0] == {}


def test_an_unknown_template_key_is_named() -> None:
    assert built({"x-fb-ud-shoe": "46"}) == ({}, ["x-fb-ud-shoe is no key of Meta's user_data: left out"])


def test_match_and_country_reach_the_normal_forms() -> None:
    event = {"user_data": {"ct": "San José", "ph": "0172 1234567"}}
    assert built(event, match="builder", default_country="DE")[0] == {"ct": of("sanjos"), "ph": of("491721234567")}
