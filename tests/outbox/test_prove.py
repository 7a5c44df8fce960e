"""The proof finds every payload that is not where the books say."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from container.outbox import Outbox, OutboxUnavailable, open_outbox
from container.outbox.accounts import accounts
from container.outbox.dead import purge
from container.outbox.prove import Proof, prove
from container.record import Decision
from tests.outbox.entries import NOW, entry, record, take, with_outbox


async def every_end(outbox: Outbox) -> None:
    await outbox.put([entry(number) for number in range(10)])
    await outbox.put([entry(0), entry(1)])
    await outbox.done(await take(outbox, count=3))
    await outbox.bury(await take(outbox, count=2), 400, "no email", NOW)
    await outbox.put([entry(1, tag="ga4", destination="")])


def changed(path: Path, statement: str) -> list[Proof]:
    with sqlite3.connect(path) as connection:
        connection.execute(statement)
    connection.close()
    return prove(path)


def test_a_file_where_every_payload_is_at_one_end_is_balanced(tmp_path: Path) -> None:
    with_outbox(tmp_path / "outbox.db", every_end)
    meta, ga4 = prove(tmp_path / "outbox.db")
    assert (meta.tag, meta.destination) == ("meta", "123")
    assert (meta.accepted, meta.delivered, meta.suppressed, meta.dead, meta.pending) == (12, 3, 2, 2, 5)
    assert (ga4.accepted, ga4.pending) == (1, 1)
    assert meta.balanced
    assert ga4.balanced


def test_it_can_be_asked_while_the_outbox_is_in_use(tmp_path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        await every_end(outbox)
        assert all(proof.balanced for proof in prove(tmp_path / "outbox.db"))
        await outbox.put([entry(99)])
        assert sum(proof.accepted for proof in prove(tmp_path / "outbox.db")) == 14

    with_outbox(tmp_path / "outbox.db", work)


@pytest.mark.parametrize(
    ("damage", "missing"),
    [
        ("DELETE FROM pending WHERE event_id = 'order-9'", 1),
        ("DELETE FROM dead WHERE event_id = 'order-3'", 1),
        ("UPDATE books SET count = count + 2 WHERE end = 'delivered'", -2),
        ("UPDATE books SET count = count + 1 WHERE end = 'accepted' AND grp = 1", 1),
    ],
)
def test_what_is_missing_or_too_much_is_counted(tmp_path: Path, damage: str, missing: int) -> None:
    with_outbox(tmp_path / "outbox.db", every_end)
    meta, _ = changed(tmp_path / "outbox.db", damage)
    assert meta.missing == missing
    assert not meta.balanced


def test_a_dead_one_that_became_pending_behind_the_books_is_noticed(tmp_path: Path) -> None:
    with_outbox(tmp_path / "outbox.db", every_end)
    meta, _ = changed(tmp_path / "outbox.db", "UPDATE books SET count = count - 1 WHERE end = 'dead'")
    assert meta.missing == 0
    assert not meta.balanced


@pytest.mark.parametrize(
    ("damage", "unlike"),
    [
        ("DELETE FROM ledger", {"delivered": (3, 0), "suppressed": (2, 0)}),
        (
            "UPDATE books SET count = count - 1 WHERE end IN ('accepted', 'delivered') AND grp = 1",
            {"delivered": (2, 3)},
        ),
        ("DELETE FROM ledger WHERE kind = 'suppressed'", {"suppressed": (2, 0)}),
    ],
)
def test_books_that_balance_and_are_not_what_the_ledger_holds_are_noticed(
    tmp_path: Path, damage: str, unlike: dict[str, tuple[int, int]]
) -> None:
    with_outbox(tmp_path / "outbox.db", every_end)
    meta, _ = changed(tmp_path / "outbox.db", damage)
    assert meta.missing == 0
    assert meta.unlike == unlike
    assert not meta.balanced


def test_what_tags_suppressed_and_what_was_purged_is_compared_too(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def work(outbox: Outbox) -> None:
        await every_end(outbox)
        outbox.note(record(1, Decision("ga4", "suppressed", "no client"), Decision("meta", "blocked", "")))
        outbox.note(record(2, Decision("ga4", "suppressed", "no client")))
        await outbox.status()

    with_outbox(path, work)
    assert sum(purge(path)) == 2
    meta, ga4 = prove(path)
    assert meta.held == {"delivered": 3, "suppressed": 2, "purged": 2}
    assert ga4.held == {"delivered": 0, "suppressed": 2, "purged": 0}
    assert meta.balanced
    assert ga4.balanced
    _, ga4 = changed(path, "DELETE FROM ledger WHERE kind = 'events'")
    assert ga4.unlike == {"suppressed": (2, 0)}


def test_what_the_ledger_dropped_for_its_age_or_size_is_no_difference(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def work() -> None:
        outbox = open_outbox(f"sqlite:{path}", clock=lambda: NOW + 1000, ledger=(500.0, 2**30))
        await outbox.open()
        await every_end(outbox)
        outbox.note(record(1, Decision("ga4", "suppressed", "no client")))
        await outbox.status()
        await outbox.refresh()
        await outbox.close()

    asyncio.run(work())
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM ledger").fetchone() == (0,)
    meta, ga4 = prove(path)
    assert meta.balanced
    assert ga4.balanced
    assert (meta.uncompared, ga4.uncompared) == ([], ["suppressed"])


def test_what_a_file_of_the_version_before_lacks_is_taken_for_dropped_and_what_it_loses_then_is_not(
    tmp_path: Path,
) -> None:
    path = tmp_path / "outbox.db"
    with_outbox(path, every_end)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "DROP TABLE ledger_lacks; DROP TABLE set_aside; ALTER TABLE destinations DROP COLUMN parked_at; "
            "ALTER TABLE destinations DROP COLUMN type; "
            "DELETE FROM ledger WHERE kind = 'delivered'; PRAGMA user_version = 3"
        )
    meta, _ = prove(path)
    assert meta.balanced
    assert meta.uncompared == ["delivered", "suppressed"]

    async def deliver(outbox: Outbox) -> None:
        await outbox.done(await take(outbox, count=1))

    with_outbox(path, deliver)
    meta, _ = prove(path)
    assert (meta.balanced, meta.uncompared, meta.delivered) == (True, [], 4)
    meta, _ = changed(path, "DELETE FROM ledger WHERE kind = 'delivered'")
    assert meta.unlike == {"delivered": (4, 3)}


def test_a_file_that_is_damaged_is_said_though_its_books_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def fill(outbox: Outbox) -> None:
        await outbox.put([entry(number, body=b"x" * 3000) for number in range(100)])

    with_outbox(path, fill)
    content = bytearray(path.read_bytes())
    content[-8192:] = b"\xa5" * 8192
    path.write_bytes(content)
    assert sum(one.pending for one in accounts(path)) == 100
    with pytest.raises(OutboxUnavailable, match=r"the file is damaged: .*|malformed"):
        prove(path)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutboxUnavailable, match="nowhere"):
        prove(tmp_path / "nowhere.db")
    assert list(tmp_path.iterdir()) == []
