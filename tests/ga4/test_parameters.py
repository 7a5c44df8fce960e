"""The table of parameters in the documentation is what the code does, and it is complete."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import msgspec
import pytest

from container.clients.ga4 import Ga4Client
from container.event import get_path
from container.ga4.client_hints import HINTS
from container.ga4.items import FIELDS
from container.ga4.parameters import NUMBER_TEXTS, PROTECTED, TEXTS, find_target
from container.hit import Hit

DOCUMENT = (Path(__file__).parents[2] / "docs" / "clients.md").read_text("utf-8")
SECTION = DOCUMENT.partition("\n## ga4\n")[2].partition("\n## ")[0]


def rows() -> Iterator[tuple[str, str, str, Any]]:
    for line in SECTION.splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("| ").split(" | ")]
        if len(cells) == 4 and cells[0] != "parameter":
            yield cells[0], cells[1], cells[2], msgspec.json.decode(cells[3])


@pytest.mark.parametrize(("name", "example", "key", "value"), list(rows()))
def test_a_documented_parameter_becomes_what_its_row_says(name: str, example: str, key: str, value: Any) -> None:
    given = {"v": "2", "tid": "G-1", "cid": "1.2", "en": "x", name: example}
    query = "&".join(f"{one}={quote_plus(text)}" for one, text in given.items())
    [incoming] = Ga4Client().read(Hit("GET", "/g/collect", query), 0.0).incoming
    found = get_path(incoming.event, key)
    assert msgspec.json.encode(found, order="sorted") == msgspec.json.encode(value, order="sorted")


def test_every_parameter_with_a_name_of_its_own_is_documented() -> None:
    documented = {name for name, _, _, _ in rows()}
    assert (TEXTS.keys() | NUMBER_TEXTS.keys() | HINTS.keys()) - documented == set()


def test_the_documented_keys_nobody_else_may_fill_are_those_of_the_code() -> None:
    paragraph = SECTION.partition("**Names that clash.**")[2].partition("\n\n")[0]
    listed = paragraph.partition("except")[2]
    assert {word for word in PROTECTED if f"`{word}`" in listed} == PROTECTED


def test_no_two_parameters_share_a_key_and_no_two_item_keys_a_field() -> None:
    keys = [*TEXTS.values(), *NUMBER_TEXTS.values()]
    assert len(keys) == len(set(keys))
    assert len(FIELDS) == len(set(FIELDS.values()))


@pytest.mark.parametrize(
    "name", ["", "_", "ep.", "epn.", "up.", "sst.", "pr", "pr1234", "pr1a", "pr²", "ep", ".", "ep.user_data."]
)
def test_a_name_that_is_only_half_of_a_rule_is_an_unknown_one(name: str) -> None:
    _, key = find_target(name)
    assert key in (f"x-ga-mp2-{name}", "user_data.")


def test_an_unknown_parameter_does_not_take_the_place_of_the_user_properties() -> None:
    query = "v=2&tid=G-1&cid=1.2&en=x&user_properties=text"
    [incoming] = Ga4Client().read(Hit("GET", "/g/collect", query), 0.0).incoming
    assert "x-ga-mp2-user_properties" not in incoming.event
    assert incoming.event["x-ga-mp2-user_properties_"] == "text"
