"""``tagdock test`` as its users meet it: what it prints and writes, what it fails for, and when it runs again."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from container.cases import Case, Result
from container.cases.expected import Difference
from container.cli.results import print_result
from container.cli.watching import keep_running
from container.hit import Hit
from tests.cli.tagdock import ROOT, tagdock

GOOD = "clients: { browser: ga4 }\n"


def config(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text)
    return path


def test_test_runs_every_case_and_those_chosen() -> None:
    done = tagdock("test")
    assert done.returncode == 0
    assert re.fullmatch(r"[1-9]\d* passed, 0 failed", done.stdout.splitlines()[-1])
    missed = tagdock("test", "-k", "nosuch")
    assert missed.returncode == 1
    assert re.fullmatch(r"none of the \d+ tests' names holds 'nosuch'\n", missed.stdout)
    chosen = tagdock("test", "-k", "CRAWLER")
    assert chosen.stdout == "✓ a crawler is no visitor\n1 passed, 0 failed\n"


FAILING = (
    GOOD
    + """
triggers: { page: { event: page_view } }
tags:
  meta: { meta_capi: { pixel_id: "1234567890", access_token: $TOKEN }, fires_on: page, needs_consent: [] }
tests:
  nothing fires:
    at: 2026-03-01T12:00:00Z
    given:
      client: browser
      headers: { User-Agent: Firefox }
      query: { v: 2, tid: G-1, cid: 1.2, en: page_view, epn.value: 9, ep.currency: EUR, dl: "https://shop.example/" }
    expect:
      fired: []
      response: 200
      sends:
        meta:
          event_name: PageView
          custom_data: { value: 1 }
"""
)


def test_a_failed_test_shows_where_and_both_sides_beside_one_another_in_eighty_columns(tmp_path: Path) -> None:
    config(tmp_path, FAILING)
    done = tagdock("test", at=tmp_path, COLUMNS="200")
    assert done.returncode == 1
    assert "                                            (also event_time, event_id," in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert (
        re.sub(r" +\(also [^)]*\)\n", "", done.stdout)
        == """✗ nothing fires
  config.yaml:14: fired; meta: fired, page
      expected                              received
    ! - (nothing)                           - meta
  config.yaml:15: response: status: expected 200, received 204
      expected                              received
    ! status: 200                           status: 204
  config.yaml:19: sends meta: custom_data.value: expected 1, received 9
      expected                              received
      event_name: PageView                  event_name: PageView
      custom_data:                          custom_data:
    !   value: 1                              value: 9
0 passed, 1 failed
"""
    )


def test_on_a_terminal_the_sides_are_coloured_and_as_wide_as_it_is(tmp_path: Path) -> None:
    result = Result(
        Case("a", "c.yaml", 1, 0.0, Hit("GET", "/"), {}),
        [Difference("c.yaml", 3, "sends meta: v: ...", {"v": 1, "same": "x"}, {"v": 2, "same": "x"})],
    )
    stream = StringIO()
    print_result(result, Console(file=stream, force_terminal=True, width=60, color_system="standard"))
    lines = stream.getvalue().splitlines()
    assert lines[0] == "\x1b[31m✗ \x1b[0ma"
    assert "\x1b[1;31m! \x1b[0m\x1b[32mv: 1" in lines[3]
    assert lines[3].endswith("\x1b[31mv: 2\x1b[0m")
    assert "\x1b" not in lines[4]
    assert max(len(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in lines) <= 60


def test_a_failed_test_as_json(tmp_path: Path) -> None:
    done = tagdock("test", "--json", "-c", config(tmp_path, FAILING))
    assert done.returncode == 1
    (result,) = json.loads(done.stdout)
    assert (result["name"], result["line"], result["passed"]) == ("nothing fires", 7, False)
    assert result["differences"][0]["expected"] == []
    assert result["differences"][0]["received"] == ["meta"]


def test_no_test_at_all_is_no_success(tmp_path: Path) -> None:
    done = tagdock("test", "-c", config(tmp_path, GOOD))
    assert done.returncode == 1
    assert "there is no test to run" in done.stdout


def test_a_terminal_that_knows_no_unicode_is_served_all_the_same() -> None:
    done = tagdock("test", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "\\u2713 a free order is not a conversion" in done.stdout


def test_a_test_that_cannot_be_read_fails_the_run_and_costs_the_others_nothing(tmp_path: Path) -> None:
    text = (
        GOOD + "tests: { good: { given: { client: browser }, expect: {} }, bad: { given: {}, expect: { fird: [] } } }\n"
    )
    done = tagdock("test", "-c", config(tmp_path, text), "--junit", tmp_path / "new" / "out.xml")
    assert done.returncode == 1
    assert done.stdout == "✓ good\n1 passed, 0 failed, and 1 problem above\n"
    assert "config.yaml:2:88: tests.bad.expect.fird: 'fird' is not known here; did you mean 'fired'?" in done.stderr
    suite = ElementTree.parse(tmp_path / "new" / "out.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "0", "1")
    assert "did you mean 'fired'?" in (suite.findtext("testcase/error") or "")


def test_junit_holds_every_test_and_a_failure_with_both_sides(tmp_path: Path) -> None:
    done = tagdock("test", "-c", config(tmp_path, FAILING), "--junit", tmp_path / "out.xml")
    assert done.returncode == 1
    (case,) = ElementTree.parse(tmp_path / "out.xml").getroot().iter("testcase")
    assert case.get("name") == "nothing fires"
    assert str(case.get("classname")).endswith("config.yaml")
    (failure,) = case
    assert str(failure.get("message")).endswith("config.yaml:14: fired; meta: fired, page")
    assert re.search(r"^!   value: 1 +value: 9$", failure.text or "", re.M)


def test_a_junit_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    done = tagdock("test", "--junit", tmp_path)
    assert done.returncode == 2
    (tmp_path / "file").write_text("")
    done = tagdock("test", "--junit", tmp_path / "file" / "out.xml")
    assert done.returncode == 1
    assert "cannot be written: " in done.stderr


def test_coverage_names_what_no_test_reached_with_its_place(tmp_path: Path) -> None:
    done = tagdock("test", "-c", config(tmp_path, FAILING), "--coverage")
    assert done.stdout.replace(f"{tmp_path}/", "").endswith(
        """no test reached
  config.yaml:3: trigger page event is never false
