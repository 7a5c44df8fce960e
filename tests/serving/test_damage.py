"""A file damaged under a running server, and what the commands say of it; logs and marks as a server leaves them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.cli.tagdock import tagdock
from tests.processes.server import CONFIG, serving, until
from tests.serving.crew import crew
from tests.serving.test_disk import OUTBOX, send

SLOW = CONFIG.replace("wait: 20ms", "wait: 1h").replace("at_most: 20", "at_most: 1000")
"""Nothing is delivered by itself for an hour."""


def told(folder: Path, *words: str, code: int = 0) -> Any:
    done = tagdock("outbox", *words, "--json", at=folder)
    assert done.returncode == code, (done.stdout, done.stderr)
    return json.loads(done.stdout)


def ruin(path: Path) -> None:
    """All of a file but its first page, and nothing of it in the log."""
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    size = path.stat().st_size
    with open(path, "r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))


def test_what_a_ruined_file_held_is_counted_as_lost_until_somebody_has_seen_to_it(tmp_path: Path) -> None:
    with serving(tmp_path, SLOW) as server:
        assert {send(server, f"e-{number}") for number in range(150)} == {204}
        (meta,) = told(tmp_path, "prove")["accounts"]
        assert (meta["accepted"], meta["pending"]) == (150, 150)
        ruin(tmp_path / OUTBOX)
        done = tagdock("outbox", "prove", at=tmp_path)
        assert done.returncode == 1
        assert "damaged" in done.stderr or "malformed" in done.stderr
        until(lambda: "is finished" in server.log(), "the salvage")
        assert (
            "0 payloads are pending again and 0 dead letters are kept; 150 payloads could not be read" in server.log()
        )
        assert send(server, "after") == 204
        found = told(tmp_path, "prove", code=1)
        (meta,) = found["accounts"]
        assert (meta["accepted"], meta["dead"], meta["pending"], meta["missing"]) == (151, 150, 1, 0)
        (aside,) = found["set_aside"]
        assert (aside["pending"], aside["lost"], aside["finished"], aside["stands"]) == (0, 150, True, True)
        (meta,) = told(tmp_path, "status")["accounts"]
        assert (meta["lost"], meta["reasons"]["dead"]) == (150, {"lost in a damaged file": 150})
        assert "150 more were lost in a damaged file" in tagdock("outbox", "dead", at=tmp_path).stdout
        assert server.stop() == 0
    assert told(tmp_path, "status")["set_aside"][0]["file"] == aside["file"]
    (tmp_path / "data" / aside["file"]).rename(tmp_path / "kept")
    assert told(tmp_path, "prove")["set_aside"] == []


def test_a_file_that_was_ruined_just_before_the_end_is_counted_too(tmp_path: Path) -> None:
    with serving(tmp_path, SLOW) as server:
        assert {send(server, f"e-{number}") for number in range(20)} == {204}
        ruin(tmp_path / OUTBOX)
        assert server.stop() == 0
    with serving(tmp_path, SLOW) as server:
        until(lambda: "is finished" in server.log(), "the salvage")
        assert server.stop() == 0
    (meta,) = told(tmp_path, "status")["accounts"]
    assert (meta["accepted"], meta["lost"], meta["dead"]) == (20, 20, 20)


def test_the_logs_of_all_workers_are_folded_when_they_end(tmp_path: Path) -> None:
    with crew(tmp_path, SLOW, workers=2) as server:
        server.send_to_all("e")
        folder = tmp_path / "data"
        assert all((folder / f"outbox.sandbox{one}.db-wal").stat().st_size for one in ("", ".1"))
        assert {path.stat().st_mode & 0o777 for path in folder.glob("outbox.*")} == {0o600}
        assert server.stop() == 0
        assert sum(path.stat().st_size for path in folder.glob("outbox.*-wal")) == 0


def test_a_destination_that_is_parked_goes_on_by_a_command(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        server.post("/sandbox/faults", json={"n": 1, "status": 400, "code": 190})
        assert send(server, "e-1") == 204
        until(lambda: "parked, everything is kept" in server.log(), "it to be parked")
        done = tagdock("outbox", "resume", "--url", server.url, at=tmp_path, TAGDOCK_TOKEN="the-token-of-the-tests")
        assert done.stdout.startswith("meta 1234567890 goes on; it was parked: ")
        assert done.stdout.endswith(f"the server at {server.url} goes on at once\n")
        server.delivered(1)
        assert send(server, "e-2") == 204
        server.delivered(2)
        assert tagdock("outbox", "resume", "--url", server.url, at=tmp_path).returncode == 0
