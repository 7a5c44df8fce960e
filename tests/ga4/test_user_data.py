"""User data is rebuilt from flattened names and from Google's em token."""

from __future__ import annotations

import base64
import hashlib

import pytest

from container.ga4.user_data import PHONE_NOTE, clean, merge, nest, read_em

# Computed once with `printf %s ana@example.com | sha256sum` and written as the captured hit has it.
ANA_HEX = "8e43ca37701228e74983efdbd0cff5c16b3b1e5d4e29a7c05626d4d25a018e11"
ANA_EM = "jkPKN3ASKOdJg-_b0M_1wWs7Hl1OKafAVibU0loBjhE"


def hashed(text: str) -> tuple[str, str]:
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("="), digest.hex()


def test_names_are_nested_at_their_dots_under_the_documented_names() -> None:
    flat = {"email": "a@example.com", "phone_number": "+1555", "address.first_name": "Ana", "address.city": "Bogota"}
    assert nest(flat) == {
        "email_address": "a@example.com",
        "phone_number": "+1555",
        "address": {"first_name": "Ana", "city": "Bogota"},
    }


def test_lists_come_back_as_lists_in_the_order_of_their_numbers() -> None:
    flat = {"address.10.city": "c", "address.2.city": "b", "address.0.city": "a", "email.0": "x@y.z"}
    assert nest(flat) == {
        "address": [{"city": "a"}, {"city": "b"}, {"city": "c"}],
        "email_address": ["x@y.z"],
    }


@pytest.mark.parametrize(
    "flat",
    [
        {"_tag_mode": "AUTO"},
        {"_tag_mode": "CODE", "email": ""},
        {"address._x": "1"},
        {"a.b.c.d.e": "too deep"},
        {"a..b": "1"},
        {"": "1"},
    ],
)
def test_bookkeeping_and_empty_values_are_no_user_data(flat: dict[str, str]) -> None:
    assert nest(flat) == {}


def test_names_that_contradict_each_other_do_no_harm() -> None:
    assert nest({"address": "Main St", "address.city": "x"}) == {"address": "Main St"}
    assert nest({"address.city": "x", "address": "Main St"}) == {"address": {"city": "x"}}


def test_a_token_in_base64url_becomes_lower_case_hex() -> None:
    assert read_em(f"tv.1~em.{ANA_EM}") == ({"sha256_email_address": ANA_HEX}, [])


def test_a_token_in_hex_becomes_lower_case_hex() -> None:
    assert read_em(f"tv.1~em.{ANA_HEX.upper()}")[0] == {"sha256_email_address": ANA_HEX}


def test_several_values_of_a_kind_are_a_list_without_repeats() -> None:
    other, other_hex = hashed("other@example.com")
    data, _ = read_em(f"tv.1~em.{ANA_EM}~em.{other}~em.{ANA_EM}")
    assert data == {"sha256_email_address": [ANA_HEX, other_hex]}


def test_a_phone_number_is_kept_and_said_to_be_of_no_use_for_meta() -> None:
    phone, phone_hex = hashed("+16505551212")
    assert read_em(f"tv.1~pn.{phone}") == ({"sha256_phone_number": phone_hex}, [PHONE_NOTE])


def test_addresses_are_told_apart_by_their_digit() -> None:
    first, first_hex = hashed("ana")
    text = f"tv.1~fn1.{first}~ct1.bogota~fn0.{first}~rg0.ca~pc0.94043~co0.us~sa0.{first}"
    assert read_em(text)[0] == {
        "address": [
            {
                "sha256_first_name": first_hex,
                "region": "ca",
                "postal_code": "94043",
                "country": "us",
                "sha256_street": first_hex,
            },
            {"sha256_first_name": first_hex, "city": "bogota"},
        ]
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tv.1",
        "tv.1~em.e0",
        "tv.1~em.e1~pn.e2",
        "tv.1~ec.e3",
        "tv.1~em.",
        "tv.1~em",
        f"tv.1~em.{ANA_EM[:-1]}",
        f"tv.1~em.{ANA_EM}x",
        "tv.1~em." + "é" * 43,
        "tv.1~em." + "g" * 64,
        "tv.1~em." + "!" * 43,
        "tv.1~ct0.e0",
        "tv.1~fnx.abc",
        "tv.1~fn²." + ANA_EM,
        "~" * 100_000,
    ],
)
def test_what_is_no_value_is_left_out(text: str) -> None:
    assert read_em(text) == ({}, [])


def test_what_is_encrypted_for_google_is_said_to_be_unreadable() -> None:
    data, notes = read_em("tv.1~emkid.1~ev.AbCd")
    assert data == {}
    assert notes == ["the user data of 'em' is encrypted for Google and cannot be read"]


def test_a_token_never_replaces_or_doubles_what_is_there_in_clear() -> None:
    token = {"sha256_email_address": ANA_HEX, "sha256_phone_number": "ab", "address": [{"city": "b"}]}
    clear = {"email_address": "a@example.com", "address": {"city": "a"}}
    assert merge(dict(clear), token) == {**clear, "sha256_phone_number": "ab"}
    assert merge({"sha256_email_address": "cd"}, token)["sha256_email_address"] == "cd"


def test_a_json_body_is_cleaned_and_nothing_but_an_object_is_user_data() -> None:
    given = {"email": "a@b.c", "phone": ["1"], "_tag_mode": "CODE", "city": "", "x": None, "": "y"}
    assert clean(given) == {"email_address": "a@b.c", "phone_number": ["1"]}
    assert clean(["a@b.c"]) == clean(None) == clean("a@b.c") == {}
