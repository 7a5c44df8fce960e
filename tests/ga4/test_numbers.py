"""Numbers are finite and plain, or they are none."""

from __future__ import annotations

import pytest

from container.ga4.numbers import read_number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("25042", 25042),
        ("1766755449798", 1766755449798),
        ("12345678901234567", 12345678901234567.0),
        ("72.05", 72.05),
        ("-3.5", -3.5),
        ("5.00", 5),
        ("1e3", 1000),
        (" 7 ", 7),
    ],
)
def test_a_number_keeps_its_value_and_is_whole_where_it_is_whole(text: str, expected: float) -> None:
    found = read_number(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "text", ["", "NaN", "nan", "Infinity", "-inf", "1e999", "1_000", "12,50", "0x10", "٣", "²", "p1", "9" * 41]
)
def test_what_is_no_finite_number_is_none(text: str) -> None:
    assert read_number(text) is None
