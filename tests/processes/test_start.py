"""A container starts with a sound file or not at all."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.processes.server import CONFIG, PATIENCE, TOKEN, Server, serving, until

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
        assert server.launch(*arguments).wait(PATIENCE) == 1
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
        assert server.launch("--listen", address).wait(PATIENCE) == 2
        assert f"'{address}' is not an address; write 127.0.0.1:8080" in server.log()
    finally:
        server.close()


def has_ipv6() -> bool:
    """Whether this machine may listen there at all; some have it switched off."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("address", ["127.0.0.2", "0.0.0.0", "localhost", *(["[::1]"] if has_ipv6() else [])])
def test_wherever_it_listens_it_reaches_its_local_meta_and_ends_well_when_interrupted(
    tmp_path: Path, address: str
) -> None:
    with serving(tmp_path, CONFIG.replace("listen: 127.0.0.1:0", f'listen: "{address}:0"')) as server:
        assert server.url.startswith(f"http://{address}:")
        assert server.post("/g/collect?v=2&tid=G-1&cid=7.8&en=made_up&ep.event_id=e-1").status_code == 204
        assert server.delivered(1)[0]["event"]["event_id"] == "e-1"
        assert server.process is not None
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(PATIENCE) == 0


def test_a_second_server_on_the_same_outbox_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as first:
        token = (tmp_path / "data" / "token").stat()
        second = Server(tmp_path)
        try:
            assert second.launch().wait(PATIENCE) == 1
        finally:
            second.close()
        assert "in use by another process" in second.log()
        assert second.log().count("listens on") == 1
        assert (tmp_path / "data" / "token").stat().st_mtime_ns == token.st_mtime_ns
        assert first.get("/healthy").status_code == 200


def test_the_greeting_says_the_token_and_gives_a_command_to_try(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert f"preview token: {TOKEN}\n" in server.log()
        assert f"/console/?token={TOKEN}\n" in server.log()
        command = next(line for line in server.log().splitlines() if line.startswith("  curl -H"))
        traced = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert json.loads(traced.stdout)["events"][0]["event"]["value"] == 120
        token = tmp_path / "data" / "token"
        assert token.read_text() == f"{TOKEN}\n"
        assert token.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_log_for_programs_is_json_from_its_first_line_to_its_last_and_holds_no_token(
    tmp_path: Path, workers: str
) -> None:
    server = Server(tmp_path, CONFIG.replace("name: test", "name: test, log: json"))
    try:
        process = server.launch("--workers", workers)
        until(lambda: "demo shop" in server.log() or process.poll() is not None, "the greeting")
        assert server.stop() == 0
        lines = [json.loads(line) for line in server.log().splitlines()]
    finally:
        server.close()
    assert TOKEN not in server.log()
    texts = [one["text"] for one in lines]
    assert any("measurement_protocol.api_secret: a secret is written in the file" in text for text in texts)
    assert any(text.startswith("test listens on http://127.0.0.1:") for text in texts)
    assert "preview token: in data/token" in texts
    assert texts.count("stopped; no payload waits in data/outbox.sandbox.db") == 1
    assert {one["level"] for one in lines} == {"info", "warning"}


def test_why_it_does_not_start_is_told_in_json_too(tmp_path: Path) -> None:
    for config, word in (
        (FAULTY.replace("container: {", "container: { log: json,"), "did you mean 'origins'?"),
        (CONFIG.replace("listen: 127.0.0.1:0", "listen: 203.0.113.1:80, log: json"), "cannot listen on 203.0.113.1:80"),
    ):
        lines = [json.loads(line) for line in refused(tmp_path, config).splitlines()]
        assert any(word in one["text"] and one["level"] == "error" for one in lines), lines
        (tmp_path / "stderr.txt").unlink()
