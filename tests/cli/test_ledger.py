"""The ledger, one event's life and the erasure as people and programs call them, over all files of a container."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from container.cli.main import main
from container.ledger.erasure import erase
from container.ledger.person import person
from container.outbox import Outbox
from container.outbox.prove import prove
from container.record import Decision
from tests.cli.tagdock import tagdock
from tests.ledger.filled import DAY, delivered, event, lived, payload
from tests.outbox.entries import NOW, take

FIRED = Decision("meta", "fired", "purchase")
CONFIG = """
clients: { browser: ga4 }
triggers: { all: { event: purchase } }
tags: { meta: { meta_capi: { pixel_id: "123", access_token: $T:- }, fires_on: all, needs_consent: [] } }
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of two workers: one delivered a week ago, one of an odd id today; one pending, one blocked."""
    odd = event(2, FIRED, order_id="=1+1", event_id="\x1b[31mred")

    async def first(outbox: Outbox) -> None:
        await delivered(outbox, payload(event(1, FIRED, at=NOW - 7 * DAY), "meta", "123", b"{}", "#em"))
        await delivered(outbox, payload(odd, "meta", "123", b"{}", "#em", "#ph"))

    async def second(outbox: Outbox) -> None:
        body = b'{"user_data":{"external_id":"u77","client_ip_address":"203.0.113.7"}}'
        await outbox.put([payload(event(3, FIRED), "meta", "123", body)])
        await outbox.later(await take(outbox), NOW + 1, 503, "busy \x1b[31m")
        outbox.note(event(4, Decision("meta", "blocked", "blocked by bot")))

    (tmp_path / "config.yaml").write_text(CONFIG)
    lived(tmp_path / "data" / "outbox.sandbox.db", first)
    lived(tmp_path / "data" / "outbox.sandbox.1.db", second)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(*words: str, code: int = 0) -> Any:
    done = CliRunner().invoke(main, [*words, "--json"])
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def said(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(main, words)
    assert done.exit_code == code, done.output
    assert "\x1b" not in done.stdout
    return done.stdout


def test_people_see_the_latest_entries_a_line_each(folder: Path) -> None:
    done = tagdock("ledger", at=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:4] == [
        "2025-12-19T13:25:00Z  delivered  meta 123  Purchase o-1  #em",
        "2025-12-26T13:25:00Z  delivered  meta 123  Purchase \\x1b[31mred  #em #ph",
        "2025-12-26T13:25:00Z  blocked  meta  purchase o-4  blocked by bot",
        "2025-12-26T13:25:00Z  pending  meta 123  Purchase o-3  busy \\x1b[31m",
    ]


def test_programs_get_all_entries_of_all_files(folder: Path) -> None:
    found = told("ledger")
    assert [(one["event_id"], one["outcome"]) for one in found] == [
        ("o-1", "delivered"), ("\x1b[31mred", "delivered"), ("o-4", "blocked"), ("o-3", "pending"),
    ]  # fmt: skip
    assert found[0]["identifiers"] == [{"name": "em", "hashed": True}]
    assert [one["event_id"] for one in told("ledger", "rows", "--limit", "1", "--until", "2025-12-20")] == ["o-1"]
    assert told("ledger", "--since", "2030-01-01") == []
    assert [one["event_id"] for one in told("ledger", "--outcome", "pending", "--tag", "meta")] == ["o-3"]


def test_a_table_of_entries_holds_no_formula(folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(said("ledger", "--csv", "--id", "=1+1"))))
    assert [(one["order_id"], one["identifiers"], one["ad_storage"]) for one in rows] == [
        ("'=1+1", "#em #ph", "granted (hit)")
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("ledger", "--since", "noon"), ("ledger", "--outcome", "lost"), ("ledger", "--csv", "--json"),
        ("ledger", "diff"), ("ledger", "diff", "--before", "2025-01-01..2025-02-01"), ("forget",),
        ("ledger", "diff", "--before", "2025..x", "--after", ".."), ("forget", "--email", " "),
        ("ledger", "diff", "--before", "2025-02-01..2025-01-01", "--after", ".."), ("explain-event",),
    ],
)  # fmt: skip
def test_wrong_usage_ends_with_2(folder: Path, words: tuple[str, ...]) -> None:
    assert CliRunner().invoke(main, words).exit_code == 2


def test_the_summary_names_what_goes_where(folder: Path) -> None:
    text = said("ledger", "summary")
    assert "meta 123  2 delivered, 1 pending" in text
    assert "  sent 3, from 2025-12-19T13:25:00Z to 2025-12-26T13:25:00Z" in text
    assert "  ph                     hashed           1   first 2025-12-26T13:25:00Z, last 2025-12-26T13:25:00Z" in text
    (nowhere, meta) = told("ledger", "summary")
    assert (nowhere["outcomes"], meta["outcomes"]) == ({"blocked": 1}, {"delivered": 2, "pending": 1})
    assert told("ledger", "summary", "--since", "2030-01-01") == []


def test_two_periods_are_compared(folder: Path) -> None:
    text = said("ledger", "diff", "--since", "2025-12-20")
    assert "+ since 2025-12-26T13:25:00.000Z ph (hashed) goes to meta 123  (1)" in text
    periods = ("--before", "..2025-12-20", "--after", "2025-12-20..2026-01-01")
    assert [(one["kind"], one["what"]) for one in told("ledger", "diff", *periods)] == [("identifier", "#ph")]
    assert said("ledger", "diff", "--since", "2030-01-01").startswith(
        "- meta 123 gets events no more, last at 2025-12-26"
    )
    assert said("ledger", "diff", "--before", "..2020", "--after", "2020..2021", code=2) == ""
    nothing = ("--before", "..2020-01-01", "--after", "2020-01-01..2021-01-01")
    assert said("ledger", "diff", *nothing) == "neither period has an entry\n"


def test_an_event_is_explained_by_its_id_or_its_order(folder: Path) -> None:
    text = said("explain-event", "T3")
    for line in (
        "purchase o-3 order T3", "  hit at 2025-12-26T13:25:00.000Z through browser",
        "  ad_storage           granted by hit", "  meta fired  purchase",
        "    2025-12-26T13:25:00Z  answer 503: busy \\x1b[31m", "    busy \\x1b[31m, 1 attempt",
    ):  # fmt: skip
        assert line in text.replace("Purchase o-3", "purchase o-3").splitlines()
    assert "203.0.113.7" not in text
    assert "203.0.113.7" in said("explain-event", "o-3", "--reveal")
    assert told("explain-event", "o-3")[0]["payloads"][0]["outcome"] == "pending"
    assert told("explain-event", "o-7", code=1) == []


def test_a_person_is_forgotten_in_all_files_and_it_is_said_what_was_done(folder: Path) -> None:
    by = ("forget", "--external-id", "u77", "--event-id", "o-1")
    assert "1 pending and 0 dead payloads would be removed" in said(*by, "--dry-run")
    assert told("ledger", "--id", "o-3") != []
    found = told(*by)
    assert found == {
        "by": ["external-id", "event-id"], "dry_run": False, "pending": 1, "dead": 0, "entries": 2, "sandbox": 0,
        "console": 0, "set_aside": [], "not_overwritten": [],
    }  # fmt: skip
    assert told("ledger", "--id", "o-3") == told("ledger", "--id", "T1") == []
    (line,) = told("ledger", "--outcome", "forgotten")
    assert line["reason"] == "by external-id, event-id: 1 pending, 2 entries"
    assert CliRunner().invoke(main, ["outbox", "prove"]).exit_code == 0


@pytest.mark.parametrize(
    ("option", "value", "what"),
    [("--email", "notanemail", "an e-mail address"), ("--phone", "0151", "a telephone number")],
)
def test_whom_nobody_could_find_is_not_looked_for(folder: Path, option: str, value: str, what: str) -> None:
    done = CliRunner().invoke(main, ["forget", option, value])
    assert done.exit_code == 2
    assert f"{option}: '{value}' is not {what}; write one such as" in " ".join(done.stderr.split())
    assert told("ledger", "--outcome", "forgotten") == []


def test_what_was_set_aside_is_named_since_it_is_not_searched(folder: Path) -> None:
    aside = folder / "data" / "outbox.sandbox.db.corrupt-20260101T000000Z"
    aside.write_bytes(b"")
    assert f"data/{aside.name} was set aside and is not searched" in said("forget", "--email", "jane@shop.example")


@pytest.mark.parametrize("words", [("ledger",), ("ledger", "summary"), ("explain-event", "o-1")])
def test_without_an_outbox_nothing_can_be_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, done.stdout, "there is none yet" in done.stderr) == (1, "", True)


def test_an_outbox_that_is_damaged_is_told_and_the_others_are_read(folder: Path) -> None:
    (folder / "data" / "outbox.sandbox.1.db").write_bytes(b"no database" * 1000)
    for words in (("ledger",), ("ledger", "summary"), ("explain-event", "o-1")):
        done = CliRunner().invoke(main, words)
        assert (done.exit_code, "file is not a database" in done.stderr) == (1, True)
        assert "delivered" in done.stdout


def test_the_sums_of_the_ledger_are_those_of_the_books(folder: Path) -> None:
    paths = sorted((folder / "data").glob("*.db"))
    erase(paths[0], person(references=["o-1"]), {"o-1"}, NOW, dry_run=False)
    counts = {end: len(told("ledger", "--outcome", end)) for end in ("delivered", "suppressed", "dead", "pending")}
    proofs = [one for path in paths for one in prove(path)]
    assert counts == {end: sum(getattr(one, end) for one in proofs) for end in counts}
