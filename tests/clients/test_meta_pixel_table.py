"""The documentation's table of pixel parameters is what the client does."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest

from container.event import get_path
from container.pixel.reading import KEPT
from tests.clients.pixel import pixel


def documented() -> list[tuple[str, str, list[str]]]:
    """The rows of the documentation's table: parameter, example, and the paths of event data it becomes."""
    text = (Path(__file__).parents[2] / "docs/clients.md").read_text("utf-8")
    section = text.partition("\n## meta_pixel\n")[2].partition("\n## ")[0]
    rows = [line.split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return [
        (
            name.strip("| `"),
            example.strip("`"),
            re.findall(r"`([^`]+)`", re.split(r";|:| unless| when|, together", rest)[0]),
        )
        for name, example, rest in rows
    ]


@pytest.mark.parametrize(("name", "example", "paths"), documented(), ids=[row[0] for row in documented()])
def test_the_documented_table_is_what_happens(name: str, example: str, paths: list[str]) -> None:
    beside = {"id": "1", "ev": "X", "sh": "1080", "dpo": "LDU", "td": "sent"}
    event = pixel(urlencode({**beside, name: example})).event
    assert paths
    assert [path for path in paths if get_path(event, path) is None] == []
    without = pixel(
        urlencode({key: value for key, value in {**beside, "sh": ""}.items() if key not in (name, "dpo")})
    ).event
    assert [path for path in paths if get_path(without, path) is not None] == []


def test_every_parameter_the_client_keeps_is_documented() -> None:
    names = {name for name, _, _ in documented()}
    assert {name for name, _ in KEPT} <= names
