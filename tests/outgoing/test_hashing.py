"""Identifiers in vendors' normal forms, hashed; the digests are those vendors publish or sha256sum gives."""

from __future__ import annotations

from typing import Any

import pytest

from container.context import Context
from container.expression import compile_expression

JOHN = "96d9632f363564cc3032521409cf22a852f2032eec099ed5967c0d000cec607a"
RAPHAEL = "e74bb89e718fe1e19c422a48382870399f8bf7ca8dfa008739e75b0be76627b7"
PERSON = "542d240129883c019e106e3b1b2d3f3cb3537c43c425364de8e951d5a3083345"
PHONE = "dc008fda46e2e64002cf2f82a4906236282d431c4f75e5b60bfe79fc48546383"
PLUS_PHONE = "11f9231a47ccfd680a60606f73702bc2c0fb065a7f55c482269e51d9f9e868ae"
ANAB = "5453249bf6f515a147216016ca24cc538e32de2a112a7e053691e4eb78aa0ac9"
CAPITAL, SMALL = (
    "1792d1bfbe5136d9e46457abece3267399f1940e412a5b7f897f11e90c6ea5f2",
    "b11957b465a24a87b1a73c78d654345ab0748b18bbabe71b419531609a5689b8",
)


def read(expression: str, value: Any) -> Any:
    return compile_expression(f"{{{{ event.x | {expression} }}}}").read(Context({"x": value}))


@pytest.mark.parametrize(
    ("expression", "value", "expected"),
    [
        ("hash_plain", " Person@Example.com ", PERSON),
        ("hash_plain", "Raphaël", RAPHAEL),
        ("hash_plain", "John", JOHN),
        ("hash_plain", PERSON.upper(), PERSON),
        ("hash_plain", ["John", "john ", "Raphaël", None, "", 7.5j], [JOHN, RAPHAEL]),
        ("hash_exact", "U-77", CAPITAL),
        ("hash_exact", " u-77", SMALL),
        ("hash_google('email')", "Ana.B@Gmail.com", ANAB),
        ("hash_google('email')", "Person@Example.com", PERSON),
        ("hash_google('phone')", "+44 844 412 4653", PLUS_PHONE),
        ("hash_google('phone')", "0044 (844) 412-4653", PLUS_PHONE),
        ("hash_google('name')", " J o-h.n ", JOHN),
        ("hash_meta('ph')", "+44 844 412 4653", PHONE),
        ("hash_meta('em')", ["Person@Example.com"], [PERSON]),
    ],
)
def test_a_value_is_brought_into_its_form_and_hashed(expression: str, value: Any, expected: Any) -> None:
    assert read(expression, value) == expected


@pytest.mark.parametrize("filter_", ["hash_plain", "hash_exact", "hash_google('email')", "hash_meta('em')"])
@pytest.mark.parametrize(
    "value", [None, "", "  ", "undefined", "(not set)", "null", True, {}, {"a": 1}, [], [None], "x" * 5000]
)
def test_what_says_nothing_has_no_hash(filter_: str, value: Any) -> None:
    assert read(filter_, value) is None


def test_what_is_no_phone_or_address_has_no_hash() -> None:
    assert read("hash_google('phone')", "12345") is None
    assert read("hash_google('phone')", "1" * 16) is None
    assert read("hash_google('email')", "ana") is None


def test_lists_texts_and_addresses() -> None:
    assert read("as_list", "a") == ["a"]
    assert read("as_list", ["a", None, ""]) == ["a"]
    assert compile_expression("{{ event.y | as_list }}").read(Context({})) is None
    assert read("as_text", 5.0) == "5"
    assert read("as_text", {"a": 1}) is None
    assert read("url_part", "a/b?c#d é") == "a%2Fb%3Fc%23d%20%C3%A9"
    assert read("clean_url", "https://x.example/?a=1&m=ana%40example.com") == "https://x.example/?a=1"
    assert read("clean_url", "/only/a/path") is None
