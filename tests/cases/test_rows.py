"""Rows: both sides of a failure line beside line, the leaves that differ marked, nothing left out in few columns."""

from __future__ import annotations

from container.cases.rows import Row, plain_rows, rows


def test_only_the_leaves_that_differ_are_marked() -> None:
    found = list(rows({"a": {"b": 1, "c": "x"}, "d": [1, 2]}, {"a": {"b": 2, "c": "x", "e": 0}, "d": [1, 3], "f": 1}))
    assert found == [
        Row("a:", "a:"),
        Row("  b: 1", "  b: 2", differs=True),
        Row("  c: x", "  c: x"),
        Row("", "  (also e)", aside=True),
        Row("d:", "d:"),
        Row("  - 1", "  - 1"),
        Row("  - 2", "  - 3", differs=True),
        Row("", "(also f)", aside=True),
    ]


def test_what_is_too_much_is_marked_where_all_was_told() -> None:
    assert list(rows({"a": 1}, {"a": 1, "b": {"c": 2}}, exactly=True)) == [
        Row("a: 1", "a: 1"),
        Row("", "b:", differs=True),
        Row("", "  c: 2", differs=True),
    ]


def test_what_is_not_there_is_said() -> None:
    assert list(rows({"a": {"b": [1]}}, {})) == [
        Row("a:", "a: (nothing)", differs=True),
        Row("  b:", "", differs=True),
        Row("    - 1", "", differs=True),
    ]
    assert list(rows([1], [])) == [Row("- 1", "- (nothing)", differs=True)]
    assert list(rows("x", None)) == [Row("x", "(nothing)", differs=True)]


def test_a_text_that_looks_like_a_number_is_told_from_one() -> None:
    assert list(rows({"v": 1}, {"v": "1"})) == [Row("v: 1", 'v: "1"', differs=True)]


def test_a_long_value_goes_on_below_and_loses_no_letter() -> None:
    wide = "0123456789abcdef" * 4
    lines = plain_rows({"em": wide}, {"em": "x"}, width=60)
    assert lines[0].split() == ["expected", "received"]
    assert all(line.startswith("! ") and len(line) <= 60 for line in lines[1:])
    assert "".join(line[2:30].strip() for line in lines[1:]).removeprefix("em:").strip() == wide
    assert lines[1].endswith("em: x")
