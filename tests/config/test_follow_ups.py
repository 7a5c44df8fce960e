"""One fault, one message: what only follows from a fault that is told elsewhere is not told as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from container.config.load import load

CONFIG = """
clients: {{ browser: ga4 }}
triggers: {{ order: {{ event: purchase }} }}
tags:
  one:
    {tag}
    fires_on: order
"""


def told(folder: Path, tag: str) -> list[str]:
    (folder / "config.yaml").write_text(CONFIG.format(tag=tag))
    return [str(one).removeprefix(f"{folder}/") for one in load(folder / "config.yaml", {}).problems]


def test_a_tag_of_a_template_that_has_a_fault_is_not_called_unknown(tmp_path: Path) -> None:
    (tmp_path / "tags").mkdir()
    (tmp_path / "tags" / "depot.yaml").write_text("description: A depot.\nendpont: https://depot.example\n")
    assert [one.partition(":")[0] for one in told(tmp_path, "depot: { id: x }")] == ["tags/depot.yaml"] * 3
    assert "'depo' is not a type of tag" in told(tmp_path, "depo: { id: x }")[0]


@pytest.mark.parametrize("tag", ["broken", "broken: { a: 1 }"])
def test_a_tag_of_a_component_file_that_cannot_be_read_is_not_called_unknown(tmp_path: Path, tag: str) -> None:
    (tmp_path / "tags").mkdir()
    (tmp_path / "tags" / "broken.py").write_text("class BrokenTag(\n")
    assert [one.partition(":")[0] for one in told(tmp_path, tag if ":" in tag else f"{tag}:")] == ["tags/broken.py"]


def test_a_complaint_about_what_could_be_read_is_told_beside_what_could_not(tmp_path: Path) -> None:
    tag = 'http_request: { url: "https://a.example/", method: GET, json: { a: 1 }, retry: soon }'
    assert [one.partition(": tags.one.http_request.")[2].partition(";")[0] for one in told(tmp_path, tag)] == [
        "json: a GET request has no body",
        "retry: expected a whole number, found text",
    ]
    unread = 'http_request: { url: "https://a.example/", method: GTE, json: { a: 1 }, batch: 5 }'
    assert [one.partition(": tags.one.http_request.")[2].partition(";")[0] for one in told(tmp_path, unread)] == [
        "method: 'GTE' is not one of POST, GET, PUT, PATCH, DELETE, HEAD"
    ]
