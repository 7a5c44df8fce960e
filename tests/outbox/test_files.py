"""The files of an outbox: who may read them, how long their log is, looking at them where nothing can be written."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from container.outbox import Outbox, OutboxFull
from container.outbox.accounts import accounts
from container.outbox.database import SHORTEST_LOG
from container.outbox.dead import letters
from container.outbox.prove import prove
from tests.outbox.entries import NOW, account, entry, take, with_outbox


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


def log_of(path: Path) -> int:
    log = Path(f"{path}-wal")
    return log.stat().st_size if log.exists() else 0


def replace(path: Path) -> None:
    path.unlink()
    path.write_bytes(b"somebody else's")


def test_its_owner_alone_may_read_any_of_them(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def work(outbox: Outbox) -> None:
        await outbox.put([entry(1)])
        names = {"outbox.db", "outbox.db-wal", "outbox.db-shm", "outbox.db.lock"}
        assert modes(tmp_path) == dict.fromkeys(names, 0o600)
        await outbox.refresh()
        replace(path)
        await outbox.refresh()
        await outbox.put([entry(2)])
        assert {modes(tmp_path)[name] for name in names} == {0o600}

    before = os.umask(0o022)
    try:
        with_outbox(path, work)
    finally:
        os.umask(before)


async def a_lot(outbox: Outbox) -> None:
    for start in range(0, 2000, 100):
        await outbox.put([entry(number, body=b"x" * 900) for number in range(start, start + 100)])


def test_the_log_is_folded_while_no_hits_come(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def work(outbox: Outbox) -> None:
        await a_lot(outbox)
        assert log_of(path) > 1024 * 1024
        await outbox.refresh()
        assert log_of(path) > 1024 * 1024, "hits came since the last look"
        await outbox.refresh()
        assert log_of(path) < 100_000
        assert (await account(outbox)).pending == 2000

    with_outbox(path, work)


def test_at_the_end_it_is_folded_though_another_worker_looks_into_the_file(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    others: list[sqlite3.Connection] = []

    async def work(outbox: Outbox) -> None:
        await a_lot(outbox)
        others.append(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, check_same_thread=False))
        others[0].execute("SELECT count(*) FROM pending").fetchone()

    with_outbox(path, work)
    assert log_of(path) == 0
    others[0].close()


def test_with_its_log_it_stays_within_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    limit = 2 * 1024 * 1024

    async def work(outbox: Outbox) -> None:
        async def fill() -> None:
            for number in range(10_000):
                await outbox.put([entry(number, body=b"x" * 2000)])

        with pytest.raises(OutboxFull, match=rf"bytes, its limit is {limit - SHORTEST_LOG}"):
            await fill()
        assert path.stat().st_size + log_of(path) < limit * 1.1
        assert (await outbox.status()).size > log_of(path) > 0

    with_outbox(path, work, max_bytes=limit)


def test_the_limit_of_payloads_is_told_as_it_is(tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        await outbox.put([entry(number) for number in range(39)])
        with pytest.raises(OutboxFull, match="39 payloads are pending, its limit is 40"):
            await outbox.put([entry(100), entry(101)])

    with_outbox(tmp_path / "outbox.db", work, max_pending=40)


def test_it_is_read_where_nothing_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "outbox.db"

    async def work(outbox: Outbox) -> None:
        await outbox.put([entry(1), entry(2)])
        await outbox.bury(await take(outbox, count=1), 400, "no email", NOW)

    with_outbox(path, work)
    path.chmod(0o444)
    tmp_path.chmod(0o555)
    if (
        os.geteuid() == 0
    ):  # who may write anywhere: say as a disk mounted for reading would, and see that nothing is made
        monkeypatch.setattr(os, "access", lambda *_: False)
    before = modes(tmp_path)
    (proof,) = prove(path)
    assert (proof.pending, proof.dead, proof.balanced) == (1, 1, True)
    assert [one.pending for one in accounts(path)] == [1]
    assert [letter.event_id for letter in letters(path)] == ["order-1"]
    assert modes(tmp_path) == before
    tmp_path.chmod(0o755)


def test_a_log_that_holds_something_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def work(outbox: Outbox) -> None:
        await outbox.put([entry(1)])
        assert log_of(path) > 0
        with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as alone:
            assert alone.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        assert [one.pending for one in accounts(path)] == [1]

    with_outbox(path, work)
