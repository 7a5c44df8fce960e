"""What was deleted is overwritten in the file and its log, and it is said when somebody holds on to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from container.ledger import wiping
from container.ledger.wiping import wipe

SECRET = b"jane@shop.example"


def used(path: Path) -> sqlite3.Connection:
    """A file as a server has it open: what it deleted stands in free pages, and in the log."""
    server = sqlite3.connect(path, isolation_level=None)
    server.execute("PRAGMA journal_mode = WAL")
    server.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, body BLOB)")
    server.executemany("INSERT INTO kept (body) VALUES (?)", [(SECRET * 500,)] * 20)
    server.execute("PRAGMA wal_checkpoint(PASSIVE)")
    server.execute("DELETE FROM kept WHERE id < 20")
    server.execute("UPDATE kept SET body = 'somebody else'")
    return server


def left(path: Path) -> set[str]:
    return {file.name for file in path.parent.iterdir() if SECRET in file.read_bytes()}


def test_nothing_that_was_deleted_is_left_beside_a_server_that_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    with closing(used(path)) as server:
        assert left(path) == {"some.db", "some.db-wal"}
        assert wipe(path)
        assert left(path) == set()
        server.execute("INSERT INTO kept (body) VALUES ('more')")
        assert server.execute("SELECT count(*) FROM kept").fetchone() == (2,)


def test_a_reader_that_still_sees_it_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiping, "_WAIT", 0.01)
    path = tmp_path / "some.db"
    with closing(used(path)), closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM kept").fetchone()
        assert not wipe(path)
        reader.execute("COMMIT")
        assert wipe(path)
    assert left(path) == set()


def test_of_a_large_file_the_log_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiping, "WRITTEN_ANEW", 1)
    path = tmp_path / "some.db"
    with closing(used(path)):
        assert wipe(path)
        assert Path(f"{path}-wal").stat().st_size == 0
