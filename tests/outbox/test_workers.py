"""Several workers have a file each: named side by side, told apart by their ids, and knowing each other's events."""

from __future__ import annotations

import asyncio
import sqlite3
from array import array
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from container.outbox import Outbox, OutboxFull, open_outbox
from container.outbox.accounts import accounts, joined
from container.outbox.files import address_of, file_of, files_of
from container.outbox.outbox import SAME_EVENT, Account
from container.outbox.prove import prove
from container.outbox.sibling import Sibling
from tests.outbox.entries import NOW, account, entry, take, with_outbox


def together(folder: Path, count: int, work: Callable[[list[Outbox]], Awaitable[None]]) -> None:
    """Open the outboxes of several workers in one folder, do the work, close them."""

    async def run() -> None:
        async with AsyncExitStack() as stack:
            found = []
            for worker in range(count):
                outbox = open_outbox(f"sqlite:{folder / 'outbox.db'}", worker=worker, workers=count)
                assert await outbox.open() == ""
                stack.push_async_callback(outbox.close)
                found.append(outbox)
            await work(found)

    asyncio.run(run())


def test_the_first_worker_has_the_file_that_is_written_the_others_stand_beside_it() -> None:
    assert address_of("sqlite:data/outbox.db", 0) == "sqlite:data/outbox.db"
    assert address_of("sqlite:data/outbox.db", 3) == f"sqlite:{Path('data') / 'outbox.3.db'}"
    assert file_of("sqlite:data/outbox.sandbox.db", 12) == Path("data") / "outbox.sandbox.12.db"
    assert file_of("sqlite:outbox", 1) == Path("outbox.1")


def test_all_files_of_a_container_are_found_and_no_others(tmp_path: Path) -> None:
    wanted = {0: "outbox.db", 2: "outbox.2.db", 11: "outbox.11.db"}
    others = ["outbox.sandbox.db", "outbox.2.db-wal", "outbox.0.db", "outbox.02.db", "outbox.db.corrupt-1", "x.2.db"]
    for name in [*wanted.values(), *others]:
        (tmp_path / name).touch()
    found = files_of(f"sqlite:{tmp_path / 'outbox.db'}")
    assert {number: path.name for number, path in found.items()} == wanted
    assert files_of(f"sqlite:{tmp_path / 'nowhere' / 'outbox.db'}") == {}


def test_ids_are_told_apart_over_all_files(tmp_path: Path) -> None:
    async def work(outboxes: list[Outbox]) -> None:
        ids = []
        for number, outbox in enumerate(outboxes):
            await outbox.put([entry(number), entry(number, destination="456")])
            ids += [one.id for one in [*await take(outbox), *await take(outbox, destination="456")]]
        assert len(set(ids)) == 6

    together(tmp_path, 3, work)


def test_an_event_that_another_worker_accepted_is_suppressed(tmp_path: Path) -> None:
    async def work(outboxes: list[Outbox]) -> None:
        first, second = outboxes
        await first.put([entry(1)])
        await second.put([entry(1), entry(2)])
        await first.put([entry(2)])
        for outbox in outboxes:
            books = await account(outbox)
            assert (books.accepted, books.suppressed, books.pending) == (2, 1, 1)
            assert books.reasons == {"suppressed": {SAME_EVENT: 1}}

    together(tmp_path, 2, work)
    for path in files_of(f"sqlite:{tmp_path / 'outbox.db'}").values():
        assert all(proof.balanced for proof in prove(path))


def test_an_event_that_died_at_another_worker_may_come_in_again(tmp_path: Path) -> None:
    async def work(outboxes: list[Outbox]) -> None:
        first, second = outboxes
        await first.put([entry(1)])
        await second.put([entry(1)])
        await first.bury(await take(first), 400, "no email", NOW)
        await second.put([entry(1)])
        books = await account(second)
        assert (books.suppressed, books.pending) == (1, 1)

    together(tmp_path, 2, work)


def test_keys_that_were_moved_into_the_table_are_known_to_others_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("container.outbox.keys.RECENT", 64)
    monkeypatch.setattr("container.outbox.sibling._MOST", 100)

    async def work(outboxes: list[Outbox]) -> None:
        first, second = outboxes
        for start in range(0, 4000, 40):
            await first.put([entry(number) for number in range(start, start + 40)])
            await second.put([entry(start + 1)])
        await second.put([entry(number) for number in range(0, 4000, 7)])
        assert (await account(second)).pending == 0

    together(tmp_path, 2, work)


def test_a_sibling_whose_file_is_missing_knows_nothing_until_it_is_there(tmp_path: Path) -> None:
    passed = 0.0
    path = tmp_path / "outbox.db"
    keys = [7, 8]
    sibling = Sibling(path, lambda: passed)
    assert sibling.known(keys, NOW) == set()
    path.write_bytes(b"no database" * 500)
    passed = 5.0
    assert sibling.known(keys, NOW) == set()
    path.unlink()
    with_outbox(path, lambda outbox: outbox.put([entry(1)]))
    connection_keys = _keys(path)
    assert sibling.known(connection_keys, NOW) == set()
    passed = 10.0
    assert sibling.known(connection_keys, NOW) == set(connection_keys)
    assert sibling.known(connection_keys, NOW + 50 * 3600) == set()
    sibling.close()


def _keys(path: Path) -> list[int]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT keys FROM seen_log").fetchall()
    connection.close()
    return [key for (packed,) in rows for key in array("q", packed)]


def test_limits_are_shared_among_the_workers(tmp_path: Path) -> None:
    outbox = open_outbox(f"sqlite:{tmp_path / 'outbox.db'}", max_pending=10, worker=1, workers=4)

    async def work() -> int:
        await outbox.open()
        try:
            return await refused_at()
        finally:
            await outbox.close()

    async def refused_at() -> int:
        for number in range(10):
            try:
                await outbox.put([entry(number)])
            except OutboxFull:
                return number
        return 10

    assert asyncio.run(work()) == 2


def test_accounts_of_several_files_are_added_up() -> None:
    first = Account("meta", "1", 10, 4, 1, 2, 3, oldest=50.0, purged=1, reasons={"dead": {"a": 2}})
    second = Account("meta", "1", 7, 2, 0, 1, 4, parked="token", oldest=40.0, reasons={"dead": {"a": 1}})
    other = Account("ga4", "")
    meta, ga4 = joined([first, other, second])
    assert (meta.accepted, meta.delivered, meta.suppressed, meta.dead, meta.pending) == (17, 6, 1, 3, 7)
    assert (meta.oldest, meta.parked, meta.purged, meta.reasons) == (40.0, "token", 1, {"dead": {"a": 3}})
    assert (ga4.tag, ga4.accepted, ga4.oldest) == ("ga4", 0, None)


def test_the_books_of_a_file_are_its_own(tmp_path: Path) -> None:
    async def work(outboxes: list[Outbox]) -> None:
        await outboxes[0].put([entry(1)])
        await outboxes[1].put([entry(2), entry(3)])

    together(tmp_path, 2, work)
    store = f"sqlite:{tmp_path / 'outbox.db'}"
    assert [accounts(path)[0].accepted for path in files_of(store).values()] == [1, 2]