coverage 75 %: clients 1/1, triggers 1/2, tags 1/1
"""
    )


def test_coverage_as_json_stands_beside_the_tests() -> None:
    done = tagdock("test", "--coverage", "--json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert len(found["tests"]) >= 7
    coverage = found["coverage"]
    assert coverage["reached"] + len(coverage["missed"]) == coverage["total"]
    written = (ROOT / "config.yaml").read_text().splitlines()
    line = next(place for place, text in enumerate(written, start=1) if text.startswith("  backend:"))
    missed = {"sort": "client", "name": "backend", "missing": "takes no hit", "file": "config.yaml", "line": line}
    assert missed in coverage["missed"]


def test_too_little_coverage_fails_when_it_is_asked_to(tmp_path: Path) -> None:
    passing = FAILING.partition("    expect:")[0] + "    expect: { fired: meta }\n"
    path = config(tmp_path, passing)
    assert tagdock("test", "-c", path, "--fail-under", "75").returncode == 0
    done = tagdock("test", "-c", path, "--fail-under", "75.1")
    assert done.returncode == 1
    assert done.stdout.endswith("that is less than the 75.1 % asked for with --fail-under\n")
    assert tagdock("test", "-c", path, "--fail-under", "101").returncode == 2


def test_watch_and_json_do_not_go_together() -> None:
    assert tagdock("test", "--watch", "--json").returncode == 2


def test_a_watched_run_is_run_again_for_a_change_and_ends_with_the_last_code(tmp_path: Path) -> None:
    watched = tmp_path / "watched"
    watched.write_text("1")
    texts = iter(["2", "3"])
    codes = []

    async def sleep(_: float) -> None:
        """Time passes; every third look the file says something else, until somebody has had enough."""
        sleep.looks += 1  # type: ignore[attr-defined]
        if sleep.looks % 3 == 0:  # type: ignore[attr-defined]
            try:
                watched.write_text(next(texts))
            except StopIteration:
                raise KeyboardInterrupt from None

    sleep.looks = 0  # type: ignore[attr-defined]

    def run() -> int:
        codes.append(int(watched.read_text()))
        return codes[-1]

    console = Console(file=StringIO(), force_terminal=True)
    assert keep_running(run, lambda: {watched}, console, sleep) == 3
    assert codes == [1, 2, 3]
    assert console.file.getvalue().count("\x1b[2J") == 3  # type: ignore[attr-defined]


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    hit = "GET /g/collect?v=2&tid=G-1&cid=1.2&en=page_view HTTP/1.1\n"
    (tmp_path / "hit.http").write_text(hit)
    config(
        tmp_path, GOOD + "tests: { it: { given: { file: hit.http }, expect: { events: { event_name: page_view } } } }\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", "from container.cli.main import main; main()", "test", "--watch"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    yield process
    process.kill()
    process.communicate()


def test_a_changed_hit_file_is_seen_by_the_real_command(watching: subprocess.Popen[str], tmp_path: Path) -> None:
    assert watching.stdout is not None

    def until(words: str) -> list[str]:
        lines = []
        for line in watching.stdout or ():
            lines.append(line)
            if words in line:
                return lines
        raise AssertionError(f"it ended: {lines}")

    assert "1 passed, 0 failed\n" in until("Ctrl-C ends")
    (tmp_path / "hit.http").write_text("GET /g/collect?v=2&tid=G-1&cid=1.2&en=scroll HTTP/1.1\n")
    assert "0 passed, 1 failed\n" in until("Ctrl-C ends")
    watching.send_signal(signal.SIGINT)
    assert watching.wait(timeout=30) == 1
    assert "Traceback" not in watching.stderr.read()  # type: ignore[union-attr]
