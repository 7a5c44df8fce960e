"""JSON as senders write it: what a strict reader would lose is mended and told."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from container.reading import MENDED, Unreadable, fault, read_json

BEYOND = "a number beyond any range was left out"


@pytest.mark.parametrize(
    ("text", "value", "notes"),
    [
        (rb'{"a":"Hat \ud83d"}', {"a": "Hat �"}, [MENDED]),
        (rb'{"a":"\udc00x","b":"\ud83d"}', {"a": "�x", "b": "�"}, [MENDED]),
        (rb'{"a":"\ud83d\u0041"}', {"a": "�A"}, [MENDED]),
        (rb'{"\ud83d":["\ud83d\udc4d\ud83d"]}', {"�": ["\U0001f44d�"]}, [MENDED]),
        (b'{"value":1e999,"b":1}', {"b": 1}, [f"value: {BEYOND}"]),
        (b'{"a":[1,-1e400,2]}', {"a": [1, 2]}, [f"a: {BEYOND}"]),
        (b'{"a b":1e999}', {}, [f"a field: {BEYOND}"]),
        (b'{"a":' + b"9" * 5000 + b"}", {}, [f"a: {BEYOND}"]),
        (rb'{"a":"\ud83d","n":18446744073709551615,"x":1.5e3}', {"a": "�", "n": 2**64 - 1, "x": 1500.0}, [MENDED]),
    ],
)
def test_half_a_character_and_a_number_beyond_any_range_lose_nothing_else(
    text: bytes, value: Any, notes: list[str]
) -> None:
    told: list[str] = []
    found = read_json(text, told)
    assert (found, told) == (value, notes)
    assert msgspec.json.decode(msgspec.json.encode(found)) == value
    assert read_json(text.decode(), []) == value


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "is not JSON: it is empty"),
        (" ", "is not JSON: it is empty"),
        ('{"a":1', "is not JSON: it ends too early"),
        ("{'a':1}", "is not JSON: it cannot be read at character 2"),
        ("1e999", "is a number beyond any range"),
        ('{"a":-Infinity}', "is not JSON: -Infinity is no number in it"),
        ("[" * 33 + "]" * 33, "is nested deeper than 32 levels"),
        ("[" * 33 + r'"\ud800"' + "]" * 33, "is nested deeper than 32 levels"),
        ("[" * 50_000 + "]" * 50_000, "is nested deeper than 32 levels"),
        ("[1]", ""),
    ],
)
def test_what_cannot_be_read_is_told_by_its_fault(text: str, wrong: str) -> None:
    assert fault(text) == wrong


def test_who_takes_any_depth_gets_it_until_nobody_could_walk_it() -> None:
    deep = "[" * 40 + r'"\ud800"' + "]" * 40
    assert json.dumps(read_json(deep, [], any_depth=True)).count("[") == 40
    with pytest.raises(Unreadable, match="deeper than 32"):
        read_json("[" * 50_000, [], any_depth=True)


def test_many_numbers_beyond_any_range_are_told_of_ten_times_at_most() -> None:
    notes: list[str] = []
    assert read_json(json.dumps({f"f{one}": "N" for one in range(500)}).replace('"N"', "1e999"), notes) == {}
    assert len(notes) == 10
