"""Two versions are compared in all their files: included ones as one, components beside them, broken ones by lines."""

from __future__ import annotations

from pathlib import Path

from container.config.comparison import compare
from container.config.difference import ABSENT, Change
from container.config.snapshot import Snapshot, load_with_snapshot, snapshot
from tests.config.written import folder_of, texts

WHOLE = """
clients: { browser: ga4 }
triggers: { all: { event: page_view } }
tags: { a: { meta_capi: { pixel_id: "1", access_token: $T }, fires_on: all, needs_consent: [] } }
"""
MAIN = """
include: [parts/*.yaml]
clients: { browser: ga4 }
triggers: { all: { event: page_view } }
"""
PART = "tags: { a: { meta_capi: { pixel_id: '1', access_token: $T }, fires_on: all, needs_consent: [] } }\n"


def test_what_moved_into_an_included_file_is_told_as_moved() -> None:
    found = compare(texts(config=WHOLE), texts(config=MAIN, parts__a_yaml=PART))
    assert found == [Change("moved", "tag", "a", "", "config.yaml", "parts/a.yaml")]


def test_an_included_file_is_part_of_the_configuration() -> None:
    old = texts(config=MAIN, parts__a_yaml=PART)
    new = texts(config=MAIN, parts__a_yaml=PART.replace("'1'", "'2'"), parts__b_yaml="triggers: { b: { event: b } }")
    assert compare(old, new) == [
        Change("added", "trigger", "b", "", ABSENT, {"event": "b"}),
        Change("changed", "tag", "a", "meta_capi.pixel_id", "1", "2"),
    ]


def test_a_component_is_told_by_its_lines_a_template_by_what_is_written_in_it() -> None:
    old = texts(config=WHOLE, tags__x_yaml="endpoint: https://a.example\n", variables__v_py="a = 1\nb = 2\n")
    new = texts(
        config=WHOLE,
        tags__x_yaml="endpoint: https://b.example\n",
        variables__v_py="a = 1\nb = 3\nc = 4\n",
        tags__y_py="",
    )
    assert compare(old, new) == [
        Change("changed", "template", "x", "endpoint", "https://a.example", "https://b.example"),
        Change("changed", "file", "variables/v.py", "", ABSENT, "2 lines added, 1 removed"),
        Change("added", "file", "tags/y.py"),
    ]
    assert compare(new, old)[2:] == [Change("removed", "file", "tags/y.py")]


def test_a_file_that_is_no_yaml_is_told_by_its_lines() -> None:
    broken = texts(config=WHOLE + "tags: { a: [\n")
    for one, other, said in ((WHOLE, broken, "1 line added, 0 removed"), (None, broken, "")):
        old = Snapshot("config.yaml", {}) if one is None else texts(config=one)
        (change,) = compare(old, other)
        assert (change.sort, change.name) == ("file", "config.yaml")
        assert change.new == (said or ABSENT)
    assert compare(broken, broken) == []
    assert compare(Snapshot("config.yaml", {}), Snapshot("config.yaml", {})) == []


# What belongs to a version


def test_a_version_holds_what_was_read_and_the_components_beside_it(tmp_path: Path) -> None:
    version = texts(config=MAIN, parts__a_yaml=PART, variables__shout_py="x = 1\n", tags__t_yaml="a: b\n")
    config = folder_of(tmp_path, version)
    for name in ("notes.yaml", "tags/.hidden.py", "tags/notes.txt", "other/x.py", "data/outbox.db"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    assert snapshot(config) == version
    loaded, read = load_with_snapshot(config, {"T": "the-secret"})
    assert read == version
    assert [one.name for one in loaded.files] == ["config.yaml", "a.yaml"]
    assert not any(b"the-secret" in text for text in read.files.values())


def test_the_programs_own_components_belong_to_no_version(tmp_path: Path) -> None:
    import tags

    root = Path(str(tags.__file__)).parent.parent
    assert set(snapshot(root / "config.yaml").files) == {"config.yaml"}


def test_a_configuration_that_is_not_there_has_no_texts(tmp_path: Path) -> None:
    assert snapshot(tmp_path / "config.yaml").files == {}
