"""``tagdock schema``: printed, or kept where the configuration points."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.tagdock import tagdock

TEXT = "clients: { browser: ga4 }\n"
POINTER = "# yaml-language-server: $schema="


def test_it_is_kept_beside_the_configuration_whose_first_line_then_names_it(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(TEXT)
    done = tagdock("schema", "--write", at=tmp_path)
    assert (done.returncode, done.stdout) == (0, "tagdock.schema.json is written; config.yaml points at it\n")
    assert (tmp_path / "config.yaml").read_text() == f"{POINTER}tagdock.schema.json\n{TEXT}"
    kept = json.loads((tmp_path / "tagdock.schema.json").read_text())
    assert kept["$defs"]["client_name"] == {"anyOf": [{"enum": ["browser"]}, {"type": "string"}]}
    assert tagdock("schema", "--write", at=tmp_path).returncode == 0
    assert (tmp_path / "config.yaml").read_text().count(POINTER) == 1


def test_it_is_kept_where_the_configuration_says(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "config.yaml").write_text(f"# Our shop.\n{POINTER}docs/mine.json\n{TEXT}")
    tagdock("schema", "--write", at=tmp_path)
    assert [one.name for one in tmp_path.rglob("*.json")] == ["mine.json"]
    assert (tmp_path / "config.yaml").read_text() == f"# Our shop.\n{POINTER}docs/mine.json\n{TEXT}"


@pytest.mark.parametrize("target", ["docs/gone.json", "https://schema.example/tagdock.json"])
def test_a_pointer_to_nowhere_is_mended(target: str, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(f"{POINTER}{target}\n{TEXT}")
    tagdock("schema", "--write", at=tmp_path)
    assert (tmp_path / "config.yaml").read_text() == f"{POINTER}tagdock.schema.json\n{TEXT}"
    assert (tmp_path / "tagdock.schema.json").exists()


def test_windows_line_ends_and_a_byte_order_mark_stay(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_bytes(b"\xef\xbb\xbfclients:\r\n  browser: ga4\r\n")
    tagdock("schema", "--write", at=tmp_path)
    line = f"{POINTER}tagdock.schema.json\r\n".encode()
    assert (tmp_path / "config.yaml").read_bytes() == b"\xef\xbb\xbf" + line + b"clients:\r\n  browser: ga4\r\n"
    assert tagdock("lint", at=tmp_path).stdout == "config.yaml is in order\n"


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    done = tagdock("schema", "--write", at=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "config.yaml: the file cannot be read: no such file or directory\n"
    (tmp_path / "config.yaml").write_text(TEXT)
    (tmp_path / "tagdock.schema.json").mkdir()
    done = tagdock("schema", "--write", at=tmp_path)
    assert (done.returncode, done.stderr) == (1, "config.yaml: tagdock.schema.json: is a directory\n")


def test_without_a_configuration_it_is_that_of_any(tmp_path: Path) -> None:
    assert json.loads(tagdock("schema", at=tmp_path).stdout)["$defs"]["tag_name"] == {"type": "string"}


def test_with_json_it_is_the_same_schema_and_where_it_was_kept_is_told_in_json(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(TEXT)
    assert tagdock("schema", "--json", at=tmp_path).stdout == tagdock("schema", at=tmp_path).stdout
    told = json.loads(tagdock("schema", "--write", "--json", at=tmp_path).stdout)
    assert told == {"schema": "tagdock.schema.json", "config": "config.yaml"}


@pytest.mark.parametrize("verb", ["schema", "explain"])
def test_a_configuration_that_was_named_must_be_there_and_the_default_one_need_not(verb: str, tmp_path: Path) -> None:
    done = tagdock(verb, "-c", "no.yaml", at=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("no.yaml:1:1: the file cannot be read: no such file or directory; check the path")
    assert tagdock(verb, at=tmp_path).returncode == 0
