"""``tagdock serve`` as it begins: the token of the last run, whether files are watched, what the greeting says."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from container.cli import serve
from container.cli.greeting import greet
from container.config.load import load_text
from container.hit import Hit
from container.runtime import route


@pytest.mark.parametrize(
    ("kept", "used"),
    [
        ("a-token-of-the-last-run\n", "a-token-of-the-last-run"),
        ("short", ""),
        ("two words of a token", ""),
        ("ü" * 20, ""),
    ],
)
def test_a_sound_token_of_the_last_run_is_used_again(tmp_path: Path, kept: str, used: str) -> None:
    configuration = load_text(f"delivery: {{ outbox: 'sqlite:{tmp_path}/outbox.db' }}").whole()
    assert serve._kept_token(configuration) == ""
    (tmp_path / "token").write_text(kept, "utf-8")
    assert serve._kept_token(configuration) == used


@pytest.mark.parametrize(("words", "watched"), [([], True), (["--no-watch"], False)])
def test_files_are_watched_unless_it_is_told_not_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], watched: bool
) -> None:
    made: list[bool] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(serve, "App", lambda configuration, **options: made.append(options["watch"]))
    monkeypatch.setattr(serve, "freeze", lambda: None)
    monkeypatch.setattr(serve, "run", lambda app, sockets: all(one.close() is None for one in sockets))
    (tmp_path / "config.yaml").write_text("container: { listen: 127.0.0.1:0 }\nclients: { browser: ga4 }\n")
    assert CliRunner().invoke(serve.serve, words, catch_exceptions=False).exit_code == 0
    assert made == [watched]


@pytest.mark.parametrize(
    ("clients", "target"),
    [
        ("b: ga4", "/g/collect?v=2&"),
        ("w: { json_webhook: HOOK }, b: meta_pixel, c: ga4", "/tr?id=1234567890&"),
        ("b: { meta_pixel: { pixel_ids: ['77', '88'] } }", "/tr?id=77&"),
        ("w: { json_webhook: HOOK }", ""),
        ("m: { measurement_protocol: { api_secret: s3cret } }", ""),
    ],
)
def test_the_greeting_s_first_hit_is_one_that_a_client_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], clients: str, target: str
) -> None:
    clients = clients.replace("HOOK", "{ path: /orders, event: { event_name: { value: purchase } } }")
    text = f"clients: {{ {clients} }}\ndelivery: {{ outbox: 'sqlite:{tmp_path}/outbox.db' }}"
    configuration = load_text(text).whole()
    greet(configuration, "127.0.0.1", 8080, "the-token", None)
    said = capsys.readouterr().err
    tries = [shlex.split(line) for line in said.splitlines() if line.startswith("  curl")]
    assert ("try it:" in said, len(tries)) == ((True, 2) if target else (False, 0))
    if target:
        url = tries[0][-1]
        assert url.startswith(f"http://127.0.0.1:8080{target}")
        assert "X-Tagdock-Preview: the-token" in tries[0]
        path, _, query = url.removeprefix("http://127.0.0.1:8080").partition("?")
        hit = Hit("GET", path, query, {}, b"", "198.51.100.7")
        routed = route(hit, configuration, 1_772_366_400.0, explain=True)
        assert routed.trace is not None
        (event,) = routed.trace.to_json()["events"]
        assert event["event"]["event_name"].lower() == "purchase"
        assert event["event"]["value"] == 120


def test_with_json_one_line_says_where_it_listens_and_the_log_is_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(serve, "App", lambda configuration, **options: options["ready"]())
    monkeypatch.setattr(serve, "freeze", lambda: None)
    monkeypatch.setattr(serve, "run", lambda app, sockets: all(one.close() is None for one in sockets))
    monkeypatch.setattr(serve.signal, "signal", lambda *_: None)
    loop = SimpleNamespace(add_signal_handler=lambda *_: None)
    monkeypatch.setattr(serve.asyncio, "get_running_loop", lambda: loop)
    (tmp_path / "config.yaml").write_text("container: { name: shop, listen: 127.0.0.1:0 }\nclients: { browser: ga4 }\n")
    done = CliRunner().invoke(serve.serve, ["--json"], catch_exceptions=False)
    (line,) = done.stdout.splitlines()
    told = json.loads(line)
    address = told["address"]
    assert address.startswith("http://127.0.0.1:")
    assert told == {
        "name": "shop", "address": address, "target": "sandbox", "token_file": "data/token",
        "console": f"{address}/console/",
    }  # fmt: skip
    token = (tmp_path / "data" / "token").read_text().strip()
    log = [json.loads(one) for one in done.stderr.splitlines()]
    assert log[0]["text"].startswith(f"shop listens on {address}")
    assert token not in done.stdout + done.stderr
