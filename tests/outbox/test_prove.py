"""The proof finds every payload that is not where the books say."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from container.outbox import Outbox, OutboxUnavailable
from container.outbox.prove import Proof, prove
from tests.outbox.entries import NOW, entry, take, with_outbox


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


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutboxUnavailable, match="nowhere"):
        prove(tmp_path / "nowhere.db")
    assert list(tmp_path.iterdir()) == []
