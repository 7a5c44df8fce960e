"""What was delivered since it died is found, whichever worker's file has it, and is not sent again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from container.outbox import Outbox, OutboxUnavailable
from container.outbox.dead import Choice, letters, redrive
from container.outbox.prove import prove
from container.outbox.since import delivered_since
from tests.outbox.entries import NOW, entry, take, with_outbox

LATER = NOW + 100


async def dead_and_come_again(outbox: Outbox) -> None:
    """Of five dead, the first came in again and was delivered, the second came in again and is pending; the last has
    no ``event_id``."""
    await outbox.put([entry(number) for number in range(4)] + [entry(4, event_id="")])
    await outbox.bury(await take(outbox), 400, "no email", NOW + 10)
    await outbox.put([entry(0, time=LATER), entry(4, event_id="", time=LATER)])
    await outbox.done(await take(outbox, now=LATER))
    await outbox.put([entry(1, time=LATER)])


def by_id(path: Path) -> dict[str, int]:
    return {letter.event_id: letter.id for letter in letters(path)}


def test_only_what_was_delivered_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    with_outbox(path, dead_and_come_again)
    leave = delivered_since([path], Choice())
    assert leave == {by_id(path)["order-0"]}
    assert delivered_since([path], Choice(reason="token")) == frozenset()
    assert sum(redrive(path, LATER, leave=leave)) == 4
    assert list(by_id(path)) == ["order-0"]
    assert all(proof.balanced for proof in prove(path))


def test_a_limit_counts_what_is_sent_again(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    with_outbox(path, dead_and_come_again)
    assert sum(redrive(path, LATER, most=2, leave=delivered_since([path], Choice()))) == 2
    assert list(by_id(path)) == ["order-0", "order-3", ""]


def test_the_copy_may_have_come_to_another_worker(tmp_path: Path) -> None:
    own, other = tmp_path / "outbox.db", tmp_path / "outbox.1.db"

    async def die(outbox: Outbox) -> None:
        await outbox.put([entry(1), entry(2, tag="ga4")])
        await outbox.bury(await take(outbox), 400, "no email", NOW)
        await outbox.bury(await take(outbox, tag="ga4"), 400, "no email", NOW)

    async def deliver(outbox: Outbox) -> None:
        await outbox.put([entry(1, time=LATER), entry(2, time=LATER)])
        await outbox.done(await take(outbox, now=LATER))

    with_outbox(own, die)
    with_outbox(other, deliver)
    assert delivered_since([own, other], Choice()) == {by_id(own)["order-1"]}, "the tag is another one for order-2"
    assert delivered_since([own], Choice()) == frozenset()


def test_a_ledger_that_is_damaged_is_said(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    with_outbox(path, dead_and_come_again)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE ledger SET records = x'00'")
        connection.commit()
    with pytest.raises(OutboxUnavailable, match="a page of its ledger is damaged"):
        delivered_since([path], Choice())
