"""The kinds: how a value is written, and written again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from container.config.decode import Decoder
from container.kinds import (
    Boolean,
    Choice,
    Duration,
    Integer,
    ListOf,
    MapOf,
    Network,
    Number,
    Secret,
    Size,
    Templated,
    Text,
    Value,
)
from container.node import Node
from container.registry import Registry
from container.schema import Invalid, Kind


def decode(kind: Kind[Any], node: Node) -> tuple[Any, list[str]]:
    decoder = Decoder(Registry())
    found = kind.decode(node, decoder)
    return found, [one.text for one in decoder.problems if not one.warning]


def scalar(value: Any, raw: str | None = None, **more: Any) -> Node:
    return Node("scalar", "c.yaml", 1, 1, "a", value, str(value) if raw is None else raw, **more)


@pytest.mark.parametrize(
    ("kind", "raw", "meant"),
    [
        (Duration(), "500ms", 0.5), (Duration(), "1.5s", 1.5), (Duration(), "15m", 900.0),
        (Duration(), "24 h", 86400.0),
        (Duration(), "7d", 604800.0), (Duration(), "0s", 0.0), (Size(), "256KiB", 262144), (Size(), "2GB", 2 * 10**9),
        (Size(), "7B", 7), (Network(), "10.0.0.0/8", "10.0.0.0/8"), (Network(), "::1", "::1"),
        (Choice("a", "b"), "a", "a"), (Text(), "x", "x"), (Text(r"\d+"), "12", "12"),
    ],
)  # fmt: skip
def test_a_value_is_taken(kind: Kind[Any], raw: str, meant: Any) -> None:
    assert decode(kind, scalar(raw)) == (meant, [])


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Duration(), "5"), (Duration(), 5), (Duration(), "5 minutes"), (Duration(), "-5s"), (Duration(), "1e3s"),
        (Size(), "5"), (Size(), "5kb"), (Network(), "localhost"), (Network(), "10.0.0.0/99"), (Network(), None),
        (Choice("a"), "b"), (Choice("a"), None), (Text(), True), (Text(), None), (Text(), ""), (Text(r"\d+"), "x1"),
        (Integer(), 1.0), (Integer(), True), (Integer(), "1"), (Integer(1, 5), 6), (Integer(1), 0), (Number(), "1"),
        (Number(high=3), 4), (Boolean(), "yes"), (Boolean(), 1), (Value(), None), (Templated(), "{{ a"),
        (Secret(), None),
    ],
)  # fmt: skip
def test_a_value_is_refused_with_one_problem(kind: Kind[Any], value: Any) -> None:
    found, problems = decode(kind, scalar(value, "" if value is None else None))
    assert isinstance(found, Invalid)
    assert len(problems) == 1


@pytest.mark.parametrize("raw", ["true", "null", "5", "1.50"])
def test_what_comes_from_the_environment_is_text_where_text_is_wanted(raw: str) -> None:
    values: dict[str, Any] = {"true": True, "null": None, "5": 5, "1.50": 1.5}
    assert decode(Text(), scalar(values[raw], raw, environment="NAME")) == (raw, [])


def test_what_is_unset_is_left_to_the_loader_to_tell() -> None:
    for kind in (Text(), Integer(), Boolean(), Duration(), Choice("a"), Network(), Value(), MapOf(Text())):
        found, problems = decode(kind, scalar(None, "", environment="NAME", missing=True))
        assert isinstance(found, Invalid)
        assert problems == []


def test_every_wrong_element_of_a_list_is_told() -> None:
    node = Node("list", "c.yaml", 1, 1, "a", elements=[scalar("x"), scalar(3), scalar(None, ""), scalar(True)])
    _, problems = decode(ListOf(Integer()), node)
    assert problems == [
        "expected a whole number, found text",
        "expected a whole number, found nothing",
        "expected a whole number, found true or false",
    ]
    assert decode(ListOf(Text(), most=2), node)[1][-1] == "4 values are too many"


@given(st.integers(0, 10**7))
def test_a_duration_is_written_again_as_what_it_was(seconds: int) -> None:
    assert decode(Duration(), scalar(Duration().spell(float(seconds)))) == (float(seconds), [])


@given(st.integers(0, 999) | st.integers(0, 99).map(lambda one: one * 1024**2))
def test_a_size_is_written_again_as_what_it_was(size: int) -> None:
    assert decode(Size(), scalar(Size().spell(float(size)))) == (size, [])
