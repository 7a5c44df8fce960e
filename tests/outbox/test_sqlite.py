"""The SQLite engine is an outbox, and survives what happens to files and disks."""

from __future__ import annotations

import asyncio
import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from container.outbox import Outbox, OutboxError, OutboxFull, OutboxUnavailable, database, open_outbox
from container.outbox.prove import prove
from tests.outbox.conformance import OutboxConformance
from tests.outbox.entries import NOW, account, entry, take, with_outbox


class TestSqliteOutbox(OutboxConformance):
    def make(self, folder: Path, max_pending: int = 0, max_bytes: int = 0, max_age: float = 0.0) -> Outbox:
        return open_outbox(f"sqlite:{folder / 'outbox.db'}", max_bytes, max_pending, max_age, clock=lambda: self.now)


@contextmanager
def files_may_grow_to(size: int) -> Iterator[None]:
    """What a full disk is to a program: writing past a size fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def log_of(path: Path) -> int:
    return os.path.getsize(f"{path}-wal")


def test_the_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "outbox.db"
    with_outbox(path, lambda outbox: outbox.put([entry()]))
    assert path.exists()


@pytest.mark.parametrize("address", ["outbox.db", "redis:somewhere", "sqlite:", "sqlite", ""])
def test_an_address_without_a_known_engine_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="write sqlite: and a path"):
        open_outbox(address)


def test_a_second_process_on_the_same_file_is_refused(tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        other = open_outbox(f"sqlite:{tmp_path / 'outbox.db'}")
        with pytest.raises(OutboxUnavailable, match="in use by another process"):
            await other.open()

    with_outbox(tmp_path / "outbox.db", work)
    with_outbox(tmp_path / "outbox.db", lambda outbox: outbox.put([entry()]))


def test_a_full_disk_refuses_puts_and_pretends_nothing_until_there_is_room(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    accepted = 0
    said: set[str] = set()

    async def work(outbox: Outbox) -> None:
        nonlocal accepted
        await outbox.put([entry(0)])
        with files_may_grow_to(256 * 1024):
            for number in range(1, 200):
                try:
                    await outbox.put([entry(number, body=b'"' + b"x" * 5000 + b'"')])
                    accepted += 1
                except OutboxUnavailable as error:
                    said.add(str(error))
            assert said
            assert all(str(path) in words and "\n" not in words for words in said)
            await outbox.refresh()
            assert "full" in outbox.trouble() or "I/O" in outbox.trouble()
        await outbox.refresh()
        assert outbox.trouble() == ""
        await outbox.put([entry(1000)])
        assert (await account(outbox)).pending == accepted + 2

    with_outbox(path, work)
    assert accepted > 0
    assert [(proof.pending, proof.balanced) for proof in prove(path)] == [(accepted + 2, True)]


def test_a_full_disk_is_noticed_without_a_hit(tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        await outbox.put([entry(number, body=b'"' + b"x" * 5000 + b'"') for number in range(20)])
        await outbox.refresh()
        with files_may_grow_to(4096):
            await outbox.refresh()
            assert "full" in outbox.trouble() or "I/O" in outbox.trouble()
        await outbox.refresh()
        assert outbox.trouble() == ""

    with_outbox(tmp_path / "outbox.db", work)


def test_puts_together_on_a_full_disk_are_each_told_the_truth(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def work(outbox: Outbox) -> int:
        await outbox.put([entry(0)])
        with files_may_grow_to(256 * 1024):
            puts = [outbox.put([entry(number, body=b'"' + b"x" * 9000 + b'"')]) for number in range(1, 60)]
            results = await asyncio.gather(*puts, return_exceptions=True)
        assert all(result is None or isinstance(result, OutboxUnavailable) for result in results)
        assert any(result is not None for result in results)
        return 1 + results.count(None)

    pending = with_outbox(path, work)
    assert [proof.pending for proof in prove(path)] == [pending]


def test_a_place_that_cannot_be_written_is_said_and_tried_again(tmp_path: Path) -> None:
    blocked = tmp_path / "data"
    blocked.write_text("a file where the folder should be")

    async def work() -> None:
        outbox = open_outbox(f"sqlite:{blocked / 'outbox.db'}")
        assert str(blocked) in await outbox.open()
        assert str(blocked) in outbox.trouble()
        with pytest.raises(OutboxUnavailable):
            await outbox.put([entry()])
        assert outbox.trouble() != ""
        blocked.unlink()
        await outbox.put([entry()])
        assert outbox.trouble() == ""
        assert (await account(outbox)).pending == 1
        await outbox.close()

    asyncio.run(work())


def test_a_read_only_file_is_said_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "outbox.db"
    writable = sqlite3.connect

    def read_only(*arguments: object, **words: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = writable(*arguments, **words)  # type: ignore[call-overload]
        connection.execute("PRAGMA query_only = 1")  # what SQLite says then is what it says on a read-only disk
        return connection

    async def work(outbox: Outbox) -> None:
        await outbox.put([entry(1)])

    with_outbox(path, work)
    monkeypatch.setattr(sqlite3, "connect", read_only)

    async def refused(outbox: Outbox) -> None:
        with pytest.raises(OutboxUnavailable, match="readonly"):
            await outbox.put([entry(2)])
        monkeypatch.undo()
        await outbox.put([entry(3)])
        assert (await account(outbox)).pending == 2

    with_outbox(path, refused)


@pytest.mark.parametrize("damage", ["head", "middle"])
def test_a_broken_file_is_set_aside_and_said_and_a_new_one_begun(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "outbox.db"
    with_outbox(path, lambda outbox: outbox.put([entry(number) for number in range(2000)]))
    content = bytearray(path.read_bytes())
    at = 0 if damage == "head" else len(content) // 2
    content[at : at + 16384] = b"\xa5" * 16384
    path.write_bytes(content)

    async def work() -> None:
        outbox = open_outbox(f"sqlite:{path}")
        said = await outbox.open()
        assert "was set aside as outbox.db.corrupt-" in said
        await outbox.put([entry(event_id="fresh", destination="new")])
        assert (await account(outbox, destination="new")).accepted == 1
        await outbox.close()

    asyncio.run(work())
    (aside,) = tmp_path.glob("outbox.db.corrupt-*")
    assert aside.read_bytes() == bytes(content)


@pytest.mark.parametrize("checked_whole", [0, database.CHECKED_WHOLE])
def test_damage_met_while_it_runs_is_survived_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checked_whole: int
) -> None:
    monkeypatch.setattr(database, "CHECKED_WHOLE", checked_whole)
    path = tmp_path / "outbox.db"

    async def work(outbox: Outbox) -> None:
        await outbox.put([entry(number) for number in range(2000)])
        under_way = await take(outbox, count=5)
        with sqlite3.connect(path) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        other.close()
        content = bytearray(path.read_bytes())
        content[8192:] = b"\xa5" * (len(content) - 8192)
        path.write_bytes(content)
        seen: list[bool] = []
        for number in range(5000, 5010):
            try:
                await outbox.put([entry(number, destination=str(number))])
                seen.append(True)
            except OutboxError:
                seen.append(False)
        assert seen[-1]
        assert any("was set aside" in notice for notice in outbox.notices())
        assert outbox.notices() == []
        await outbox.put([entry(number) for number in range(10)])
        await outbox.done(under_way)  # it was delivered from the file that is gone: nothing of the new one is meant
        outbox.release(under_way)
        books = await account(outbox)
        assert (books.pending, books.delivered) == (10, 0)

    with_outbox(path, work)
    assert len(list(tmp_path.glob("outbox.db.corrupt-*"))) == 1
    assert all(proof.balanced for proof in prove(path))


def test_a_file_of_another_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()

    async def work(outbox: Outbox) -> None:
        with pytest.raises(OutboxUnavailable, match="another version"):
            await outbox.put([entry()])

    with_outbox(path, work)
    assert list(tmp_path.glob("*corrupt*")) == []


def test_the_file_does_not_outgrow_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    limit = 4 * 1024 * 1024

    async def work(outbox: Outbox) -> None:
        async def fill() -> None:
            for number in range(10_000):
                await outbox.put([entry(number * 100 + one, body=b'"' + b"x" * 2000 + b'"') for one in range(20)])

        with pytest.raises(OutboxFull, match="its limit"):
            await fill()
        assert (await outbox.status()).size < limit * 1.1
        for _ in range(10):
            await outbox.done(await take(outbox, count=100))
        await outbox.put([entry(-1)])

    with_outbox(path, work, max_bytes=limit)


def test_room_that_was_freed_is_used_again(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def work(outbox: Outbox) -> None:
        sizes = []
        for life in range(8):
            await outbox.put(
                [entry(life * 1000 + one, event_id="", body=b'"' + b"x" * 900 + b'"') for one in range(500)]
            )
            await outbox.done(await take(outbox, count=500))
            sizes.append((await outbox.status()).size - log_of(path))
        assert max(sizes) < 200_000

    with_outbox(path, work)
    assert path.stat().st_size < 2_000_000


def test_a_put_before_it_is_open_is_refused(tmp_path: Path) -> None:
    outbox = open_outbox(f"sqlite:{tmp_path / 'outbox.db'}")
    with pytest.raises(OutboxUnavailable, match="not open"):
        asyncio.run(outbox.put([entry()]))


def test_a_caller_that_went_away_changes_nothing_for_the_others(tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        gone = asyncio.ensure_future(outbox.put([entry(1)]))
        await asyncio.sleep(0)
        gone.cancel()
        await outbox.put([entry(2)])
        assert (await account(outbox)).pending == 2

    with_outbox(tmp_path / "outbox.db", work)


def test_nothing_is_in_the_file_that_was_not_in_an_entry(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    with_outbox(path, lambda outbox: outbox.put([entry(1)]))
    with sqlite3.connect(path) as connection:
        row = connection.execute(
            "SELECT attempts, due, status, reason, event_name, event_id, client, body, accepted FROM pending"
        ).fetchall()
    connection.close()
    assert row == [(0, 0.0, 0, "", "Purchase", "order-1", "browser", b'{"number":1}', NOW)]
