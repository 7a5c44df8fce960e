"""What is accepted stays: after the process dies, within bounds, and never pretended when the disk fails."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from container.sandbox.store import Store
from tests.processes.server import PATIENCE

from .conftest import NOW, PIXEL, Local

SERVER = """
import socket
import sys
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from container.sandbox import Sandbox
sandbox = Sandbox(sys.argv[1])
app = Starlette(routes=[Mount("/sandbox", app=sandbox.app)])
uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[socket.socket(fileno=int(sys.argv[2]))])
"""


def start(path: Path, listening: socket.socket) -> subprocess.Popen[bytes]:
    """Who connects before it answers waits in the socket's queue, which outlives the process."""
    number = listening.fileno()
    return subprocess.Popen([sys.executable, "-c", SERVER, str(path), str(number)], pass_fds=[number])


def test_accepted_events_survive_kill_9(tmp_path: Path) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listening.getsockname()[1]}/sandbox"
    process = start(tmp_path / "meta.db", listening)
    accepted: set[str] = set()
    try:
        with httpx2.Client(timeout=PATIENCE) as client:
            for batch in range(20):
                ids = [f"{batch}-{number}" for number in range(50)]
                local_now = int(time.time())
                events = [
                    {"event_name": "Lead", "event_time": local_now, "event_id": one, "action_source": "email",
                     "user_data": {"fbp": "fb.1.1596403881668.1116446470"}}
                    for one in ids
                ]  # fmt: skip
                answer = client.post(f"{base}/graph/v26.0/{PIXEL}/events?access_token=t", json={"data": events})
                assert answer.json()["events_received"] == 50
                accepted |= set(ids)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process = start(tmp_path / "meta.db", listening)
        kept = httpx2.get(f"{base}/good", timeout=PATIENCE).json()
        assert {item["event"]["event_id"] for item in kept} == accepted
        assert httpx2.get(f"{base}/all", timeout=PATIENCE).json()["good"] == len(accepted)
    finally:
        process.kill()
        process.wait()
        listening.close()


def test_counts_and_faulted_requests_survive_a_restart(tmp_path: Path) -> None:
    first = Local(tmp_path / "deep" / "meta.db")
    first.send(first.event(), first.event())
    first.error(first.event(event_time=1))
    before = first.get("all")
    first.sandbox.close()
    again = Local(tmp_path / "deep" / "meta.db")
    assert again.get("all") == before
    again.send(again.event(event_id="new"))
    assert [item["event"]["event_id"] for item in again.get("good")] == ["e-1", "e-1", "new"]
    again.sandbox.close()


def test_only_the_newest_events_are_kept_while_the_counts_go_on(tmp_path: Path) -> None:
    local = Local(tmp_path / "meta.db", keep=200)
    for batch in range(50):
        local.send(*(local.event(event_id=f"e-{batch}-{number}") for number in range(20)))
    counts = local.get("all")
    kept = local.get("good")
    assert counts["good"] == 1000
    assert 200 <= counts["kept"] == len(kept) <= 210
    assert kept[-1]["event"]["event_id"] == "e-49-19"
    local.send(local.event(event_id="e-0-0"))
    assert local.get("good")[-1]["deduplicated"] is False
    local.send(local.event(event_id="e-49-0"))
    assert local.get("good")[-1]["deduplicated"] is True
    local.sandbox.close()


def test_the_file_does_not_grow_with_what_was_dropped(tmp_path: Path) -> None:
    local = Local(tmp_path / "meta.db", keep=500)

    def fill(first: int) -> int:
        for batch in range(first, first + 10):
            local.send(*(local.event(event_id=f"e-{batch}-{number}") for number in range(200)))
        return (tmp_path / "meta.db").stat().st_size

    grown = [fill(10 * round) for round in range(5)]
    assert max(grown) < 5_000_000  # 10,000 such events take more than 10 MB
    local.sandbox.close()


def test_a_batch_larger_than_what_is_kept_is_taken(tmp_path: Path) -> None:
    local = Local(tmp_path / "meta.db", keep=10)
    local.send(*(local.event(event_id=f"e-{number}") for number in range(1000)))
    assert local.get("all")["good"] == 1000
    assert local.get("all")["kept"] == 10
    local.sandbox.close()


def test_when_nothing_can_be_written_the_answer_is_a_passing_failure(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    local = Local(tmp_path / "meta.db")
    local.send(local.event())
    local.sandbox._store._connection.execute("PRAGMA query_only=ON")
    response = local.send(local.event(event_id="lost"))
    assert response.status_code == 503
    assert response.json()["error"]["code"] == 2
    assert response.json()["error"]["is_transient"] is True
    assert local.browse(eid="lost-too").content[:3] == b"GIF"
    assert "could not store" in caplog.text
    local.sandbox._store._connection.execute("PRAGMA query_only=OFF")
    assert local.send(local.event(event_id="after")).status_code == 200
    assert [item["event"]["event_id"] for item in local.get("good")] == ["e-1", "after"]
    assert local.get("all")["good"] == 2
    local.sandbox.close()


def test_a_file_of_another_layout_starts_afresh(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "meta.db")) as old:
        old.execute("CREATE TABLE event (something INTEGER)")
        old.execute("PRAGMA user_version = 99")
    local = Local(tmp_path / "meta.db")
    assert local.send(local.event()).status_code == 200
    assert local.get("all")["good"] == 1
    local.sandbox.close()


def test_a_sandbox_in_memory_works_the_same() -> None:
    local = Local()
    local.send(local.event(event_time=int(NOW)))
    assert local.get("all")["kept"] == 1
    local.sandbox.close()


def test_its_files_are_their_owner_s_alone(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    with closing(Store(path)):
        modes = {one.name: one.stat().st_mode & 0o777 for one in tmp_path.iterdir()}
    assert modes == {"sandbox.db": 0o600, "sandbox.db-wal": 0o600, "sandbox.db-shm": 0o600}
