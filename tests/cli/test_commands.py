"""The commands as their users meet them: what they print, their JSON, their exit codes, never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.tagdock import ROOT, tagdock

HITS = ROOT / "tests" / "hits"
GOOD = "clients: { browser: ga4 }\n"
BAD = "clients: { browser: ga5 }\n"


def config(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text)
    return path


def test_lint_says_that_all_is_well() -> None:
    done = tagdock("lint")
    assert (done.returncode, done.stdout, done.stderr) == (0, "config.yaml is in order\n", "")
    done = tagdock("lint", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, [])


def test_lint_prints_a_problem_a_line_and_counts_them(tmp_path: Path) -> None:
    config(tmp_path, BAD + "triggers: { a: { event: x } }\n")
    done = tagdock("lint", at=tmp_path)
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "config.yaml:1:21: clients.browser: 'ga5' is not a type of client; did you mean 'ga4'?",
        "config.yaml:2:13: warning: triggers.a: nothing uses this trigger; name it in fires_on, in blocked_by or under "
        "consent, or remove it",
        "1 error, 1 warning",
    ]


def test_lint_as_json_is_a_list_of_problems_in_the_contract_s_shape(tmp_path: Path) -> None:
    done = tagdock("lint", "--json", "--config", config(tmp_path, BAD))
    assert done.returncode == 1
    (problem,) = json.loads(done.stdout)
    assert problem == {
        "file": str(tmp_path / "config.yaml"),
        "line": 1,
        "column": 21,
        "path": "clients.browser",
        "kind": "unknown",
        "text": "'ga5' is not a type of client",
        "hint": "did you mean 'ga4'?",
        "severity": "error",
    }


def test_a_warning_fails_only_when_it_is_asked_to(tmp_path: Path) -> None:
    path = config(tmp_path, "triggers: { a: { event: x } }\n")
    assert tagdock("lint", "-c", path).returncode == 0
    assert tagdock("lint", "-c", path, "--strict").returncode == 1


def test_lint_checks_the_tests_too(tmp_path: Path) -> None:
    path = config(tmp_path, GOOD + "tests: { a: { given: { client: browsr }, expect: {} } }\n")
    done = tagdock("lint", "-c", path)
    assert done.returncode == 1
    assert "there is no client 'browsr'; did you mean 'browser'?" in done.stdout


@pytest.mark.parametrize("command", ["lint", "test", "simulate"])
def test_a_file_that_is_not_there_is_bad_input(command: str, tmp_path: Path) -> None:
    words = ["/dev/null"] if command == "simulate" else []
    done = tagdock(command, *words, at=tmp_path)
    assert done.returncode == 1
    assert "config.yaml:1:1: the file cannot be read: no such file or directory" in done.stdout + done.stderr


@pytest.mark.parametrize(
    "words",
    [["nonsense"], ["lint", "--nonsense"], ["simulate"], ["explain", "a", "b"], ["simulate", "x", "--at", "soon"],
     ["simulate", "x", "--at", "nan"], ["simulate", "x", "--at", "1e300"]],
)  # fmt: skip
def test_wrong_usage_ends_with_two(words: list[str]) -> None:
    done = tagdock(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Error" in done.stderr


def test_help_names_every_verb() -> None:
    done = tagdock("--help")
    assert done.returncode == 0
    for verb in ("serve", "lint", "test", "simulate", "explain", "schema"):
        assert verb in done.stdout
        assert tagdock(verb, "--help").returncode == 0


def test_the_words_beside_a_type_are_explained_alone_and_with_every_type_they_stand_beside() -> None:
    for word, of in (("fires_on", "meta_capi"), ("blocked_by", "meta_capi"), ("needs_consent", "meta_capi"),
                     ("for", "exclude")):  # fmt: skip
        (alone,) = json.loads(tagdock("explain", word, "--json").stdout)
        assert alone["name"] == word
        (component,) = json.loads(tagdock("explain", of, "--json").stdout)
        assert alone in component["beside"]
        assert alone["help"].split(";")[0] in tagdock("explain", word).stdout
        assert f"\n{word}\n" in tagdock("explain", of).stdout
    assert json.loads(tagdock("explain", "ga4", "--json").stdout)[0]["beside"] == []
    assert "did you mean 'fires_on'?" in tagdock("explain", "fire_on").stderr


def test_explain_lists_every_component_and_section() -> None:
    done = tagdock("explain")
    assert done.returncode == 0
    for word in ("ga4", "json_webhook", "jsonpath", "where", "augment", "meta_capi", "delivery"):
        assert f"  {word} " in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


@pytest.mark.parametrize("word", ["where", "meta_capi", "ga4", "delivery", "container", "exclude"])
def test_explain_tells_one_component_from_its_declaration_in_a_hundred_columns(word: str) -> None:
    done = tagdock("explain", word, COLUMNS="40")
    assert done.returncode == 0
    assert done.stdout.startswith(f"{word}  ")
    assert max(map(len, done.stdout.splitlines())) <= 100
    every = json.loads(tagdock("explain", word, "--json").stdout)
    assert [one["sort"] for one in every] == (["client", "tag"] if word == "ga4" else [every[0]["sort"]])
    for option in (option for described in every for option in described["options"]):
        assert set(option) == {"name", "type", "required", "default", "help", "bare", "secret"}
        assert " ".join(option["help"].split()) in " ".join(done.stdout.split())


def test_explain_suggests_the_nearest_word() -> None:
    done = tagdock("explain", "jsonpth")
    assert done.returncode == 1
    assert done.stderr == "there is nothing called 'jsonpth'; did you mean 'jsonpath'?\n"


def test_explain_as_json_holds_everything() -> None:
    found = json.loads(tagdock("explain", "--json").stdout)
    assert {one["sort"] for one in found} == {
        "client",
        "variable",
        "condition",
        "transformation",
        "tag",
        "section",
        "word",
    }
    secrets = {(one["name"], option["name"]) for one in found for option in one["options"] if option["secret"]}
    assert ("meta_capi", "access_token") in secrets


def test_schema_is_json() -> None:
    done = tagdock("schema")
    assert done.returncode == 0
    assert json.loads(done.stdout)["title"] == "tagdock configuration"
