"""``tagdock simulate`` as its users meet it: what it prints, and the tests it saves."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from container.cli.simulate import _progress
from container.config.load import load
from container.event import CONSENT_PURPOSES
from container.hit_file import read_hits
from container.trace import OUTCOMES
from tests.cli.tagdock import ROOT, tagdock

HITS = ROOT / "tests" / "hits"
NOON = ("--at", "2026-03-01T12:00:00Z")


@pytest.mark.parametrize("name", ["ga4.jsonl", "pixel.jsonl"])
def test_simulate_prints_one_object_a_hit_in_the_contract_s_shape(name: str) -> None:
    done = tagdock("simulate", HITS / name, "--json", "--at", "2026-03-01T12:00:00Z")
    assert (done.returncode, done.stderr) == (0, "")
    written = [json.loads(line) for line in (HITS / name).read_text().splitlines() if line.strip()]
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one["hit"] for one in found] == [one["id"] for one in written]
    clients = load(ROOT / "config.yaml", environ={}).whole().clients
    for one in found:
        assert set(one) == {"hit", "client", "response", "events", "problems"}
        assert one["client"] is None or one["client"] in clients
        assert isinstance(one["response"]["status"], int)
        for event in one["events"]:
            _check_event(event)


def _check_event(event: dict[str, Any]) -> None:
    assert set(event) - {"implicit_consent", "notes"} == {"event", "consent", "tags"}
    assert tuple(event["consent"]) == CONSENT_PURPOSES
    assert set(event["consent"].values()) <= {"granted", "denied", "unset"}
    for tag in event["tags"]:
        assert set(tag) - {"payload", "notes"} == {"tag", "type", "outcome", "reason"}
        assert tag["outcome"] in OUTCOMES
        assert tag["reason"]
        assert ("payload" in tag) == (tag["outcome"] == "fired")


def test_simulate_gives_the_same_every_time() -> None:
    words = ("simulate", HITS / "ga4.jsonl", "--json", "--at", "2026-03-01T12:00:00Z")
    assert tagdock(*words, PYTHONHASHSEED="1").stdout == tagdock(*words, PYTHONHASHSEED="2").stdout


def hits(folder: Path, *lines: dict[str, Any]) -> Path:
    path = folder / "hits.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def ga4(name: str, further: str = "", **fields: Any) -> dict[str, Any]:
    query = f"v=2&tid=G-1&cid=1.2&gcs=G111&en={name}&dl=https%3A%2F%2Fshop.example%2F{further}"
    return {"path": "/g/collect", "query": query, "headers": {"User-Agent": "Mozilla/5.0 (X11)"}, **fields}


def test_a_hit_is_a_line_and_its_further_events_stand_below_it(tmp_path: Path) -> None:
    batch = {**ga4("", id="b"), "query": "v=2&tid=G-1&cid=1.2&gcs=G100", "body": "en=page_view\r\nen=scroll"}
    done = tagdock("simulate", hits(tmp_path, ga4("page_view", id="a"), batch, {"path": "/x", "id": "c"}))
    assert done.returncode == 0
    assert (
        done.stdout
        == """\
a                             browser     204  page_view         meta fired
b                             browser     204  page_view         meta no_consent
                                               scroll            meta not_triggered
c                             (nobody)    404  (no client claims the hit)
3 hits, 3 events, 1 taken by nobody
  meta  1 fired, 1 not_triggered, 1 no_consent
