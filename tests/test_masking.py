"""Masked texts: addresses inside addresses, JSON inside parameters, and what only looks like it."""

from __future__ import annotations

import pytest

from container.called import says
from container.hit import Hit
from container.masking import found, mask_text
from container.web.tap.request import masked_request, request_of


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("dl=https%3A%2F%2Fx.example%2F%3Fphone%3D%252B4915112345678%26page%3D2",
         "dl=https%3A%2F%2Fx.example%2F%3Fphone%3D***%26page%3D2"),
        ("u=%253Ftel%253D0151123%2526a%253D1&b=2", "u=%253Ftel%253D0***%2526a%253D1&b=2"),
        ("password=a%26b&c=1", "password=***&c=1"),
        ("ep.note=call%20%2B49%20151%2012345678", "ep.note=call%20***"),
        ("ep.note=order+12345678", "ep.note=order+12345678"),
        ("cd=%7B%22phone%22%3A%220151123456%22%7D", "cd=%7B%22phone%22%3A%220***%22%7D"),
        ('{"phone":"0151 1234","q":1,"tel":4915112345', '{"phone":"0***","q":1,"tel":4***'),
        ("is_mobile=1&mobile=0151123456", "is_mobile=1&mobile=0***"),
        ("/a+4915112345678/b", "/a+***/b"),
    ],
)  # fmt: skip
def test_a_text_is_masked_at_any_depth_of_escapes(text: str, shown: str) -> None:
    assert mask_text(text) == shown
    assert found(shown) == []


@pytest.mark.parametrize("name", ["userEmail", "customer[first_name]", "phone2", "ep.user_tel", "billing_postcode"])
def test_a_name_says_that_its_value_is_somebodys(name: str) -> None:
    assert says(name, "x" * 6 + "12345") == "personal"


@pytest.mark.parametrize("name", ["tid", "cid", "gcs", "gcd", "_p", "sid", "event_id", "item_name", "email_sent"])
def test_a_name_of_the_field_says_nothing(name: str) -> None:
    assert says(name, "1234567890") == ""


def test_the_request_in_the_console_keeps_names_and_no_values_of_a_person() -> None:
    headers = {"referer": "https://x.example/?tel=015112345678", "cookie": "sess=abcdef", "x-phone": "015112345678"}
    query = "v=2&tid=G-1&dr=https%3A%2F%2Fx.example%2F%3Ftel%3D015112345678&ep.password=hunter2&gcd=13r3r3r3r5"
    shown = masked_request(request_of(Hit("POST", "/g/collect", query, headers, b"ep.note=%2B4915112345678&en=lead")))
    assert shown["query"] == ("v=2&tid=G-1&dr=https%3A%2F%2Fx.example%2F%3Ftel%3D0***&ep.password=***&gcd=13r3r3r3r5")
    assert shown["body"] == "ep.note=***&en=lead"
    assert shown["cookies"] == {"sess": "a***"}
    assert shown["headers"] == {"referer": "https://x.example/?tel=0***", "x-phone": "0***"}


@pytest.mark.parametrize("part", ["%25", "+1", "phone=", '"a":"', "phone=1 ", "%22a%22", "a%3D", "\\", "ü=1&"])
def test_a_long_text_of_beginnings_comes_back(part: str) -> None:
    assert len(mask_text(part * 10_000)) <= (len(part) + 3) * 10_000
