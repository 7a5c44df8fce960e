"""The scan for e-mail addresses and phone numbers in URLs and custom data."""

import hashlib
import re
import time
from typing import Any

import pytest

from container.meta.personal import scrub, scrub_url

EMAIL = hashlib.sha256(b"test@example.com").hexdigest()
PHONE = hashlib.sha256(b"491721234567").hexdigest()


def url(text: str, treatment: str = "remove") -> tuple[str, list[str]]:
    notes: list[str] = []
    return scrub_url(text, treatment, "event_source_url", notes.append), notes


def data(value: dict[str, Any], treatment: str = "remove") -> tuple[dict[str, Any], list[str]]:
    notes: list[str] = []
    return scrub(value, treatment, "custom_data", notes.append), notes


@pytest.mark.parametrize(
    "address",
    [
        "https://shop.example/a/b?x=1&y=%20+2#top",
        "https://shop.example/?q=a+b&t=%2F",
        "https://shop.example/@brand/item/0012345678905?sku=4006381333931",
        "https://shop.example/?telescope=12345678",
        "",
    ],
)
def test_an_address_without_personal_data_stays_as_it_is(address: str) -> None:
    assert url(address) == (address, [])


def test_a_parameter_with_an_email_address_is_removed_with_its_name_told() -> None:
    assert url("https://shop.example/thanks?order=7&mail=Test%40Example.com&x=1") == (
        "https://shop.example/thanks?order=7&x=1",
        ["event_source_url: personal data in its parameter 'mail' removed"],
    )


def test_it_is_hashed_when_asked_for() -> None:
    assert (
        url("https://shop.example/?mail=test@example.com&x=1", "hash")[0] == f"https://shop.example/?mail={EMAIL}&x=1"
    )
    assert url("https://shop.example/?p=%2B49%20172%201234567", "hash")[0] == f"https://shop.example/?p={PHONE}"


def test_it_is_kept_when_asked_for() -> None:
    assert url("https://shop.example/?mail=test@example.com", "keep") == (
        "https://shop.example/?mail=test@example.com",
        [],
    )


@pytest.mark.parametrize(
    ("address", "left"),
    [
        ("https://shop.example/user/test@example.com/orders", "https://shop.example/user/-/orders"),
        ("https://shop.example/#mail=test%40example.com", "https://shop.example/#mail=-"),
        ("https://test@example.com:pw@shop.example/", "https://shop.example/"),
        ("https://shop.example/?phone=0172-1234567&a=1", "https://shop.example/?a=1"),
        ("https://shop.example/?tel=01721234567", "https://shop.example/"),
        ("https://shop.example/?a=1&test%40example.com", "https://shop.example/?a=1"),
        ("https://shop.example/?next=%2Flogin%3Fmail%3Dtest%40example.com&a=1", "https://shop.example/?a=1"),
    ],
)
def test_it_is_found_wherever_it_is(address: str, left: str) -> None:
    assert url(address)[0] == left


def test_a_broken_address_that_may_hold_some_is_left_out() -> None:
    assert url("https://[::1/?mail=test@example.com") == ("", ["event_source_url cannot be read: left out"])


def test_fields_of_custom_data_are_removed_or_hashed_at_any_depth() -> None:
    given = {
        "email": "Test@Example.com",
        "a": {"b": ["ok", "mail test@example.com now"]},
        "tel": "0172 1234567",
        "mobile": 491721234567,
        "note": "call +49 172 1234567",
        "order_id": "+49 172 1234567",
        "content_ids": ["4006381333931"],
        "value": 12345678,
        "handle": "@brand",
    }
    left, notes = data(given)
    assert left == {
        "a": {"b": ["ok"]},
        "order_id": "+49 172 1234567",
        "content_ids": ["4006381333931"],
        "value": 12345678,
        "handle": "@brand",
    }
    assert notes == [
        "custom_data.email: personal data removed",
        "custom_data.a.b: personal data removed",
        "custom_data.tel: personal data removed",
        "custom_data.mobile: personal data removed",
        "custom_data.note: personal data removed",
    ]
    assert data({"email": "Test@Example.com", "mobile": 491721234567}, "hash")[0] == {"email": EMAIL, "mobile": PHONE}
    assert data(given, "keep") == (given, [])


@pytest.mark.parametrize("treatment", ["remove", "hash"])
def test_what_is_hashed_already_stays_whatever_its_field_is_called(treatment: str) -> None:
    hashes = [
        hashed
        for number in range(200)
        for way in (hashlib.sha256, hashlib.md5)
        if re.search("[0-9]{7}", hashed := way(b"+49151123%05d" % number).hexdigest())
    ]
    assert len(hashes) > 50
    for hashed in hashes:
        given = {"phone": hashed, "user_tel": f"{hashed}, {hashed.upper()}", "mobile": [hashed]}
        assert data(given, treatment) == (given, [])
        assert url(f"https://x.example/?phone={hashed}", treatment) == (f"https://x.example/?phone={hashed}", [])


def test_an_address_in_a_field_for_phones_is_hashed_once() -> None:
    left, _ = data({f"phone_{number}": f"test{number}@example.com" for number in range(50)}, "hash")
    assert left == {
        f"phone_{number}": hashlib.sha256(b"test%d@example.com" % number).hexdigest() for number in range(50)
    }


def test_an_address_inside_custom_data_is_cleaned_as_one() -> None:
    given = {"image": "https://shop.example/i.png?u=test@example.com&s=1"}
    assert data(given)[0] == {"image": "https://shop.example/i.png?s=1"}


@pytest.mark.parametrize("hostile", ["a" * 200_000 + "@", "a@" * 100_000, "+" + "1 " * 100_000, "@." * 100_000])
def test_a_hostile_text_takes_linear_time(hostile: str) -> None:
    start = time.process_time()
    data({"x": hostile, "phone": hostile})
    url("https://x.example/?phone=" + hostile)
    assert time.process_time() - start < 2
