"""A container starts with a sound file or not at all."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import pytest

from tests.processes.server import CONFIG, Server, serving

FAULTY = """container: { listen: 127.0.0.1:0, orgins: ["https://shop.example"] }
clients: { browser: ga5 }
triggers: { purchase: { event: purchase } }
tags:
  meta: { meta_capi: { pixel_id: "1" }, fires_on: [purchse] }
"""


def refused(folder: Path, config: str, *arguments: str) -> str:
    """What a server says that ends with exit code 1 instead of starting."""
    server = Server(folder, config)
    try:
        assert server.launch(*arguments).wait(20) == 1
        return server.log()
    finally:
        server.close()


def test_a_file_with_faults_never_starts_and_all_of_them_are_told(tmp_path: Path) -> None:
    said = refused(tmp_path, FAULTY)
    places = [line.partition(": ")[0] for line in said.splitlines() if line.startswith("config.yaml:")]
    assert {"config.yaml:1:35", "config.yaml:2:21", "config.yaml:5:22", "config.yaml:5:52"} <= set(places), said
    assert "did you mean" in said
    assert "purchase" in said
    assert "Traceback" not in said
    assert "listens on" not in said
    assert not (tmp_path / "data").exists()


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    said = refused(tmp_path, CONFIG, "--config", "nowhere.yaml")
    assert "nowhere.yaml" in said
    assert "Traceback" not in said


def test_a_port_in_use_is_told_with_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = refused(tmp_path, CONFIG, "--listen", f"127.0.0.1:{port}")
    assert f"cannot listen on 127.0.0.1:{port}" in said
    assert "--listen" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1", "127.0.0.1:99999", "127.0.0.1:http"])
def test_an_address_that_is_none_is_wrong_usage(tmp_path: Path, address: str) -> None:
    server = Server(tmp_path)
    try:
        assert server.launch("--listen", address).wait(20) == 2
        assert f"'{address}' is not an address; write 127.0.0.1:8080" in server.log()
    finally:
        server.close()


@pytest.mark.parametrize("address", ["[::1]", "127.0.0.2", "0.0.0.0", "localhost"])
def test_wherever_it_listens_it_reaches_its_local_meta_and_ends_well_when_interrupted(
    tmp_path: Path, address: str
) -> None:
    with serving(tmp_path, CONFIG.replace("listen: 127.0.0.1:0", f'listen: "{address}:0"')) as server:
        assert server.url.startswith(f"http://{address}:")
        assert server.post("/g/collect?v=2&tid=G-1&cid=7.8&en=made_up&ep.event_id=e-1").status_code == 204
        assert server.delivered(1)[0]["event"]["event_id"] == "e-1"
        assert server.process is not None
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(20) == 0


def test_a_second_server_on_the_same_outbox_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as first:
        token = (tmp_path / "data" / "token").stat()
        second = Server(tmp_path)
        try:
            assert second.launch().wait(20) == 1
        finally:
            second.close()
        assert "in use by another process" in second.log()
        assert second.log().count("listens on") == 1
        assert (tmp_path / "data" / "token").stat().st_mtime_ns == token.st_mtime_ns
        assert first.get("/healthy").status_code == 200


def test_the_greeting_gives_a_command_to_try_and_the_token_is_kept_for_scripts(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert "curl -H 'X-Tagdock-Preview: the-token-of-the-tests'" in server.log()
        token = tmp_path / "data" / "token"
        assert token.read_text() == "the-token-of-the-tests\n"
        assert token.stat().st_mode & 0o077 == 0
