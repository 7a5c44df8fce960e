"""The moment, the amount and the nesting: what is made of whatever a sender wrote for a time or a number."""

from __future__ import annotations

from typing import Any

import pytest

from container.amount import amount, identifier
from container.moment import believe, moment
from container.nesting import shallow


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1795411800, 1795411800.0),
        ("1795411800.5", 1795411800.5),
        (1795411800500, 1795411800.5),
        (1795411800500000, 1795411800.5),
        (1795411800500000000, 1795411800.5),
        ("2026-11-23T05:30:00.5Z", 1795411800.5),
        (" 2026-11-23 06:30:00.5+01:00 ", 1795411800.5),
        ("2026-11-23", 1795392000.0),
        (99_999_999, None),
        (1e21, None),
        ("2026-13-01", None),
        ("0001-01-01T00:00:00+23:59", None),
        (None, None),
        (["2026-11-23"], None),
        ("2026-11-23" + " " * 100, None),
    ],
)
def test_a_moment_is_read_in_every_common_unit_and_in_iso_8601(value: Any, seconds: float | None) -> None:
    assert moment(value) == seconds


def test_a_clock_ahead_is_set_back_and_an_old_one_is_believed_and_noted() -> None:
    notes: list[str] = []
    assert believe(1000.9, 1000.1, notes) == (1000, True)
    assert believe(1000.0 - 86400, 1000.0, notes) == (1000 - 86400, True)
    assert notes == []
    assert believe(1003.0, 1000.0, notes) == (1000, False)
    assert believe(1000.0 - 3 * 86400, 1000.0, notes) == (1000 - 3 * 86400, True)
    assert notes == [
        "the sender's clock is 3 s ahead: the time of arrival is used",
        "the event is 3 days old by the sender's clock",
    ]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("19.90", 19.9), ("20", 20), (" 7 ", 7), ("-1.5", -1.5), ("1e3", 1000), (3, 3), (2.5, 2.5), (4.0, 4),
        ("1_0", None), ("١٢", None), ("12,5", None), ("", None), ("nan", None), ("-inf", None), (float("nan"), None),
        (True, None), (10**400, None), ("9" * 41, None), (None, None), ({}, None),
    ],
)  # fmt: skip
def test_an_amount_is_a_plain_finite_number(value: Any, number: float | None) -> None:
    found = amount(value)
    assert found == number
    assert type(found) is type(number)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" a-1 ", "a-1"), (7, "7"), (7.0, "7"), (7.5, "7.5"), (9820982911946154508, "9820982911946154508"),
        ("", None), ("  ", None), (True, None), (10**400, None), (float("inf"), None), (None, None), ([1], None),
    ],
)  # fmt: skip
def test_an_identifier_is_text_or_the_digits_of_a_number(value: Any, text: str | None) -> None:
    assert identifier(value) == text


def test_nesting_counts_levels_and_not_brackets() -> None:
    deep: Any = 1
    for _ in range(32):
        deep = [deep]
    wide = [[] for _ in range(100)]
    assert shallow(deep, "[" * 32)
    assert not shallow([deep], "[" * 33)
    assert not shallow([{"a": deep}], b"[" * 34)
    assert shallow(wide, "[" * 101)
    assert shallow({"text": "[" * 50}, '{"text":"' + "[" * 50)
