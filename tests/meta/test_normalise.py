"""What is sent for a person's data: hashes, lists, what was hashed before, and what must never be sent."""

import hashlib
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from container.meta.normalise import HASHED, MOST_VALUES, hashed, hashed_all, judged, normalise

EMAIL = "973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b"  # sha256 of test@example.com (vector)
NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # sha256 of the empty text


def of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_value_is_hashed_after_normalising() -> None:
    assert hashed("em", "  TEST@example.com ") == EMAIL


def test_a_value_that_was_hashed_before_is_only_lowered() -> None:
    assert hashed("em", EMAIL.upper()) == EMAIL
    assert hashed("external_id", f" {EMAIL.upper()} ") == EMAIL


@pytest.mark.parametrize("mark", ["AQ", "Bg", "AQQCAQAA"])
def test_a_value_of_the_parameter_builder_is_kept_with_its_mark(mark: str) -> None:
    assert hashed("ph", f"{EMAIL}.{mark}") == f"{EMAIL}.{mark}"


def test_an_unknown_mark_makes_a_value_no_hash() -> None:
    assert hashed("em", f"{EMAIL}.XX") is None


@pytest.mark.parametrize("key", HASHED)
@pytest.mark.parametrize(
    "nothing", ["", "  ", "\t\n", None, "undefined", "NULL", "(not set)", "NaN", "[object Object]"]
)
def test_nothing_and_placeholders_are_never_sent(key: str, nothing: object) -> None:
    assert hashed(key, nothing) is None


@pytest.mark.parametrize("word", ["", " ", "undefined", "null", "None", "NaN", "(not set)", "[object object]"])
def test_the_hash_of_nothing_is_never_sent(word: str) -> None:
    assert hashed("em", of(word)) is None
    assert hashed("em", of(word).upper()) is None
    assert hashed("em", of(word) + ".AQ") is None


def test_the_hash_of_nothing_is_named() -> None:
    assert judged("fn", NOTHING) == (None, "is the hash of an empty or placeholder value")


@pytest.mark.parametrize("key", HASHED)
@pytest.mark.parametrize("wrong", [True, False, {"a": 1}, b"x", object()])
def test_what_is_no_text_is_left_out(key: str, wrong: object) -> None:
    assert hashed(key, wrong) is None


@pytest.mark.parametrize("key", HASHED)
def test_a_huge_value_is_left_out(key: str) -> None:
    assert hashed(key, "7" * 3000) is None
    assert hashed(key, 10**5000) is None


def test_a_list_is_hashed_without_repetitions_in_order() -> None:
    found, reasons = hashed_all("em", ["b@x.org", "a@x.org", "B@x.org ", "nobody", None])
    assert found == [of("b@x.org"), of("a@x.org")]
    assert reasons == ["is not an e-mail address", "is empty"]


def test_a_list_has_an_end() -> None:
    found, reasons = hashed_all("external_id", [str(number) for number in range(1000)])
    assert len(found) == MOST_VALUES
    assert reasons == ["has more than 50 values"]


def test_an_md5_is_no_hash_for_meta() -> None:
    md5 = hashlib.md5(b"test@example.com").hexdigest()
    assert judged("em", md5) == (None, "is an MD5 hash, which Meta does not match")
    assert hashed("fn", md5, match="builder") == md5


@pytest.mark.parametrize(
    ("key", "value", "normal"),
    [
        ("em", "First.Last+tag@GMAIL.com", "first.last+tag@gmail.com"),  # Meta keeps Gmail's dots and tags
        ("fn", "Valéry", "valéry"),  # Meta's own example
        ("ln", "O’Connor-Smith", "oconnorsmith"),
        ("fn", "अनीता", "अनीता"),  # vowel signs are marks, not symbols
        ("ct", "San José", "sanjosé"),
        ("ct", "Washington, D.C.", "washingtondc"),
        ("ct", "Москва", "москва"),
        ("st", "N.Y.", "ny"),
        ("st", "District of Columbia", "dc"),
        ("st", "Île-de-France", "îledefrance"),
        ("zp", "SW1A 1AA", "sw1a1aa"),
        ("zp", "12345 6789", "12345"),
        ("zp", "12345-678", "12345678"),  # Brazil
        ("zp", 94025, "94025"),
        ("country", "AUT", "at"),
        ("country", "SWE", "se"),
        ("country", "Côte d’Ivoire", "ci"),
        ("country", "Türkiye", "tr"),
        ("country", "UK", "gb"),
        ("country", "Deutschland", "de"),
        ("ge", "Mrs", "f"),
        ("db", "1997-02-16", "19970216"),
        ("external_id", "Ab C", "Ab C"),  # the pixel hashes an id as it stands
        ("f5first", "Jean-Luc", "jeanl"),
        ("dobm", "2", "02"),
        ("doby", 1997, "1997"),
        ("zp", "\u001fZIP-1\u00a0", "\u001fzip1"),  # white space is ECMAScript's
        ("external_id", 0.000012, "0.000012"),
        ("external_id", 12.0, "12"),
    ],
)
def test_the_documented_form(key: str, value: object, normal: str) -> None:
    assert normalise(key, value) == normal


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("em", "a@b"),
        ("em", "a b@c.de"),
        ("ph", "call me"),
        ("ge", "x"),
        ("db", "13/13/1990"),
        ("zp", 123),
        ("dobm", 13),
    ],
)
def test_what_cannot_be_valid_is_left_out(key: str, value: object) -> None:
    assert hashed(key, value) is None


@pytest.mark.parametrize(
    ("written", "country", "digits"),
    [
        ("0172 1234567", "DE", "491721234567"),
        ("(650) 555-1212", "us", "16505551212"),
        ("020 7946 0958", "GB", "442079460958"),
        ("+44 20 7946 0958", "US", "442079460958"),
        ("0044 20 7946 0958", "US", "442079460958"),
        ("442079460958", "GB", "442079460958"),
        (6505551212, "US", "16505551212"),
    ],
)
def test_a_national_number_gets_its_country_code(written: object, country: str, digits: str) -> None:
    assert normalise("ph", written, default_country=country) == digits


def test_a_number_that_cannot_be_one_of_the_country_is_left_out() -> None:
    assert hashed("ph", "12", default_country="US") is None
    assert hashed("ph", "none of your business", default_country="DE") is None


def test_without_the_phone_package_a_national_number_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    assert judged("ph", "0172 1234567", default_country="DE") == (
        None,
        "needs the phonenumbers package for default_country",
    )
    assert hashed("ph", "+49 172 1234567") == of("491721234567")


def test_an_unknown_key_is_an_error_of_the_caller() -> None:
    with pytest.raises(KeyError):
        normalise("shoe_size", "46")


@given(st.sampled_from(HASHED), st.one_of(st.text(), st.floats(), st.integers(), st.binary()))
def test_whatever_comes_is_a_hash_or_nothing(key: str, value: object) -> None:
    for match in ("documented", "builder"):
        found = hashed(key, value, match=match)
        assert found is None or len(found) in (32, 64)
        assert found not in (NOTHING, of("undefined"))
