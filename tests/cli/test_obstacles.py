"""Files that cannot be read or written: each command says which, why, and what to do, and ends with 1."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from container.cli import serve
from container.config.load import load_text
from container.outbox import Outbox
from tests.cli.tagdock import ROOT
from tests.cli.test_outbox_files import tagdock
from tests.outbox.entries import NOW, entry, take, with_outbox
from tests.serving.disk import Quota, read_only, small_disk

LOOK = (
    "outbox status", "outbox dead", "outbox prove", "ledger", "ledger summary", "ledger diff --since 7d",
    "explain-event order-1",
)  # fmt: skip
CHANGE = ("outbox redrive", "outbox purge --yes", "outbox resume", "forget --event-id order-1")
NAMED = f"outbox {Path('data') / 'outbox.sandbox.db'}: "
FULL = "its disk is full; make room there"
NOBODY = 65534


def myself() -> str:
    """As whom the commands run."""
    return subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()


async def fill(outbox: Outbox) -> None:
    await outbox.put([entry(1), entry(2, destination="456")])
    await outbox.park("meta", "123", "(#190) token refused")
    await outbox.bury(await take(outbox, destination="456"), 400, "no email", NOW + 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A container's folder whose outbox is not in place yet; it lies ready in ``kept``."""
    (tmp_path / "config.yaml").write_text("container: { listen: 127.0.0.1:9 }\nclients: { browser: ga4 }\n")
    with_outbox(tmp_path / "kept" / "outbox.sandbox.db", fill)
    return tmp_path


@contextmanager
def a_read_only_disk(folder: Path) -> Iterator[str]:
    shutil.copytree(folder / "kept", folder / "data")
    with read_only(folder / "data", by_mode=True) as how:
        yield {
            "disk": "its disk can only be read; mount it for writing, or work on a copy of the folder elsewhere",
            "mode": f"{myself()} may not write to data; look at its mode and attributes with ls -ld and lsattr -d",
        }[how]


@contextmanager
def a_full_disk(folder: Path) -> Iterator[str]:
    with small_disk(folder / "data") as disk:
        shutil.copytree(folder / "kept", folder / "data", dirs_exist_ok=True)
        disk.fill(os.getpid())
        try:
            # Where no disk may be mounted a quota stands for it. Nobody can tell that from a broken disk, so SQLite's
            # own word is given, and nothing is promised of looking.
            yield "disk I/O error (SQLITE_IOERR_SHMSIZE)" if isinstance(disk, Quota) else FULL
        finally:
            disk.free(os.getpid())


@pytest.mark.parametrize("disk", [a_read_only_disk, a_full_disk])
def test_a_disk_that_takes_nothing_can_be_looked_at_and_what_would_change_it_says_so(
    folder: Path, disk: object
) -> None:
    with disk(folder) as why:  # type: ignore[operator]
        for words in CHANGE:
            done = as_somebody_else(words, folder)
            assert (done.returncode, done.stdout) == (1, ""), words
            assert done.stderr.splitlines()[0] == NAMED + why, words
            assert ("forgetting is not finished; run the same again" in done.stderr) == words.startswith("forget")
        if "IOERR" in why:
            return
        for words in LOOK:
            done = as_somebody_else(words, folder)
            assert (done.returncode, done.stderr) == (0, ""), words
        tried = as_somebody_else("forget --event-id order-1 --dry-run", folder)
        assert (tried.returncode, tried.stdout.splitlines()[0]) == (
            0, "1 pending and 0 dead payloads would be removed"
        )  # fmt: skip


@pytest.mark.parametrize("words", [*LOOK, *CHANGE, "outbox show 1"])
def test_what_stands_in_the_place_of_the_outbox_is_named(folder: Path, words: str) -> None:
    none = tagdock(*words.split(), at=folder)
    assert (none.exit_code, none.stdout) == (1, "")
    assert none.stderr == f"{NAMED}there is none yet; tagdock serve makes it, started in this folder\n"
    (folder / "data").write_text("x")
    file = tagdock(*words.split(), at=folder)
    assert (file.exit_code, file.stdout) == (1, "")
    assert file.stderr == f"{NAMED}data is a file where a folder is needed; move it away\n"
    (folder / "data").unlink()
    (folder / "data" / "outbox.sandbox.db").mkdir(parents=True)
    inside = tagdock(*words.split(), at=folder)
    assert (inside.exit_code, inside.stdout) == (1, "")
    path = Path("data") / "outbox.sandbox.db"
    assert inside.stderr.splitlines()[0] == f"{NAMED}{path} is a folder where a file is needed; move it away"


def as_somebody_else(words: str, at: Path) -> subprocess.CompletedProcess[str]:
    """The command of somebody whom the modes of files stop; root gives up what lets it pass them by."""
    powers = "-dac_override,-dac_read_search"
    dropped = ["setpriv", "--bounding-set", powers, "--inh-caps", powers] if os.geteuid() == 0 else []
    return subprocess.run(
        [*dropped, sys.executable, "-c", "from container.cli.main import main; main()", *words.split()],
        cwd=at, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("closed", ["data", "data/outbox.sandbox.db"])
def test_a_folder_or_a_file_of_another_user_is_named_with_its_owner(folder: Path, closed: str) -> None:
    shutil.copytree(folder / "kept", folder / "data")
    root = os.geteuid() == 0
    if root:
        for one in (folder / "data", *(folder / "data").iterdir()):
            os.chown(one, NOBODY, NOBODY)
        (folder / "data").chmod(0o700 if closed == "data" else 0o755)
    else:
        (folder / closed).chmod(0)
    verb = "look into" if closed == "data" else "read"
    try:
        for words in ("outbox status", "forget --email a@shop.example", "versions"):
            done = as_somebody_else(words, folder)
            if words == "versions" and closed != "data":
                assert done.returncode == 0
                continue
            assert (done.returncode, done.stdout) == (1, ""), words
            assert f"may not {verb} {closed}" in done.stderr.splitlines()[0], words
            assert "Traceback" not in done.stderr
            assert ("run it as nobody" in done.stderr) == root
    finally:
        (folder / closed).chmod(0o700)


def test_a_token_that_cannot_be_kept_is_said_to_be_so_with_what_to_do(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "data").mkdir()
    configuration = load_text(f"delivery: {{ outbox: 'sqlite:{tmp_path}/data/outbox.db' }}").whole()
    with read_only(tmp_path / "data") as how:
        assert serve._keep_token(configuration, "a-token-of-this-run") is None
    path = tmp_path / "data" / "token"
    why = {
        "disk": "its disk can only be read; mount it for writing",
        "mode": f"{myself()} may not write to {path.parent}; look at its mode",
        "file": f"{path.parent} is a file where a folder is needed; move it away",
    }[how]
    (said,) = caplog.messages
    assert said.startswith(f"the token is not kept in {path}: {why}")
    assert said.endswith("; until then keep one in TAGDOCK_TOKEN")
    assert "a-token-of-this-run" not in said
