"""Includes: one configuration in several files, merged by name, every fault told in the file it stands in."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from container.cases import read_cases
from container.config.load import Loaded, load, load_text

MAIN = """
include: [tags/*.yaml, triggers.yaml]
clients: { browser: ga4 }
delivery: { to: sandbox }
"""
META = """
tags:
  {name}:
    meta_capi: {{ pixel_id: "1234567890", access_token: $TOKEN }}
    fires_on: purchase
    needs_consent: []
"""
TRIGGERS = "triggers: { purchase: { event: purchase } }\n"


def write(folder: Path, **files: str) -> Loaded:
    """Write ``config="..."`` as config.yaml and ``tags__a="..."`` as tags/a.yaml, and load the former."""
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return load(folder / "config.yaml", environ={})


def told(loaded: Loaded, folder: Path) -> list[str]:
    return [str(one).replace(f"{folder}/", "") for one in loaded.problems]


def test_sections_of_included_files_are_merged_by_name_in_the_order_of_the_files(tmp_path: Path) -> None:
    loaded = write(
        tmp_path, config=MAIN, tags__b=META.format(name="b"), tags__a=META.format(name="a"), triggers=TRIGGERS
    )
    assert told(loaded, tmp_path) == []
    assert list(loaded.whole().tags) == ["a", "b"]
    assert set(loaded.whole().triggers) == {"purchase"}


def test_every_file_read_is_known_with_what_stood_in_it(tmp_path: Path) -> None:
    loaded = write(tmp_path, config=MAIN, tags__a=META.format(name="a"), triggers=TRIGGERS)
    assert loaded.files == (tmp_path / "config.yaml", tmp_path / "tags/a.yaml", tmp_path / "triggers.yaml")
    assert [one.path for one in loaded.sources] == list(loaded.files)
    assert loaded.sources[2].text == TRIGGERS
    assert loaded.sources[2].digest == hashlib.sha256(TRIGGERS.encode()).hexdigest()
    assert loaded.folders == (tmp_path / "tags",)


def test_a_file_that_is_missing_is_still_one_to_watch(tmp_path: Path) -> None:
    loaded = write(tmp_path, config="include: later.yaml\n")
    assert told(loaded, tmp_path) == [
        "config.yaml:1:10: include: there is no file 'later.yaml'; check the path; it starts at the folder of this file"
    ]
    assert loaded.files == (tmp_path / "config.yaml", tmp_path / "later.yaml")
    assert len(loaded.sources) == 1


def test_a_fault_in_an_included_file_is_told_there(tmp_path: Path) -> None:
    loaded = write(
        tmp_path, config=MAIN, tags__a=META.format(name="a").replace("fires_on: purchase", ""), triggers=TRIGGERS
    )
    assert told(loaded, tmp_path)[0].startswith("tags/a.yaml:3:3: tags.a: the tag has no fires_on")


def test_the_same_name_in_two_files_cites_both(tmp_path: Path) -> None:
    loaded = write(
        tmp_path, config=MAIN, tags__a=META.format(name="m"), tags__b=META.format(name="m"), triggers=TRIGGERS
    )
    assert told(loaded, tmp_path) == [
        "tags/b.yaml:3:3: tags.m: 'm' stands here twice, first in tags/a.yaml:3; "
        "remove one of them, or give it another name"
    ]


def test_consent_is_merged_by_its_words_and_a_second_word_is_a_fault(tmp_path: Path) -> None:
    more = "include: more.yaml\nconsent: { when_unset: denied }\ntriggers: { all: { event: x } }\n"
    assert told(write(tmp_path, config=more, more="consent: { ad_storage: all }\n"), tmp_path) == []
    assert told(write(tmp_path, config=more, more="consent: { when_unset: granted }\n"), tmp_path)[1:] == [
        "more.yaml:1:12: consent.when_unset: 'when_unset' stands here twice, first in config.yaml:2; "
        "remove one of them, or give it another name"
    ]


@pytest.mark.parametrize("section", ["container", "delivery"])
def test_where_the_container_listens_and_sends_stands_in_the_main_file(section: str, tmp_path: Path) -> None:
    loaded = write(tmp_path, config="include: more.yaml\nclients:\n", more=f"{section}: {{ name: $NOPE }}\n")
    assert told(loaded, tmp_path) == [
        f"more.yaml:1:1: {section}: '{section}' cannot stand in an included file; move it to config.yaml"
    ]


def test_included_files_may_include_and_each_is_read_once(tmp_path: Path) -> None:
    loaded = write(
        tmp_path,
        config="include: [tags/all.yaml, tags/*.yaml, tags/a.yaml]\n" + TRIGGERS,
        tags__all="include: [a.yaml, '../tags/b.yaml']\n",
        tags__a=META.format(name="a"),
        tags__b=META.format(name="b"),
    )
    assert told(loaded, tmp_path) == []
    assert [str(one.relative_to(tmp_path)) for one in loaded.files] == [
        "config.yaml", "tags/all.yaml", "tags/a.yaml", "tags/b.yaml",
    ]  # fmt: skip


def test_files_that_include_one_another_are_told_and_read_once(tmp_path: Path) -> None:
    loaded = write(tmp_path, config="include: a.yaml\n", a="include: b.yaml\n", b="include: [a.yaml, b.yaml]\n")
    assert told(loaded, tmp_path) == [
        "b.yaml:1:11: include[0]: the file includes itself: a.yaml -> b.yaml -> a.yaml; take one of these includes out",
        "b.yaml:1:19: include[1]: the file includes itself: b.yaml -> b.yaml; take one of these includes out",
    ]


def test_a_pattern_skips_the_file_it_stands_in_hidden_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "sub.yaml").mkdir()
    (tmp_path / ".hidden.yaml").write_text("nonsense: 1\n")
    loaded = write(tmp_path, config="include: '*.yaml'\n", triggers=TRIGGERS)
    assert [one.name for one in loaded.files] == ["config.yaml", "triggers.yaml"]


def test_a_folder_of_a_pattern_may_itself_be_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "markets" / "de").mkdir(parents=True)
    (tmp_path / "markets" / "de" / "tags.yaml").write_text(META.format(name="de"))
    loaded = write(tmp_path, config="include: markets/*/tags.yaml\n" + TRIGGERS)
    assert list(loaded.whole().tags) == ["de"]
    assert loaded.folders == (tmp_path / "markets",)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("../other.yaml", "'../other.yaml' leads out of the folder of config.yaml; move the file into that folder"),
        ("tags/../../x.yaml", "'tags/../../x.yaml' leads out of the folder of config.yaml; "
         "move the file into that folder"),
        ("/etc/passwd", "'/etc/passwd' leads out of the folder of config.yaml; move the file into that folder"),
        ("tags", "'tags' is a folder; write tags/*.yaml"),
        ("'**/*.yaml'", "'**/*.yaml' is not a path; write one line for each folder, such as tags/*.yaml"),
        ("none/*.yaml", "no file matches 'none/*.yaml'; check the path; it starts at the folder of this file"),
        ("[5]", "expected the name of a file, found a number; write include: [tags/*.yaml]"),
        ("{ a: 1 }", "expected the name of a file, found a mapping; write include: [tags/*.yaml]"),
        ("config.yaml", "the file includes itself: config.yaml -> config.yaml; take one of these includes out"),
    ],
)  # fmt: skip
def test_what_cannot_be_included_is_told_at_its_line(written: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "tags").mkdir()
    (one,) = told(write(tmp_path, config=f"clients:\ninclude: {written}\n"), tmp_path)
    assert one.startswith("config.yaml:2:1")
    assert one.endswith(message)


