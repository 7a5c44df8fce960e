"""A payload is found by its event and its moment: among many, dead or waiting; and not once it is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from container.outbox import Outbox
from container.outbox.find import find
from container.outbox.outbox import OutboxUnavailable
from tests.outbox.entries import NOW, entry, take, with_outbox

MANY = 300


def filled(path: Path) -> None:
    """Many payloads a second apart, two destinations in turn; number 6 is dead, number 8 was delivered."""

    async def work(outbox: Outbox) -> None:
        for number in range(MANY):
            await outbox.put([entry(number, time=NOW + number, destination=("123", "456")[number % 2])])
        parcels = await take(outbox, count=5, now=NOW + MANY)  # 0, 2, 4, 6, 8
        await outbox.bury([parcels[3]], 400, "no such pixel", NOW + MANY)
        await outbox.done([parcels[4]])
        outbox.release(parcels[:3])

    with_outbox(path, work)


def test_each_is_found_where_it_is_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    filled(path)
    for number in (0, 1, 2, 150, 151, MANY - 2, MANY - 1):
        kept = find(path, "meta", ("123", "456")[number % 2], f"order-{number}", NOW + number)
        assert kept is not None
        assert (kept.state, kept.event_id, kept.accepted) == ("pending", f"order-{number}", NOW + number)
    dead = find(path, "meta", "123", "order-6", NOW + 6)
    assert dead is not None
    assert (dead.state, dead.status, dead.reason) == ("dead", 400, "no such pixel")
    assert find(path, "meta", "123", "order-8", NOW + 8) is None
    for tag, destination, identity, moment in (
        ("other", "123", "order-2", NOW + 2),
        ("meta", "456", "order-2", NOW + 2),
        ("meta", "123", "order-3", NOW + 2),
        ("meta", "123", "order-2", NOW + 4),
        ("meta", "123", "order-2", NOW - 1000),
        ("meta", "123", "order-2", NOW + 1e6),
    ):
        assert find(path, tag, destination, identity, moment) is None


def test_of_many_at_the_same_moment_the_one_with_the_id_is_found(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    with_outbox(path, lambda outbox: outbox.put([entry(number) for number in range(MANY)]))
    kept = find(path, "meta", "123", f"order-{MANY - 1}", NOW)
    assert kept is not None
    assert kept.event_id == f"order-{MANY - 1}"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutboxUnavailable):
        find(tmp_path / "none.db", "meta", "123", "order-1", NOW)
