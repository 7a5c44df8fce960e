"""The token of ``tagdock serve`` outlives a run, so that what was set up with it goes on working."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from container.cli import serve
from container.config.load import load_text


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
