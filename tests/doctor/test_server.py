"""The doctor's own server: begun wherever the command is called, and why when it cannot be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from container.doctor.server import ServerError, begin
from tests.doctor.containers import container, patient


def test_a_folder_called_as_the_programs_own_packages_is_not_taken_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Components of one's own live in folders of these names, beside the configuration."""
    examined = patient(tmp_path)
    for name in ("container", "variables"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError\n")
    monkeypatch.chdir(tmp_path)
    server = begin(examined.config, examined.configuration, "", os.environ)
    try:
        assert not server.running
        assert server.json("/sandbox/all")["total"] == 0
        folder = server.folder
        assert folder is not None
        assert (folder / "outbox.sandbox.db").exists()
    finally:
        server.close()
    assert not folder.exists()


def test_one_that_does_not_start_says_why(tmp_path: Path) -> None:
    examined = patient(tmp_path)
    sound = examined.configuration
    container(tmp_path, ("fires_on: [", "fires_on: [nothing, "))
    with pytest.raises(ServerError, match=r"did not start: .*there is no trigger 'nothing'"):
        begin(examined.config, sound, "", os.environ)
