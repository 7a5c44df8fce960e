"""The outbox commands over all files of a container, one payload looked at, and dead letters thrown away."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from container.cli.main import main
from container.outbox import Outbox, open_outbox
from container.outbox.files import file_of
from tests.outbox.entries import NOW, entry, take

STORE = "sqlite:{}/data/outbox.sandbox.db"
BODY = json.dumps(
    {"event_name": "Purchase", "user_data": {"em": ["a" * 64], "client_ip_address": "203.0.113.9", "fn": "Ana"}}
).encode()


def fill(folder: Path, worker: int) -> None:
    """Five payloads: one delivered, one dead after two attempts, one dead unsent, two pending, one of them tried."""
    now = [NOW + worker]

    async def work() -> None:
        outbox: Outbox = open_outbox(STORE.format(folder), worker=worker, workers=3, clock=lambda: now[0])
        await outbox.open()
        await outbox.put([entry(worker * 10 + number, body=BODY, time=NOW + worker) for number in range(5)])
        await outbox.done(await take(outbox, count=1, now=now[0]))
        (first,) = await take(outbox, count=1, now=now[0])
        await outbox.later([first], now[0], 503, "(#2) try \x1b[31mlater")
        (first,) = await take(outbox, count=1, now=now[0])
        now[0] += 10
        await outbox.bury([first], 400, "(#100) no email", now[0])
        (second,) = await take(outbox, count=1, now=now[0])
        await outbox.bury([second], 0, "too old for the vendor", now[0] + 100, sent=False)
        await outbox.later(await take(outbox, count=1, now=now[0]), now[0] + 60, 503, "busy")
        await outbox.close()

    asyncio.run(work())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text("clients: { browser: ga4 }\n")
    for worker in (0, 2):
        fill(tmp_path, worker)
    return tmp_path


def tagdock(*words: str, at: Path, stdin: str | None = None) -> Result:
    """The command in this process; a traceback is never an answer."""
    with chdir(at):
        done = CliRunner().invoke(main, list(words), input=stdin)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def told(folder: Path, *words: str, code: int = 0) -> Any:
    done = tagdock("outbox", *words, "--json", at=folder)
    assert done.exit_code == code, done.stderr
    return json.loads(done.stdout)


def test_status_adds_up_all_files_also_of_workers_that_are_no_more(folder: Path) -> None:
    found = told(folder, "status")
    assert [Path(name).name for name in found["files"]] == ["outbox.sandbox.db", "outbox.sandbox.2.db"]
    (meta,) = found["accounts"]
    ends = ("accepted", "delivered", "suppressed", "dead", "pending", "purged")
    assert [meta[end] for end in ends] == [10, 2, 0, 4, 4, 0]
    assert meta["reasons"]["dead"] == {"(#100) no email": 2, "too old for the vendor": 2}
    last = tagdock("outbox", "status", at=folder).stdout.splitlines()[-1]
    assert last == "in outbox.sandbox.db, outbox.sandbox.2.db of data"


def test_the_dead_of_all_files_are_listed_and_chosen_over_all_of_them(folder: Path) -> None:
    assert [one["event_id"] for one in told(folder, "dead")] == ["order-1", "order-2", "order-21", "order-22"]
    assert [one["event_id"] for one in told(folder, "dead", "--limit", "3")] == ["order-1", "order-2", "order-21"]
    assert len(told(folder, "dead", "--event", "Purchase")) == 4
    assert told(folder, "dead", "--event", "Lead") == []
    assert len(told(folder, "dead", "--until", "2025-12-26T13:25:15Z")) == 2
    assert told(folder, "redrive", "--limit", "3")["redriven"] == 3
    assert [one["event_id"] for one in told(folder, "dead")] == ["order-22"]
    assert told(folder, "prove")["balanced"]


def test_one_payload_is_shown_with_its_attempts_whichever_file_it_is_in(folder: Path) -> None:
    letter = told(folder, "dead")[2]
    shown = told(folder, "show", str(letter["id"]))
    assert {name: shown[name] for name in ("state", "tag", "event_id", "attempts", "status", "reason", "died")} == {
        "state": "dead", "tag": "meta", "event_id": "order-21", "attempts": 2, "status": 400,
        "reason": "(#100) no email", "died": NOW + 12,
    }  # fmt: skip
    assert shown["history"] == [
        {"time": NOW + 2, "status": 503, "reason": "(#2) try \x1b[31mlater"},
        {"time": NOW + 12, "status": 400, "reason": "(#100) no email"},
    ]
    lines = tagdock("outbox", "show", str(letter["id"]), at=folder).stdout.splitlines()
    assert lines[0] == f"{letter['id']}  meta 123  Purchase order-21"
    assert lines[2].strip() == "2025-12-26T13:25:02Z  answer 503: (#2) try \\x1b[31mlater"
    assert lines[4] == "dead since 2025-12-26T13:25:12Z: (#100) no email"


def test_what_is_personal_is_shown_only_when_asked_for(folder: Path) -> None:
    number = str(told(folder, "dead")[0]["id"])
    masked = told(folder, "show", number)["payload"]
    assert masked["user_data"]["em"] == ["a" * 64]
    assert "203.0.113.9" not in json.dumps(masked)
    assert "Ana" not in json.dumps(masked)
    assert "203.0.113.9" not in tagdock("outbox", "show", number, at=folder).stdout
    assert told(folder, "show", number, "--reveal")["payload"] == json.loads(BODY)


def test_a_pending_payload_is_shown_too(folder: Path) -> None:
    first = told(folder, "dead")[0]["id"]
    tried, fresh = told(folder, "show", str(first + 2)), told(folder, "show", str(first + 3))
    assert (tried["state"], tried["attempts"], tried["due"]) == ("pending", 1, NOW + 70)
    assert (fresh["state"], fresh["attempts"], fresh["history"]) == ("pending", 0, [])
    assert "pending, not tried yet" in tagdock("outbox", "show", str(first + 3), at=folder).stdout


def test_a_payload_that_is_kept_no_more_is_not_found(folder: Path) -> None:
    first = told(folder, "dead")[0]["id"]
    done = tagdock("outbox", "show", str(first - 1), at=folder)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"no payload {first - 1} is kept; it was delivered")
    assert tagdock("outbox", "show", "first", at=folder).exit_code == 2


def test_letters_are_thrown_away_when_somebody_agrees_and_the_books_remember(folder: Path) -> None:
    words = ["purge", "--reason", "no email"]
    assert told(folder, *words, "--dry-run") == {
        "outbox": str(Path("data") / "outbox.sandbox.db"), "chosen": 2, "purged": 0
    }  # fmt: skip
    assert len(told(folder, "dead")) == 4
    refused = tagdock("outbox", *words, at=folder, stdin="n\n")
    assert refused.exit_code == 1
    assert "throw 2 dead letters away for good?" in refused.stderr
    assert len(told(folder, "dead")) == 4
    agreed = tagdock("outbox", *words, at=folder, stdin="y\n")
    assert (agreed.exit_code, agreed.stdout) == (0, "2 dead letters thrown away\n")
    assert [one["event_id"] for one in told(folder, "dead")] == ["order-2", "order-22"]
    (meta,) = told(folder, "status")["accounts"]
    assert (meta["dead"], meta["purged"], meta["reasons"]["dead"]["(#100) no email"]) == (4, 2, 2)
    assert told(folder, "prove")["balanced"]
    assert told(folder, "purge", "--yes")["purged"] == 2
    assert told(folder, "prove")["balanced"]
    assert "meta 123: 4 of the dead were purged" in tagdock("outbox", "status", at=folder).stdout


def test_a_program_is_not_asked_and_must_say_yes(folder: Path) -> None:
    done = tagdock("outbox", "purge", "--json", at=folder)
    assert done.exit_code == 2
    assert "add --yes or --dry-run" in done.stderr
    assert len(told(folder, "dead")) == 4


def test_the_proof_recounts_every_file_and_names_the_one_that_is_wrong(folder: Path) -> None:
    done = tagdock("outbox", "prove", at=folder)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == f"the books of {Path('data') / 'outbox.sandbox.db'} and 1 more balance"
    with sqlite3.connect(file_of(STORE.format(folder), 2)) as connection:
        connection.execute("DELETE FROM dead WHERE event_id = 'order-21'")
    connection.close()
    done = tagdock("outbox", "prove", at=folder)
    assert done.exit_code == 1
    assert done.stdout.splitlines()[-1] == "outbox.sandbox.2.db: meta 123: 1 accepted and at no end"
    found = told(folder, "prove", code=1)["accounts"]
    assert [(Path(one["file"]).name, one["balanced"]) for one in found] == [
        ("outbox.sandbox.db", True), ("outbox.sandbox.2.db", False)
    ]  # fmt: skip


@pytest.mark.parametrize("words", [["status"], ["dead"], ["redrive"], ["prove"], ["purge", "--yes"]])
def test_of_a_file_that_cannot_be_read_it_is_said_and_the_others_are_served(folder: Path, words: list[str]) -> None:
    file_of(STORE.format(folder), 1).write_bytes(b"not a database at all" * 100)
    done = tagdock("outbox", *words, at=folder)
    assert done.exit_code == 1
    named = Path("data") / "outbox.sandbox.1.db"
    assert done.stderr.splitlines()[-1] == f"outbox {named}: file is not a database (SQLITE_NOTADB)"
    assert done.stdout != ""
