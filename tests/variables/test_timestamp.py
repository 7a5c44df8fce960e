"""The variable `timestamp`: the arrival of the hit, in three ways of writing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.variables.asking import ask


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("timestamp", 1772366400),
        ("{ timestamp: seconds }", 1772366400),
        ("{ timestamp: { unit: milliseconds } }", 1772366400123),
        ("{ timestamp: iso }", "2026-03-01T12:00:00.123Z"),
    ],
)
def test_it_is_the_moment_the_hit_arrived(written: str, meant: Any) -> None:
    assert ask(written) == meant


def test_a_whole_second_is_written_as_long_as_any_other() -> None:
    assert ask("{ timestamp: iso }", now=0.0) == "1970-01-01T00:00:00.000Z"
