"""``tagdock lint`` as people and programs see it: places on a terminal, workflow commands, kinds, strictness."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from container.cli.places import Places, command
from container.problem import KINDS, Problem
from tests.cli.tagdock import tagdock

BAD = "clients: { browser: ga5 }\n"


def config(folder: Path, text: str) -> Path:
    (folder / "config.yaml").write_text(text)
    return folder / "config.yaml"


def test_github_gets_a_workflow_command_for_each_problem(tmp_path: Path) -> None:
    config(tmp_path, BAD + "triggers: { a: { event: x } }\n")
    done = tagdock("lint", "--format", "github", at=tmp_path)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "::error file=config.yaml,line=1,col=21,title=tagdock%3A unknown::"
        "clients.browser: 'ga5' is not a type of client; did you mean 'ga4'?",
        "::warning file=config.yaml,line=2,col=13,title=tagdock%3A unused::"
        "triggers.a: nothing uses this trigger; name it in fires_on, in blocked_by or under consent, or remove it",
    ]


def test_what_a_workflow_command_must_not_hold_is_escaped() -> None:
    problem = Problem("a,b:c.yaml", 1, 2, "", "value", "50%\nof ::error", "")
    assert command(problem) == ("::error file=a%2Cb%3Ac.yaml,line=1,col=2,title=tagdock%3A value::50%25%0Aof ::error")


def test_the_format_json_is_the_same_as_the_option_for_programs(tmp_path: Path) -> None:
    path = config(tmp_path, BAD)
    assert tagdock("lint", "-c", path, "--format", "json").stdout == tagdock("lint", "-c", path, "--json").stdout


@pytest.mark.parametrize("words", [["--format", "xml"], ["--json", "--format", "github"], ["--kind"]])
def test_wrong_usage_ends_with_two(words: list[str]) -> None:
    assert tagdock("lint", *words).returncode == 2


def test_every_kind_is_listed_with_its_meaning() -> None:
    assert json.loads(tagdock("lint", "--kinds", "--json").stdout) == KINDS
    told = tagdock("lint", "--kinds").stdout
    assert all(line.split()[0] in KINDS for line in told.splitlines() if not line.startswith(" "))
    assert all(f"\n{kind} " in f"\n{told}" for kind in KINDS)


def test_faults_in_several_files_are_counted_with_their_files(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("variables: { a: { cookei: x } }\n")
    config(tmp_path, "include: more.yaml\n" + BAD)
    done = tagdock("lint", at=tmp_path)
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == [
        "config.yaml", "more.yaml", "2 errors, 0 warnings in 2 files",
    ]  # fmt: skip


def place(folder: Path, text: str, line: int, column: int) -> list[str]:
    found = Places().show(Problem(str(config(folder, text)), line, column, "", "value", "", ""))
    return [] if found is None else found.plain.split("\n")


def test_a_person_sees_the_line_and_a_mark_under_the_place(tmp_path: Path) -> None:
    assert place(tmp_path, "clients:\n  browser: ga5\n", 2, 12) == [
        "    2 |   browser: ga5",
        "                   ^",
    ]


def test_the_mark_stands_right_behind_wide_letters_and_tabs(tmp_path: Path) -> None:
    assert place(tmp_path, "a: [東京, b]\n", 1, 9) == ["    1 | a: [東京, b]", "                  ^"]
    assert place(tmp_path, "\ta: b\n", 1, 5) == ["    1 |  a: b", "            ^"]


def test_a_long_line_is_shown_around_the_place(tmp_path: Path) -> None:
    line, mark = place(tmp_path, "x" * 500 + "Y" + "z" * 500, 1, 501)
    assert line == "    1 | " + "x" * 60 + "Y" + "z" * 39
    assert line[mark.index("^")] == "Y"


def test_a_control_character_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    assert place(tmp_path, "a: \x1b[31mb\n", 1, 1)[0] == "    1 | a: \\x1b[31mb"


@pytest.mark.parametrize(("text", "line"), [("", 1), ("a: b\n\n", 2), ("a: b\n", 9)])
def test_where_there_is_no_line_nothing_is_shown(text: str, line: int, tmp_path: Path) -> None:
    assert place(tmp_path, text, line, 1) == []
    assert Places().show(Problem(str(tmp_path / "gone.yaml"), 1, 1, "", "file", "", "")) is None


@pytest.mark.parametrize("words", [("test", "--json"), ("simulate", "--json", "hits.jsonl")])
def test_other_commands_tell_programs_of_a_faulty_configuration_as_lint_does(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "config.yaml").write_text("clients: { browser: gaa }\n")
    (tmp_path / "hits.jsonl").write_text("{}\n")
    done = tagdock(*words, at=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == tagdock("lint", "--json", at=tmp_path).stdout
    assert json.loads(done.stdout)[0]["path"] == "clients.browser"
