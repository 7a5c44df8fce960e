"""The outbox as people look into it: accounts, dead letters, sending them again, the proof; beside a server or not."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from container.cli.main import main
from container.outbox import Outbox, OutboxUnavailable
from container.outbox.accounts import NOT_TRIED, accounts
from container.outbox.prove import prove
from tests.cli.tagdock import tagdock
from tests.outbox.entries import NOW, entry, take, with_outbox

FILE = Path("data") / "outbox.sandbox.db"


async def every_end(outbox: Outbox) -> None:
    """Of twelve for Meta, which is parked: 3 delivered, 2 dead, 2 suppressed, 5 pending, 1 of them tried; 1 for GA4."""
    await outbox.put([entry(number) for number in range(10)])
    await outbox.put([entry(0), entry(1)])
    await outbox.done(await take(outbox, count=3))
    first, second = await take(outbox, count=2)
    await outbox.bury([first], 400, "(#100) no \x1b[31memail", NOW)
    await outbox.bury([second], 410, "unknown pixel", NOW + 60, sent=False)
    await outbox.later(await take(outbox, count=1), NOW + 5, 503, "(#2) try later")
    await outbox.put([entry(1, tag="ga4", destination="")])
    await outbox.park("meta", "123", "(#190) token refused")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text("clients: { browser: ga4 }\n")
    with_outbox(tmp_path / FILE, every_end)
    return tmp_path


def told(folder: Path, *words: str, code: int = 0) -> Any:
    done = tagdock("outbox", *words, "--json", at=folder)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def test_status_says_where_everything_is_and_why(folder: Path) -> None:
    meta, ga4 = told(folder, "status")["accounts"]
    assert [meta[end] for end in ("accepted", "delivered", "suppressed", "dead", "pending")] == [12, 3, 2, 2, 5]
    assert (meta["tag"], meta["destination"], meta["parked"]) == ("meta", "123", "(#190) token refused")
    assert meta["oldest"] == NOW
    assert meta["reasons"] == {
        "suppressed": {"same event_id already accepted": 2},
        "dead": {"(#100) no \x1b[31memail": 1, "unknown pixel": 1},
        "pending": {"(#2) try later": 1, NOT_TRIED: 4},
    }
    assert (ga4["accepted"], ga4["pending"], ga4["parked"]) == (1, 1, "")


def test_status_for_people_is_a_table_with_the_reasons_below(folder: Path) -> None:
    lines = tagdock("outbox", "status", at=folder).stdout.splitlines()
    assert lines[0].split() == ["tag", "destination", "accepted", "delivered", "suppressed", "dead", "pending"]
    assert lines[1].split() == ["meta", "123", "12", "3", "2", "2", "5"]
    assert lines[2].split() == ["ga4", "-", "1", "0", "0", "0", "1"]
    (parked,) = [line for line in lines if "is parked" in line]
    assert parked.startswith("meta 123 is parked since 20")
    assert parked.endswith("Z: (#190) token refused")
    assert "meta 123: 1 pending: (#2) try later" in lines
    assert "meta 123: 1 dead: (#100) no \\x1b[31memail" in lines  # a vendor's words do not steer the terminal


def test_a_letter_is_told_with_the_vendor_s_words(folder: Path) -> None:
    first, second = told(folder, "dead")
    assert {name: first[name] for name in ("tag", "destination", "event_name", "event_id", "died", "attempts")} == {
        "tag": "meta", "destination": "123",
        "event_name": "Purchase", "event_id": "order-3", "died": NOW, "attempts": 1,
    }  # fmt: skip
    assert (first["status"], first["reason"]) == (400, "(#100) no \x1b[31memail")
    assert (second["status"], second["attempts"], second["reason"]) == (410, 0, "unknown pixel")
    lines = tagdock("outbox", "dead", at=folder).stdout.splitlines()
    assert lines[0] == f"{first['id']}  meta 123  Purchase order-3"
    assert lines[1].strip() == "died 2025-12-26T13:25:00Z after 1 attempt, answer 400"
    assert lines[2].strip() == "(#100) no \\x1b[31memail"
    assert lines[-1] == "2 dead; look at one with tagdock outbox show ID, send again with redrive"


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        ([], ["order-3", "order-4"]),
        (["--tag", "meta"], ["order-3", "order-4"]),
        (["--tag", "ga4"], []),
        (["--reason", "email"], ["order-3"]),
        (["--since", "2025-12-26T13:25:30Z"], ["order-4"]),
        (["--limit", "1"], ["order-3"]),
    ],
)
def test_letters_are_chosen_alike_for_looking_and_for_sending_again(
    folder: Path, words: list[str], chosen: list[str]
) -> None:
    assert [one["event_id"] for one in told(folder, "dead", *words)] == chosen
    tried = {"outbox": str(FILE), "chosen": len(chosen), "redriven": 0, "delivered_since": 0}
    assert told(folder, "redrive", *words, "--dry-run") == tried
    assert len(told(folder, "dead")) == 2
    assert told(folder, "redrive", *words) == {**tried, "redriven": len(chosen)}
    assert not {one["event_id"] for one in told(folder, "dead")} & set(chosen)
    assert told(folder, "prove")["balanced"]


def test_one_letter_is_chosen_by_the_number_that_is_shown(folder: Path) -> None:
    _, second = told(folder, "dead")
    assert told(folder, "redrive", "--id", str(second["id"]))["redriven"] == 1
    assert [one["event_id"] for one in told(folder, "dead")] == ["order-3"]


def test_more_letters_than_are_shown_are_counted_and_a_limit_beyond_one_step_holds(tmp_path: Path) -> None:
    async def bury_many(outbox: Outbox) -> None:
        await outbox.put([entry(number) for number in range(700)])
        await outbox.bury(await take(outbox, count=700), 400, "no email", NOW)

    with_outbox(tmp_path / FILE, bury_many)
    (tmp_path / "config.yaml").write_text("clients: { browser: ga4 }\n")
    assert tagdock("outbox", "dead", at=tmp_path).stdout.splitlines()[-1] == "100 of 700; more with --limit 700"
    done = tagdock("outbox", "redrive", "--limit", "600", at=tmp_path)
    assert done.stdout.startswith("600 dead letters pending again; a running server notices")
    (proof,) = prove(tmp_path / FILE)
    assert (proof.pending, proof.dead, proof.balanced) == (600, 100, True)


def test_a_server_that_has_the_file_open_is_no_hindrance(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)

    async def work(outbox: Outbox) -> None:
        for words in (["status"], ["dead"], ["prove"], ["redrive", "--reason", "pixel"]):
            done = CliRunner().invoke(main, ["outbox", *words])
            assert done.exit_code == 0, done.output
        await outbox.unpark("meta", "123", NOW + 10)
        await outbox.refresh()
        sent = await take(outbox, now=NOW + 1e9)
        assert "unknown pixel" in {one.reason for one in sent}

    with_outbox(folder / FILE, work)


def test_the_proof_ends_with_1_when_anything_is_missing(folder: Path) -> None:
    done = tagdock("outbox", "prove", at=folder)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == f"the books of {FILE} balance"
    with sqlite3.connect(folder / FILE) as connection:
        connection.execute("DELETE FROM pending WHERE event_id = 'order-9'")
    connection.close()
    done = tagdock("outbox", "prove", at=folder)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "meta 123: 1 accepted and at no end"
    found = told(folder, "prove", code=1)
    assert (found["balanced"], found["accounts"][0]["missing"]) == (False, 1)


def test_what_is_sent_live_has_a_file_of_its_own(folder: Path) -> None:
    (folder / "config.yaml").write_text("clients: { browser: ga4 }\ndelivery: { to: live }\n")
    done = tagdock("outbox", "status", at=folder)
    assert done.returncode == 1
    assert done.stderr.startswith(f"outbox {Path('data') / 'outbox.db'}: there is none yet; tagdock serve makes it")
    assert not (folder / "data" / "outbox.db").exists()


@pytest.mark.parametrize("words", [["status"], ["dead"], ["redrive"], ["prove"]])
def test_a_file_that_is_no_outbox_is_said_in_one_line(folder: Path, words: list[str]) -> None:
    for part in folder.glob("data/*"):
        part.unlink()
    (folder / FILE).write_bytes(b"not a database at all" * 100)
    done = tagdock("outbox", *words, at=folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"outbox {FILE}: file is not a database (SQLITE_NOTADB)\n"


def test_a_time_that_is_none_is_wrong_usage(folder: Path) -> None:
    done = tagdock("outbox", "dead", "--since", "yesterday", at=folder)
    assert done.returncode == 2
    assert "'yesterday' is not a time; write it as 2026-03-01, 2026-03-01T12:00:00Z, or 7d" in done.stderr


def test_an_outbox_that_accepted_nothing_says_so(tmp_path: Path) -> None:
    async def nothing(outbox: Outbox) -> None:
        assert (await outbox.status()).accounts == []

    with_outbox(tmp_path / FILE, nothing)
    (tmp_path / "config.yaml").write_text("clients: { browser: ga4 }\n")
    assert tagdock("outbox", "status", at=tmp_path).stdout == f"{FILE} has accepted nothing yet\n"
    assert tagdock("outbox", "dead", at=tmp_path).stdout == "no dead letter\n"
    assert tagdock("outbox", "prove", at=tmp_path).stdout == f"the books of {FILE} balance\n"


def test_accounts_of_a_file_that_is_not_there_are_not_made_up(tmp_path: Path) -> None:
    with pytest.raises(OutboxUnavailable, match="nowhere"):
        accounts(tmp_path / "nowhere.db")
    assert list(tmp_path.iterdir()) == []
