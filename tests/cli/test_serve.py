"""The token of ``tagdock serve`` outlives a run, so that what was set up with it goes on working."""

from __future__ import annotations

from pathlib import Path

import pytest

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
