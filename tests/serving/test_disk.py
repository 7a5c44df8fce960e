"""Disks that are full, read-only or mended meanwhile: hits are refused and nothing is pretended, until it is well."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from container.outbox.prove import prove
from tests.processes.server import CONFIG, Server, serving, until
from tests.serving.disk import read_only, small_disk

HIT = "/g/collect?v=2&tid=G-1&cid=7.8&gcs=G111"
OUTBOX = Path("data") / "outbox.sandbox.db"
AWAY = CONFIG.replace("outbox: sqlite:data/outbox.db", "outbox: sqlite:disk/outbox.db")


def send(server: Server, name: str, size: int = 2000) -> int:
    return server.http.post(
        server.url + HIT, content=f"en=made_up&ep.event_id={name}&ep.x={'x' * size}"
    ).status_code  # fmt: skip


class Load:
    """Senders that never pause; who got 204 and who got 503."""

    def __init__(self, server: Server) -> None:
        self.accepted: set[str] = set()
        self.refused: set[str] = set()
        self.odd: set[int] = set()
        self._server = server
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(4)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def _send(self, sender: int) -> None:
        number = 0
        while not self._ending.is_set():
            number += 1
            name = f"{sender}-{number}"
            status = send(self._server, name)
            if status == 204:
                self.accepted.add(name)
            elif status == 503:
                self.refused.add(name)
            else:
                self.odd.add(status)


def test_a_disk_that_fills_up_under_load_refuses_hits_accepts_none_falsely_and_recovers(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk, serving(tmp_path, AWAY) as server:
        assert server.process is not None
        pid = server.process.pid
        server.post("/sandbox/faults", json={"n": 1_000_000, "status": 503})
        with Load(server) as load:
            until(lambda: len(load.accepted) > 50, "hits to be taken")
            disk.fill(pid)
            until(lambda: len(load.refused) > 20, "hits to be refused")
            assert server.get("/healthy").status_code == 200
            until(lambda: server.get("/-/ready").status_code == 503, "it to say that it is not ready")
            until(lambda: server.get("/-/ready").text.startswith("not ready: outbox disk/outbox.sandbox.db: "), "why")
            disk.free(pid)
            before = len(load.accepted)
            until(lambda: len(load.accepted) > before + 20, "hits to be taken again")
        until(lambda: server.get("/-/ready").text == "ready", "it to be ready again")
        assert load.odd == set()
        assert "a hit was refused with 503, nothing of it was kept: outbox disk/outbox.sandbox.db: " in server.log()
        server.kill()
        (proof,) = prove(tmp_path / "disk" / "outbox.sandbox.db")
        assert proof.balanced
        assert proof.pending == len(load.accepted), "each that was told so is there, and none that was refused"
        server.start()
        delivered = {one["event"]["event_id"] for one in server.delivered(len(load.accepted))}
        assert delivered == load.accepted


def test_on_a_disk_that_is_read_only_at_its_start_it_refuses_until_it_can_write(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving(tmp_path) as server:
        assert send(server, "before") == 204
        server.delivered(1)
        assert server.stop() == 0
        with read_only(folder):
            server.start()
            assert {send(server, f"during-{number}") for number in range(3)} == {503}
            assert server.get("/healthy").status_code == 200
            ready = server.get("/-/ready")
            assert ready.status_code == 503
            assert "outbox data/outbox.sandbox.db: " in ready.text
        until(lambda: server.get("/-/ready").status_code == 200, "it to be ready by itself")
        assert send(server, "after") == 204
        assert server.stop() == 0
    (proof,) = prove(tmp_path / OUTBOX)
    assert (proof.accepted, proof.balanced) == (2, True)


def test_a_file_deleted_under_a_running_server_comes_back_with_all_it_held(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        server.post("/sandbox/faults", json={"n": 1_000_000, "status": 503})
        taken = {f"e-{number}" for number in range(30)}
        assert {send(server, name) for name in taken} == {204}
        until(lambda: "not accepting" in server.log(), "the vendor to be known as away")
        for one in (tmp_path / "data").glob("outbox.sandbox.db*"):
            one.unlink()
        assert send(server, "meanwhile") == 204
        until(lambda: "was deleted or replaced under the server; all of it is back" in server.log(), "the file")
        server.kill()
        (proof,) = prove(tmp_path / OUTBOX)
        assert (proof.pending, proof.balanced) == (31, True)
        server.start()
        delivered = {one["event"]["event_id"] for one in server.delivered(31)}
        assert delivered == taken | {"meanwhile"}


@pytest.mark.parametrize("page", [b"SQLite format 3", b'"event_id":"e-30"'])
def test_a_file_damaged_while_nobody_served_is_set_aside_and_the_service_goes_on(tmp_path: Path, page: bytes) -> None:
    with serving(tmp_path) as server:
        server.post("/sandbox/faults", json={"n": 1_000_000, "status": 503})
        taken = {f"e-{number}" for number in range(60)}
        assert {send(server, name, 3000) for name in taken} == {204}
        assert server.stop() == 0
        path = tmp_path / OUTBOX
        content = bytearray(path.read_bytes())
        while (at := content.find(page)) >= 0:
            content[at // 4096 * 4096 : at // 4096 * 4096 + 4096] = b"\xa5" * 4096
        path.write_bytes(content)
        server.start()
        assert "the file was set aside as outbox.sandbox.db.corrupt-" in server.log()
        assert send(server, "after") == 204
        until(lambda: "the salvage of outbox.sandbox.db.corrupt-" in server.log(), "the salvage")
        least = 40 if b"e-30" in page else 1  # a page holds some 15; without its first one a file is no database
        server.delivered(1, event_id="after")
        delivered = {one["event"]["event_id"] for one in server.delivered(least)}
        assert delivered <= taken | {"after"}
        assert server.stop() == 0
    assert all(proof.balanced for proof in prove(path))
