"""The given: hits from files beside the tests, and what is said of those that cannot be found."""

from __future__ import annotations

from pathlib import Path

import pytest

from container.cases import Case, Reading
from container.config.load import load

LINES = '{"id": "one", "path": "/g/collect", "query": "v=2&en=a"}\n{"id": 2, "path": "/g/collect", "body": "x"}\n'


def reading(folder: Path, given: str) -> Reading:
    (folder / "config.yaml").write_text("clients: { browser: ga4 }\n")
    examples = folder / "tests" / "examples"
    (examples / "hits").mkdir(parents=True)
    (examples / "hits" / "one.http").write_text("GET /g/collect?v=2&en=b HTTP/1.1\nCookie: _fbp=fb.1.2.3\n")
    (examples / "hits" / "two.http").write_text("GET /a\n\n### second\nGET /b\n")
    (examples / "hits" / "lines.jsonl").write_text(LINES)
    (examples / "hits" / "bad.jsonl").write_text("{}\nnonsense\n")
    (examples / "case.yaml").write_text(f"tests:\n  case:\n    given: {given}\n    expect: {{}}\n")
    return Reading(load(folder / "config.yaml"))


def case(folder: Path, given: str) -> Case:
    found = reading(folder, given)
    assert found.problems == []
    return found.cases[0]


def test_a_request_file_is_found_from_the_file_of_the_test(tmp_path: Path) -> None:
    hit = case(tmp_path, "{ file: hits/one.http, ip: 192.0.2.1 }").hit
    assert (hit.path, hit.query["en"], hit.cookies, hit.ip) == ("/g/collect", "b", {"_fbp": "fb.1.2.3"}, "192.0.2.1")
    assert hit.id == "case"


@pytest.mark.parametrize(("given", "expected"), [("one", "a"), ("2", None)])
def test_one_of_several_hits_is_chosen_by_its_id(given: str, expected: str | None, tmp_path: Path) -> None:
    hit = case(tmp_path, f"{{ file: hits/lines.jsonl, id: {given} }}").hit
    assert hit.query.get("en") == expected


def test_a_named_request_of_a_file_is_chosen_by_its_name(tmp_path: Path) -> None:
    assert case(tmp_path, "{ file: hits/two.http, id: second }").hit.path == "/b"


def test_the_files_of_hits_are_known_also_when_they_cannot_be_read(tmp_path: Path) -> None:
    examples = tmp_path / "tests" / "examples"
    found = reading(tmp_path, "{ file: hits/nope.http }")
    assert found.files == [examples / "case.yaml", examples / "hits" / "nope.http"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("{ file: hits/nope.http }", "3:20: tests.case.given.file: FOLDER/hits/nope.http cannot be read: no such file "
         "or directory; the path starts at the folder of this file"),
        ("{ file: [a] }", "3:20: tests.case.given.file: expected the name of a file of hits, found a list; "
         "write file: order.http"),
        ("{ file: hits/lines.jsonl }", "3:20: tests.case.given.file: hits/lines.jsonl holds 2 hits; "
         "write id: beside it to choose one"),
        ("{ file: hits/lines.jsonl, id: onne }", "3:42: tests.case.given.id: hits/lines.jsonl holds no hit with the id "
         "'onne'; did you mean 'one'?"),
        ("{ file: hits/one.http, query: a }", "3:35: tests.case.given.query: 'query' cannot stand beside file:, which "
         "holds the whole hit; remove it; beside file: are id, ip"),
        ("{ id: one }", "3:14: tests.case.given.id: id: chooses a hit of a file, and there is no file:; "
         "write file: hits/orders.jsonl beside it, or remove it"),
        ("{ path: /, body_base64: '?' }", "3:36: tests.case.given.body_base64: 'body_base64' of a hit is not base64; "
         "see docs/testing.md for what a hit may hold"),
    ],
)  # fmt: skip
def test_a_hit_that_cannot_be_found_is_a_problem_at_its_place(given: str, message: str, tmp_path: Path) -> None:
    found = reading(tmp_path, given)
    folder = str(tmp_path / "tests" / "examples")
    assert [str(one).replace(f"{folder}/case.yaml:", "", 1).replace(folder, "FOLDER") for one in found.problems] == [
        message
    ]


def test_a_line_of_the_file_that_is_no_hit_is_told_with_its_number(tmp_path: Path) -> None:
    (problem,) = reading(tmp_path, "{ file: hits/bad.jsonl, id: a }").problems
    assert "hits/bad.jsonl:2: JSON is malformed" in problem.text


def test_of_two_hits_with_one_id_the_first_is_meant(tmp_path: Path) -> None:
    examples = tmp_path / "tests" / "examples"
    examples.mkdir(parents=True)
    (tmp_path / "config.yaml").write_text("clients: { browser: ga4 }\n")
    (examples / "twice.jsonl").write_text('{"id": "a", "path": "/first"}\n{"id": "a", "path": "/second"}\n')
    (examples / "case.yaml").write_text("tests: { c: { given: { file: twice.jsonl, id: a }, expect: {} } }\n")
    (found,) = Reading(load(tmp_path / "config.yaml")).cases
    assert found.hit.path == "/first"
