"""Of somebody who was forgotten no byte is left in any file, while the server runs and after it is killed."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from tests.processes.server import CONFIG, TOKEN, Server, serving, until
from tests.processes.test_ledger import pending, told

EMAIL = "jane.g1@shop.example"
HERS = [EMAIL.encode(), sha256(EMAIL.encode()).hexdigest().encode(), b"ORDER-77001", b"event-77001"]
HIT = "/g/collect?v=2&tid=G-1&cid=7.8&gcs=G111&en=purchase&epn.value=5&cu=EUR"


def left(folder: Path) -> set[tuple[str, str]]:
    """Which of her words stand in which file."""
    return {
        (file.name, word.decode()) for file in (folder / "data").iterdir() for word in HERS if word in content(file)
    }


def content(file: Path) -> bytes:
    """What stands in a file; nothing in a journal that is gone by now, or in a folder."""
    with suppress(FileNotFoundError, IsADirectoryError):
        return file.read_bytes()
    return b""


def order(server: Server, email: str, number: int) -> None:
    query = f"{HIT}&ep.event_id=event-{number}&ep.transaction_id=ORDER-{number}&ep.user_data.email={email}"
    assert server.post(query, headers={"x-tagdock-preview": TOKEN}).is_success


def test_nothing_of_her_is_in_any_file_while_the_server_runs_and_after_kill_9(tmp_path: Path) -> None:
    with serving(tmp_path, CONFIG) as server:
        for number in range(1, 30):
            order(server, f"joe{number}@shop.example", number)
        order(server, EMAIL, 77001)
        server.delivered(30)
        until(lambda: pending(server) == 0, "the deliveries")
        kept = {"outbox.sandbox", "sandbox", "console"}
        until(lambda: {file.partition(".db")[0] for file, _ in left(tmp_path)} >= kept, "all her copies")
        server.stop()
        server.start()
        order(server, "jim@shop.example", 30)
        server.delivered(31)
        done = told(tmp_path, "forget", "--email", EMAIL, "--order-id", "ORDER-77001", "--event-id", "event-77001")
        assert (done["entries"], done["console"]) == (1, 1)
        assert left(tmp_path) == set()
        order(server, "jim@shop.example", 31)
        server.delivered(31)
        server.kill()
        assert left(tmp_path) == set()


def test_what_was_answered_about_her_to_another_s_request_is_gone_too(tmp_path: Path) -> None:
    with serving(tmp_path, CONFIG) as server:
        server.post("/sandbox/faults", json={"n": 1, "status": 400, "code": 100, "message": f"bad em of {EMAIL}"})
        order(server, "jim@shop.example", 40)
        until(lambda: any(file == "sandbox.db-wal" for file, _ in left(tmp_path)), "the refusal")
        told(tmp_path, "forget", "--email", EMAIL)
        assert left(tmp_path) == set()
        server.post("/sandbox/reset")
        order(server, "jim@shop.example", 41)
        server.delivered(1, event_id="event-41")
