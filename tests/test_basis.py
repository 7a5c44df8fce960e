"""The legal ground in a few words: what a consent platform told, never its raw string."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from container.basis import basis


def tcf(consent: str, interest: str, version: int = 2) -> str:
    """A TC string whose core is the version, 146 bits of no interest, and 24 bits each of purposes, as written."""
    bits = f"{version:06b}" + "1" * 146 + consent.ljust(24, "0") + interest.ljust(24, "0") + "0000"
    data = int(bits.ljust(208, "0"), 2).to_bytes(26, "big")
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def system(**said: Any) -> dict[str, Any]:
    return {"x-sst-system_properties": said}


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({}, ""),
        ({"event_name": "purchase", "value": 3}, ""),
        (system(gdpr="1"), "gdpr"),
        (system(gdpr="0"), "no gdpr"),
        ({"gdpr": 1, "x-ga-dma": "1"}, "gdpr; dma"),
        ({"x-ga-dma": "0"}, ""),
        (system(gdpr="1", gdpr_consent=tcf("1011", "01")), "gdpr; tcf consent 1,3,4 interest 2"),
        (system(gdpr_consent=tcf("", "")), "tcf consent none interest none"),
        (
            {"gdpr_consent": tcf("1" * 24, "0" * 23 + "1")},
            f"tcf consent {','.join(map(str, range(1, 25)))} interest 24",
        ),
        (system(gdpr_consent=tcf("1011", "01") + ".YAAAAAAAAAAA"), "tcf consent 1,3,4 interest 2"),
        (system(us_privacy="1YYN"), "us opt-out"),
        ({"us_privacy": "1ynn"}, "us no opt-out"),
        ({"us_privacy": "1---"}, ""),
    ],
)
def test_what_was_told_in_words(event: dict[str, Any], words: str) -> None:
    assert basis(event) == words


@pytest.mark.parametrize("raw", [tcf("1", "1", version=1), "jane@shop.example", "CP", "\ud800", "A" * 5000, "é" * 40])
def test_what_is_no_string_of_a_cmp_is_unreadable_and_never_repeated(raw: str) -> None:
    assert basis(system(gdpr_consent=raw)) == "tcf unreadable"


@pytest.mark.parametrize("value", [None, "", 3, [], {}, ["1"], {"a": 1}, "1YNNN", True, 1.5, "2YYN"])
def test_values_of_any_type_raise_nothing(value: Any) -> None:
    assert "us" not in basis({"us_privacy": value})
    for name in ("gdpr_consent", "gdpr"):
        assert basis(system(**{name: value})) in {"", "gdpr", "tcf unreadable"}
    assert basis({"x-sst-system_properties": value}) == ""
