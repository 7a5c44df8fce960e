"""The place of a fault inside a text: line and column, however the text is written."""

from __future__ import annotations

import pytest

from container.config.load import load_text


def places(text: str) -> list[tuple[str, str]]:
    """Where each unknown variable of the file is said to stand, and what stands there."""
    lines = text.split("\n")
    found = []
    for one in load_text(text).errors:
        name = one.text.partition("'")[2].rstrip("'")
        assert one.text == f"there is no variable '{name}'"
        found.append((name, lines[one.line - 1][one.column - 1 :][: len(name)]))
    return found


@pytest.mark.parametrize(
    "written",
    [
        '"{{ here }}"',
        "'{{ here }}'",
        "a {{ here }}",
        '"say \\"hi\\" {{ here }}"',
        '"\\u00e4\\x41\\n {{ here }}"',
        "'it''s {{ here }}'",
        '"one {{ other }} two\n      three {{ here }}"',
        "'one two\n\n      it''s three {{ here }}'",
        "one two\n      three {{ here }} four",
        "|\n      {{ here }}",
        "|\n      one {{ other }}\n\n      two {{ here }}\n",
        "|2-\n        one\n      two  {{ here }}\n",
        "> # folded\n      one {{ other }}\n      two\n\n      three {{ here }}\n",
        ">-\n      one\n        {{ other }} more\n      {{ here }}",
        "&name |\n      {{ here }}",
    ],
)
def test_a_name_is_pointed_at_however_the_text_is_written(written: str) -> None:
    text = f"variables:\n  other: {{ constant: 1 }}\n  a:\n    template: {written}\n"
    assert places(text) == [("here", "here")]


def test_in_a_long_text_every_name_is_pointed_at() -> None:
    text = "variables:\n  a:\n    template: |\n      {{ first }}\n      ä {{ second }} {{ third }}\n"
    assert places(text) == [(name, name) for name in ("first", "second", "third")]