"""
    )


def test_the_reasons_and_payloads_are_shown_when_asked_for(tmp_path: Path) -> None:
    done = tagdock("simulate", hits(tmp_path, ga4("page_view", id="a"), ga4("scroll", id="b")), "--why")
    lines = done.stdout.splitlines()
    assert lines[:3] == [
        "a  browser  204",
        "  page_view  ad_storage granted, analytics_storage granted",
        "    fired         meta  page_view",
    ]
    assert '"event_name": "PageView",' in done.stdout
    assert (
        "    not_triggered meta  no trigger matched: page_view (event 'scroll' is not one of page_view, PageView);"
        in done.stdout
    )


def test_one_of_many_hits_can_be_chosen(tmp_path: Path) -> None:
    path = hits(tmp_path, ga4("page_view", id="a"), ga4("scroll", id="b"))
    assert [line.split()[0] for line in tagdock("simulate", path, "--id", "b").stdout.splitlines()] == ["b"]
    done = tagdock("simulate", path, "--id", "z")
    assert (done.returncode, done.stderr) == (1, "no hit has the id 'z'\n")


def test_simulate_for_people_never_crops_a_line(tmp_path: Path) -> None:
    name = "n" * 300
    done = tagdock("simulate", hits(tmp_path, ga4(name, id="long")), COLUMNS="40")
    assert done.returncode == 0
    (line,) = done.stdout.splitlines()
    assert line.endswith(f"  {name}  meta not_triggered")


def test_what_a_hit_holds_cannot_command_the_terminal(tmp_path: Path) -> None:
    hit = {"id": "a\x1b[31m", "path": "/g/collect", "query": "v=2&tid=G-1&cid=1.2&en=%1B%5D0;owned%07&gcs=G111"}
    (tmp_path / "hits.jsonl").write_text(json.dumps(hit) + "\n")
    done = tagdock("simulate", tmp_path / "hits.jsonl")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    assert "\\x1b" in done.stdout


def test_simulate_reads_raw_requests(tmp_path: Path) -> None:
    (tmp_path / "one.http").write_text(
        "GET /g/collect?v=2&tid=G-1&cid=1.2&en=page_view&gcs=G111 HTTP/1.1\nHost: a.example\n"
    )
    done = tagdock("simulate", tmp_path / "one.http", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["events"][0]["event"]["event_name"] == "page_view"


@pytest.mark.parametrize(
    "text", ["nonsense\n", "[]\n", '{"path": 5, "headers": []}\n', "\x00\n", '{"query": {"a": {}}}\n']
)
def test_a_line_that_is_no_hit_is_bad_input(text: str, tmp_path: Path) -> None:
    (tmp_path / "hits.jsonl").write_text(text)
    done = tagdock("simulate", tmp_path / "hits.jsonl", "--json")
    assert done.returncode == 1
    assert "hits.jsonl:1: " in done.stderr


def test_what_is_no_hit_does_not_cost_the_others(tmp_path: Path) -> None:
    path = tmp_path / "hits.jsonl"
    path.write_text(f"nonsense\n{json.dumps(ga4('page_view', id='a'))}\n[]\n")
    done = tagdock("simulate", tmp_path / "nope.jsonl", path, "--json")
    assert done.returncode == 1
    assert [json.loads(line)["hit"] for line in done.stdout.splitlines()] == ["a"]
    assert [line.removeprefix(f"{tmp_path}/").partition(" ")[0] for line in done.stderr.splitlines()] == [
        "nope.jsonl", "hits.jsonl:1:", "hits.jsonl:3:",
    ]  # fmt: skip


def test_a_long_file_has_a_bar_on_a_terminal_and_nowhere_else(tmp_path: Path) -> None:
    path = hits(tmp_path, *(ga4("page_view") for _ in range(600)))
    for terminal in (True, False):
        console = Console(file=StringIO(), force_terminal=terminal, width=80)
        with _progress(read_hits(path), [str(path)], console) as shown:
            assert len(list(shown)) == 600
        assert ("600/600" in console.file.getvalue()) is terminal  # type: ignore[attr-defined]
    console = Console(file=StringIO(), force_terminal=True)
    with _progress(read_hits(HITS / "pixel.jsonl"), [str(HITS / "pixel.jsonl")], console) as shown:
        list(shown)
    assert console.file.getvalue() == ""  # type: ignore[attr-defined]


SECTIONS = """
clients: { browser: ga4 }
triggers: { page: { event: page_view } }
tags:
  meta: { meta_capi: { pixel_id: "1234567890", access_token: $TOKEN }, fires_on: page, needs_consent: [ad_storage] }
"""


def test_a_saved_hit_is_a_test_that_passes(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(SECTIONS)
    hits(tmp_path, ga4("page_view", id="a", ip="192.0.2.7"), ga4("page_view", id="b"))
    target = Path("tests") / "examples" / "mine.yaml"
    done = tagdock("simulate", "hits.jsonl", "--save", target, "--name", "a page", *NOON, at=tmp_path)
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "tests/examples/mine.yaml: saved 'a page'",
        "  Personal data of the visitor stands in it: ip, ip_override.",
        "tests/examples/mine.yaml: saved 'a page 2'",
        "  --mask writes stand-ins for personal data, and leaves out what changes nothing",
    ]
    again = tagdock("simulate", "hits.jsonl", "--save", target, "--id", "a", "--mask", *NOON, at=tmp_path)
    assert again.stderr == "tests/examples/mine.yaml: saved 'page_view from browser reaches meta (a)'\n"
    assert "192.0.2.7" not in (tmp_path / target).read_text().partition("reaches meta")[2]
    ran = tagdock("test", at=tmp_path)
    assert ran.returncode == 0
    assert ran.stdout == "✓ a page\n✓ a page 2\n✓ page_view from browser reaches meta (a)\n3 passed, 0 failed\n"


def test_a_test_saved_where_nobody_looks_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(SECTIONS)
    hits(tmp_path, ga4("scroll", id="a"))
    done = tagdock("simulate", "hits.jsonl", "--save", "mine.yaml", *NOON, at=tmp_path)
    assert done.returncode == 0
    assert done.stderr.endswith("tagdock test reads tests/examples/*.yaml, so it does not see mine.yaml\n")


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("clients: {}\n", "mine.yaml is no file of tests; choose another file"),
        ("tests: { a: { given: {}, expect: {} } }\n", ""),
        ("tests:\n    a: { given: {}, expect: {} }\n", ""),
        ("a: [", ""),
        ("\xff", ""),
    ],
)
def test_a_file_that_cannot_be_added_to_stays_as_it_was(before: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(SECTIONS)
    (tmp_path / "mine.yaml").write_text(before, "latin-1")
    hits(tmp_path, ga4("scroll", id="a"))
    done = tagdock("simulate", "hits.jsonl", "--save", "mine.yaml", *NOON, at=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("nothing was saved: ")
    assert told in done.stderr
    assert (tmp_path / "mine.yaml").read_text("latin-1") == before


def test_too_many_hits_are_not_saved(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(SECTIONS)
    hits(tmp_path, *(ga4("scroll") for _ in range(51)))
    done = tagdock("simulate", "hits.jsonl", "--save", "mine.yaml", *NOON, at=tmp_path)
    assert done.returncode == 1
    assert "51 hits are too many tests for one file; choose one with --id" in done.stderr
    assert not (tmp_path / "mine.yaml").exists()


def test_a_name_without_a_file_is_wrong_usage(tmp_path: Path) -> None:
    assert tagdock("simulate", hits(tmp_path, ga4("scroll")), "--name", "x").returncode == 2
    assert tagdock("simulate", hits(tmp_path, ga4("scroll")), "--mask").returncode == 2
