"""What became of a payload is told by its event and its moment, apart from others of the same event."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from container.outbox import Outbox
from container.outbox.fate import Asked, Fate, accepted_first, fates
from container.outbox.outbox import OutboxUnavailable
from tests.outbox.entries import NOW, entry, take, with_outbox

MANY = 300


def asked(number: int, moment: float, destination: str = "123", tag: str = "meta", known: int = 0) -> Asked:
    one = entry(number)
    return Asked(tag, destination, one.event_name, one.event_id, moment, known)


def filled(path: Path) -> None:
    """Many payloads a second apart, two destinations in turn; number 6 is dead, number 8 was delivered."""

    async def work(outbox: Outbox) -> None:
        for number in range(MANY):
            await outbox.put([entry(number, time=NOW + number, destination=("123", "456")[number % 2])])
        parcels = await take(outbox, count=5, now=NOW + MANY)  # 0, 2, 4, 6, 8
        await outbox.bury([parcels[3]], 400, "no such pixel", NOW + MANY)
        await outbox.done([parcels[4]])
        await outbox.later([parcels[0]], NOW + 9, 500, "not now")
        outbox.release(parcels[1:3])

    with_outbox(path, work)


def states(path: Path, *wanted: Asked) -> list[str | None]:
    return [one.state if one else None for one in fates([path], wanted)]


def test_each_is_found_where_it_is_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    filled(path)
    places = (0, 1, 2, 150, 151, MANY - 2, MANY - 1)
    assert states(path, *(asked(one, NOW + one, ("123", "456")[one % 2]) for one in places)) == ["pending"] * 7
    waiting, dead, delivered = fates([path], [asked(one, NOW + one) for one in (0, 6, 8)])
    assert waiting is not None
    assert (waiting.attempts, waiting.status, waiting.reason, waiting.due) == (1, 500, "not now", NOW + 9)
    assert dead is not None
    assert (dead.state, dead.status, dead.reason) == ("dead", 400, "no such pixel")
    assert [(one.status, one.reason) for one in dead.history] == [(400, "no such pixel")]
    assert delivered is not None
    assert (delivered.state, delivered.attempts) == ("delivered", 1)
    assert states(
        path, asked(2, NOW + 2, tag="other"), asked(2, NOW + 2, "456"), asked(3, NOW + 2), asked(2, NOW + 4),
        asked(8, NOW + 9), asked(2, NOW - 1000), asked(2, NOW + 1e6),
    ) == [None] * 7  # fmt: skip


def test_a_known_number_is_looked_up_and_followed_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    filled(path)
    (dead,) = fates([path], [asked(6, NOW + 6)])
    assert isinstance(dead, Fate)
    (again,) = fates([path], [asked(6, NOW + 6, known=dead.number)])
    assert again == dead


def test_a_copy_is_told_apart_from_the_payload_it_is_a_copy_of(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def work(outbox: Outbox) -> None:
        await outbox.put([entry(1, time=NOW)])
        await outbox.put([entry(2, time=NOW + 1), entry(1, time=NOW + 5)])
        await outbox.done(await take(outbox, count=1, now=NOW + 6))

    with_outbox(path, work)
    copy = asked(1, NOW + 5)
    assert states(path, asked(1, NOW), asked(2, NOW + 1), copy) == ["delivered", "pending", "suppressed"]
    assert accepted_first([path], copy) == NOW
    assert accepted_first([path], asked(7, NOW)) is None


def test_of_twins_of_one_moment_the_first_is_the_one_that_was_accepted(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    with_outbox(path, lambda outbox: outbox.put([entry(1), entry(2), entry(1)]))
    assert states(path, asked(1, NOW), asked(1, NOW), asked(2, NOW)) == ["pending", "suppressed", "pending"]
    first, copy, _ = fates([path], [asked(1, NOW), asked(1, NOW), asked(2, NOW)])
    assert first is not None
    assert copy is not None
    numbers = [asked(1, NOW, known=copy.number), asked(1, NOW), asked(1, NOW, known=first.number)]
    assert states(path, *numbers) == ["suppressed", None, "pending"]


def test_pages_of_the_ledger_that_hold_none_of_them_are_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def work(outbox: Outbox) -> None:
        for number in range(3):
            await outbox.put([entry(number, time=NOW + number)])
            await outbox.done(await take(outbox, now=NOW + number))

    with_outbox(path, work)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE ledger SET records = x'00' WHERE first = ?", (NOW + 1,))
    assert states(path, asked(0, NOW), asked(2, NOW + 2)) == ["delivered", "delivered"]
    with pytest.raises(OutboxUnavailable, match="damaged"):
        fates([path], [asked(1, NOW + 1)])


def test_of_many_at_the_same_moment_the_one_with_the_id_is_found(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    with_outbox(path, lambda outbox: outbox.put([entry(number) for number in range(MANY)]))
    (kept,) = fates([path], [asked(MANY - 1, NOW)])
    assert kept is not None
    assert kept.number % 2**40 == MANY - 1


def test_after_it_was_sent_again_the_refusal_before_is_still_told(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def work(outbox: Outbox) -> None:
        await outbox.put([entry(1)])
        await outbox.later(await take(outbox, now=NOW), NOW, 400, "Graph error 100")
        await outbox.done(await take(outbox, now=NOW + 1))

    with_outbox(path, work)
    (fate,) = fates([path], [asked(1, NOW)])
    assert fate is not None
    assert (fate.state, fate.attempts) == ("delivered", 2)
    assert [(one.status, one.reason) for one in fate.history] == [(400, "Graph error 100")]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutboxUnavailable):
        fates([tmp_path / "none.db"], [asked(1, NOW)])
    with pytest.raises(OutboxUnavailable):
        accepted_first([tmp_path / "none.db"], asked(1, NOW))
