"""Charts: the line, what is told instead of it, scales that are easy to read, gaps and lone values."""

from __future__ import annotations

from typing import Any

import pytest

from container.web.console.charts import duration, line_chart, written


def test_a_line_goes_from_left_to_right_and_up_with_its_values() -> None:
    chart = line_chart("Waiting", [0, 1, 2], {"payloads": [0, 5, 10]}, "count")
    assert chart.lines[0].path == "M0.0 140.0L300.0 70.0L600.0 0.0"
    assert chart.ticks == (10.0, 5.0, 0.0)
    assert chart.told == "payloads: 10 now, between 0 and 10"


def test_what_is_not_known_is_a_gap_and_what_stands_alone_is_a_dot() -> None:
    (line,) = line_chart("x", range(6), {"a": [None, 10, None, 0, 10, None]}, "count").lines
    assert (line.path, line.dots) == ("M360.0 140.0L480.0 0.0", "M120.0 0.0h.01")
    assert line.last == 10


def test_a_legend_says_what_its_figure_is_of() -> None:
    def legend(values: list[float | None], unit: str, whole: dict[str, float | None] | None = None) -> Any:
        (line,) = line_chart("x", range(len(values)), {"a": values}, unit, None, whole).lines
        return line.said, line.of

    assert legend([0, 5, 7], "count") == (7, "now")
    assert legend([0, 5, None], "seconds") == (5, "at last")
    assert legend([0, None, 12, 3], "rate") == (5, "on average")
    assert legend([1, 0, None], "share", {"a": 0.9}) == (0.9, "over this time")
    assert legend([None, None], "rate") == (None, "at last")


def test_a_chart_of_nothing_is_empty() -> None:
    assert line_chart("x", [0, 1], {"a": [None, None]}, "share").empty
    assert line_chart("x", [], {"a": []}, "count").empty
    assert not line_chart("x", [0], {"a": [0.0]}, "share").empty


def test_shares_always_have_the_same_scale_and_their_goal_a_height() -> None:
    chart = line_chart("x", [0, 1], {"a": [0.1, 0.2]}, "share", 0.75)
    assert chart.ticks == (1.0, 0.5, 0.0)
    assert chart.goal == 35.0


@pytest.mark.parametrize(
    ("highest", "unit", "top"),
    [
        (0, "count", 10), (7, "count", 10), (11, "count", 20), (43, "rate", 50), (99_000, "count", 100_000),
        (0, "seconds", 60), (61, "seconds", 120), (90_000, "seconds", 172_800), (900_000, "seconds", 950_400),
    ],
)  # fmt: skip
def test_a_scale_ends_at_a_round_number(highest: float, unit: str, top: float) -> None:
    assert line_chart("x", [0], {"a": [highest]}, unit).ticks[0] == top


def test_the_table_has_the_moments_of_which_anything_is_known_newest_first() -> None:
    chart = line_chart("x", [10, 20, 30], {"a": [1, None, None], "b": [None, None, 3]}, "count")
    assert chart.rows == [(30, [None, 3]), (10, [1, None])]


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.756, "share", "76 %"), (None, "share", "-"), (12345, "count", "12,345"), (9.46, "rate", "9.5"),
        (9, "rate", "9"), (1234.5, "rate", "1,234"), (95, "seconds", "1.6 min"),
    ],
)  # fmt: skip
def test_values_are_written_by_their_unit(value: float | None, unit: str, words: str) -> None:
    assert written(value, unit) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59.4, "59 s"), (60, "1 min"), (3600, "1 h"), (5400, "1.5 h"), (86400 * 12, "12 d")],
)
def test_a_length_of_time_is_written_in_its_largest_unit(seconds: float, words: str) -> None:
    assert duration(seconds) == words
