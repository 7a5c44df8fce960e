"""Backoff is exponential with full jitter, and never less than the vendor asks for."""

from __future__ import annotations

import pytest

from container.delivery.backoff import LONGEST_RETRY_AFTER, Backoff, asked

NOW = 1_766_755_500.0  # Fri, 26 Dec 2025 13:25:00 GMT


@pytest.mark.parametrize(
    ("failures", "ceiling"), [(1, 1.0), (2, 2.0), (5, 16.0), (10, 512.0), (11, 900.0), (5000, 900.0)]
)
def test_the_ceiling_doubles_up_to_the_longest(failures: int, ceiling: float) -> None:
    assert Backoff(1.0, 900.0, lambda: 1.0).pause(failures) == ceiling


def test_the_jitter_reaches_down_to_nothing() -> None:
    assert Backoff(1.0, 900.0, lambda: 0.0).pause(8) == 0.0
    assert Backoff(1.0, 900.0, lambda: 0.25).pause(8) == 32.0


@pytest.mark.parametrize(
    ("failures", "wanted", "pause"),
    [(1, 30.0, 30.0), (10, 30.0, 256.0), (1, 1e9, LONGEST_RETRY_AFTER), (1, -5.0, 0.5), (1, float("nan"), 0.5)],
)
def test_the_vendor_may_ask_for_more_but_not_for_less_or_for_ever(failures: int, wanted: float, pause: float) -> None:
    assert Backoff(1.0, 900.0, lambda: 0.5).pause(failures, wanted) == pause


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": " 0 "}, 0.0),
        ({"retry-after": "Fri, 26 Dec 2025 13:27:00 GMT"}, 120.0),
        ({"retry-after": "Friday, 26-Dec-25 13:27:00 GMT"}, 120.0),
        ({"retry-after": "Fri Dec 26 13:27:00 2025"}, 120.0),
        ({"retry-after": "Fri, 26 Dec 2025 13:20:00 GMT"}, 0.0),
        (
            {"retry-after": "Thu, 01 Jan 2026 00:01:00 GMT", "date": "Thu, 01 Jan 2026 00:00:00 GMT"},
            60.0,  # the vendor's clock is five days ahead of ours
        ),
        ({"retry-after": "Fri, 26 Dec 2025 13:27:00 GMT", "date": "yesterday"}, 120.0),
    ],
)
def test_retry_after_is_a_number_of_seconds_or_a_date(headers: dict[str, str], seconds: float) -> None:
    assert asked(headers, NOW) == seconds


@pytest.mark.parametrize("said", ["", "soon", "-5", "1.5", "²", "Fri, 99 Dec 2025 99:99:99 GMT", "x" * 100_000, "1,2"])
def test_a_retry_after_that_means_nothing_is_none(said: str) -> None:
    assert asked({"retry-after": said}, NOW) is None
    assert asked({}, NOW) is None


def test_a_number_as_long_as_a_novel_is_only_a_long_time() -> None:
    wanted = asked({"retry-after": "9" * 100_000}, NOW)
    assert Backoff(1.0, 900.0, lambda: 0.5).pause(1, wanted) == LONGEST_RETRY_AFTER