def test_an_empty_included_file_is_no_fault_and_one_without_sections_is(tmp_path: Path) -> None:
    loaded = write(tmp_path, config="include: [a.yaml, b.yaml]\n", a="# nothing yet\n", b="- x\n")
    assert told(loaded, tmp_path) == [
        "b.yaml:1:1: expected sections, found a list; write a section such as tags: above it"
    ]


def test_a_tag_template_in_the_folder_is_no_part_of_the_configuration(tmp_path: Path) -> None:
    template = (Path(__file__).parents[2] / "tags" / "snap_capi.yaml").read_text()
    files = {"tags__a": META.format(name="a"), "tags__mine": template, "triggers": TRIGGERS}
    loaded = write(tmp_path, config=MAIN, **files)
    assert told(loaded, tmp_path) == []
    assert list(loaded.whole().tags) == ["a"]
    assert "mine" in loaded.registry.of("tag")
    named = write(tmp_path, config=MAIN.replace("tags/*.yaml", "tags/a.yaml, tags/mine.yaml"), **files)
    assert told(named, tmp_path) == [
        "config.yaml:2:24: include[1]: 'mine.yaml' is a tag template, no part of a configuration; "
        "remove the line; templates are found by the folder tags"
    ]


def test_a_fault_of_a_file_in_tags_is_told_once(tmp_path: Path) -> None:
    loaded = write(tmp_path, config=MAIN, tags__a="tag: {}\n", triggers=TRIGGERS)
    assert [one.path for one in loaded.errors] == ["tag"]


def test_names_are_not_called_unknown_while_a_file_cannot_be_read(tmp_path: Path) -> None:
    loaded = write(tmp_path, config="include: triggers.yaml\n" + META.format(name="a"), triggers="triggers: {")
    assert {one.kind for one in loaded.problems} == {"yaml"}


def test_tests_stand_in_included_files_too(tmp_path: Path) -> None:
    text = "tests: { it: { given: { client: browsr }, expect: { fired: [] } } }\n"
    loaded = write(tmp_path, config="include: tests.yaml\nclients: { browser: ga4 }\n", tests=text)
    (problem,) = read_cases(loaded)[1]
    assert (Path(problem.file).name, problem.line, problem.column) == ("tests.yaml", 1, 33)


def test_at_most_five_hundred_files_are_included(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    for number in range(510):
        (tmp_path / "parts" / f"{number}.yaml").touch()
    loaded = write(tmp_path, config="include: parts/*.yaml\nclients:\n")
    assert len(loaded.files) == 500
    assert [one.text for one in loaded.problems] == ["more than 500 files are included"]


def test_a_text_has_no_folder_to_include_from() -> None:
    assert [one.kind for one in load_text("include: a.yaml").problems] == ["include"]
