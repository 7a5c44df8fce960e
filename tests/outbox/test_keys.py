"""Idempotency keys stay known while they move from memory to the table, and go when their window is over."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from container.outbox import Outbox, keys, schema
from container.outbox.outbox import IDEMPOTENCY_WINDOW
from tests.outbox.entries import NOW, account, entry, take, with_outbox


@pytest.fixture(autouse=True)
def few_are_recent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let keys move after some hundreds, as they do after many thousands in use."""
    monkeypatch.setattr(keys, "RECENT", 300)
    monkeypatch.setattr(keys, "_KEYS_A_MOVE", 1)
    monkeypatch.setattr(keys, "_PRUNE_EVERY", 50)
    monkeypatch.setattr(keys, "_PRUNE_CHUNK", 200)


def rows(path: Path, table: str) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        connection.close()


def test_no_key_is_forgotten_on_its_way_into_the_table(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    chance = random.Random(7)
    seen: list[int] = []

    async def a_while(outbox: Outbox) -> None:
        for _ in range(60):
            new = [len(seen) + one for one in range(chance.randrange(1, 40))]
            old = [chance.choice(seen) for _ in range(20)] if seen else []
            before = await account(outbox) if seen else None
            await outbox.put([entry(number) for number in (*new, *old)])
            after = await account(outbox)
            assert after.suppressed - (before.suppressed if before else 0) == len(old)
            seen.extend(new)

    for _ in range(4):  # each time the log is read back
        with_outbox(path, a_while)
    assert len(seen) > 3000
    assert rows(path, "seen") > 1000
    assert rows(path, "seen_log") < 300


def test_a_key_that_was_forgotten_stays_so_wherever_it_was(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    dead: set[int] = set()

    async def bury_some(outbox: Outbox) -> None:
        for number in range(1500):
            await outbox.put([entry(number)])
            if number % 50 == 49:
                parcels = await take(outbox, count=50)
                dead.update(int(parcel.body[10:-1]) for parcel in parcels[::10])
                await outbox.bury(parcels[::10], 400, "refused", NOW)
                outbox.release([parcel for at, parcel in enumerate(parcels) if at % 10])

    async def send_all_again(outbox: Outbox) -> None:
        before = (await account(outbox)).suppressed
        await outbox.put([entry(number) for number in range(1500)])
        assert (await account(outbox)).suppressed - before == 1500 - len(dead)

    with_outbox(path, bury_some)
    assert len(dead) == 150
    with_outbox(path, send_all_again)


def test_keys_go_when_their_window_is_over(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def four_windows(outbox: Outbox) -> None:
        for window in range(4):
            time = NOW + window * IDEMPOTENCY_WINDOW
            await outbox.put([entry(-1, time=time)])
            for start in range(window * 3000, window * 3000 + 3000, 30):
                await outbox.put([entry(start + one, time=time) for one in range(30)])
        assert (await account(outbox)).suppressed == 0

    with_outbox(path, four_windows)
    assert rows(path, "seen") < 2 * 3000


def test_a_transaction_that_is_undone_takes_its_keys_with_it(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def work(outbox: Outbox) -> None:
        for number in range(1000):
            await outbox.put([entry(number)])
            if number % 10 == 0:
                with pytest.raises(Exception, match="IntegrityError"):
                    await outbox.put([entry(10_000 + number), entry(20_000 + number, time=None)])
        await outbox.put([entry(10_000 + number) for number in range(0, 1000, 10)])
        await outbox.put([entry(number) for number in range(1000)])
        books = await account(outbox)
        assert (books.pending, books.suppressed) == (1100, 1000)

    with_outbox(path, work)


def test_a_move_that_is_undone_is_made_again() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(schema.TABLES)
    some = keys.Keys(connection)
    wanted = [keys.key_of("meta", "123", "Purchase", str(number)) for number in range(2000)]

    def add(new: list[int], end: str) -> None:
        connection.execute("BEGIN")
        some.add(connection, new, NOW)
        connection.execute(end)
        some.committed() if end == "COMMIT" else some.undone()

    for number, key in enumerate(wanted):
        if number % 3 == 0:
            add([keys.key_of("undone", "", "", str(number))] * 40, "ROLLBACK")
        add([key], "COMMIT")
    assert some.known(connection, wanted, NOW) == set(wanted)
    assert keys.Keys(connection).known(connection, wanted, NOW) == set(wanted)
    assert connection.execute("SELECT count(*) FROM seen").fetchone()[0] > 500
    connection.close()


def test_the_parts_of_a_key_are_kept_apart() -> None:
    assert keys.key_of("a", "bc", "d", "e") != keys.key_of("ab", "c", "d", "e")
    assert keys.key_of("a", "b", "cd", "e") != keys.key_of("a", "b", "c", "de")
    assert keys.key_of("a", "b", "c", "d") == keys.key_of("a", "b", "c", "d")
    assert -(2**63) <= keys.key_of("a", "b", "c", "d") < 2**63
