"""Dead letters are kept whole, sent again when somebody says so, and the books follow."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from container.outbox import Outbox, OutboxUnavailable, books
from container.outbox.dead import Choice, count, letters, purge, redrive
from container.outbox.prove import prove
from tests.outbox.entries import NOW, account, entry, take, with_outbox


async def three_dead(outbox: Outbox) -> None:
    await outbox.put([entry(1), entry(2), entry(3, tag="ga4", destination="")])
    first, second = await take(outbox)
    await outbox.bury([first], 400, "no email", NOW)
    await outbox.bury([second], 410, "unknown pixel", NOW + 10, sent=False)
    await outbox.bury(await take(outbox, tag="ga4", destination=""), 400, "no email", NOW + 20)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with_outbox(tmp_path / "outbox.db", three_dead)
    return tmp_path / "outbox.db"


def test_a_letter_holds_all_there_is_to_know(path: Path) -> None:
    letter = letters(path)[0]
    assert (letter.tag, letter.destination, letter.event_name, letter.event_id) == (
        "meta",
        "123",
        "Purchase",
        "order-1",
    )
    assert (letter.client, letter.accepted, letter.died) == ("browser", NOW, NOW)
    assert (letter.attempts, letter.status, letter.reason, letter.body) == (1, 400, "no email", b'{"number":1}')
    assert letters(path)[1].attempts == 0


@pytest.mark.parametrize(
    ("choice", "chosen"),
    [
        (Choice(), ["order-1", "order-2", "order-3"]),
        (Choice(tag="meta"), ["order-1", "order-2"]),
        (Choice(reason="email"), ["order-1", "order-3"]),
        (Choice(tag="meta", reason="email"), ["order-1"]),
        (Choice(since=NOW + 10), ["order-2", "order-3"]),
        (Choice(until=NOW + 10), ["order-1"]),
        (Choice(tag="%"), []),
    ],
)
def test_letters_are_chosen_by_tag_reason_and_time(path: Path, choice: Choice, chosen: list[str]) -> None:
    assert [letter.event_id for letter in letters(path, choice)] == chosen
    assert count(path, choice) == len(chosen)


def test_one_letter_is_chosen_by_its_id_and_a_page_by_the_last(path: Path) -> None:
    first, second, third = letters(path)
    assert letters(path, Choice(id=second.id)) == [second]
    assert letters(path, limit=1, after=first.id) == [second]
    assert letters(path, after=second.id) == [third]


def test_what_is_sent_again_is_pending_and_due(path: Path) -> None:
    assert sum(redrive(path, NOW + 50, Choice(tag="meta"))) == 2

    async def look(outbox: Outbox) -> None:
        parcels = await take(outbox, now=NOW + 50)
        assert [(parcel.attempts, parcel.reason) for parcel in parcels] == [(1, "no email"), (1, "unknown pixel")]
        assert outbox.groups()["meta", "123"].resumed_at == NOW + 50
        assert (await account(outbox)).reasons == {}
        await outbox.done(parcels)
        assert (await account(outbox)).delivered == 2

    with_outbox(path, look)
    assert all(proof.balanced for proof in prove(path))


def test_what_was_given_up_and_is_sent_again_has_the_vendor_s_answer_only(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def give_up(outbox: Outbox) -> None:
        await outbox.put([entry(1)])
        await outbox.bury(await take(outbox), 503, "gave up after the deadline; last answer: busy", NOW, sent=False)

    with_outbox(path, give_up)
    assert sum(redrive(path, NOW + 50)) == 1

    async def look(outbox: Outbox) -> None:
        (parcel,) = await take(outbox, now=NOW + 50)
        assert (parcel.status, parcel.reason) == (503, "busy")

    with_outbox(path, look)


def test_a_running_server_learns_of_it(path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        await outbox.put([entry(4)])
        await outbox.done(await take(outbox))
        before = outbox.groups()["meta", "123"].arrivals
        await outbox.refresh()
        assert outbox.groups()["meta", "123"].arrivals == before
        assert sum(redrive(path, NOW + 50)) == 3
        assert await take(outbox, now=NOW + 50) == []
        await outbox.refresh()
        assert outbox.groups()["meta", "123"].arrivals == before + 2
        await outbox.done(await take(outbox, now=NOW + 50))
        await outbox.put([entry(5)])
        books = await account(outbox)
        assert (books.delivered, books.pending, books.dead) == (3, 1, 0)
        assert all(proof.balanced for proof in prove(path))

    with_outbox(path, work)


def test_an_event_that_is_sent_again_is_not_accepted_a_second_time(path: Path) -> None:
    async def scenario(outbox: Outbox) -> None:
        await outbox.put([entry(1)])
        assert (await account(outbox)).pending == 1, "a dead one does not block its own retry"

    with_outbox(path, scenario)

    async def afterwards(outbox: Outbox) -> None:
        assert sum(redrive(path, NOW + 60, Choice(reason="unknown pixel"))) == 1
        await outbox.put([entry(2)])
        held = await account(outbox)
        assert held.reasons["suppressed"] == {"same event_id already accepted": 1}

    with_outbox(path, afterwards)


def test_what_is_in_flight_stays_so_when_another_process_changes_the_file(path: Path) -> None:
    async def work(outbox: Outbox) -> None:
        await outbox.put([entry(4), entry(5)])
        under_way = await take(outbox)
        list(purge(path))
        await outbox.refresh()
        assert await take(outbox) == []
        await outbox.done(under_way)
        assert (await account(outbox)).delivered == 2

    with_outbox(path, work)


def test_what_is_thrown_away_is_gone_but_not_from_the_books(path: Path) -> None:
    assert sum(purge(path, Choice(reason="no email"))) == 2
    assert [letter.event_id for letter in letters(path)] == ["order-2"]
    assert [(proof.dead, proof.balanced) for proof in prove(path)] == [(2, True), (1, True)]


def test_many_are_handled_some_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def bury_many(outbox: Outbox) -> None:
        await outbox.put([entry(number) for number in range(1200)])
        await outbox.bury(await take(outbox, count=1200), 400, "no email", NOW)

    with_outbox(path, bury_many)
    assert list(redrive(path, NOW)) == [500, 500, 200]
    assert [(proof.pending, proof.dead, proof.balanced) for proof in prove(path)] == [(1200, 0, True)]


def test_letters_under_a_reason_that_others_share_are_taken_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "MOST_REASONS", 2)
    path = tmp_path / "outbox.db"

    async def bury_for_many_reasons(outbox: Outbox) -> None:
        await outbox.put([entry(number) for number in range(6)])
        for number, parcel in enumerate(await take(outbox)):
            await outbox.bury([parcel], 400, f"reason {number}", NOW)
        assert (await account(outbox)).reasons["dead"] == {"reason 0": 1, "reason 1": 1, books.OTHER_REASONS: 4}

    with_outbox(path, bury_for_many_reasons)
    assert sum(redrive(path, NOW, Choice(reason="reason 5"))) == 1
    assert sum(redrive(path, NOW, Choice(reason="reason 1"))) == 1
    connection = sqlite3.connect(path)
    rows = dict(connection.execute("SELECT reason, count FROM books WHERE end = 'dead'").fetchall())
    connection.close()
    assert rows == {"reason 0": 1, "reason 1": 0, books.OTHER_REASONS: 3}
    assert all(proof.balanced for proof in prove(path))


def test_a_file_that_is_not_there_is_said_and_not_made(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.db"
    with pytest.raises(OutboxUnavailable, match="nowhere"):
        letters(path)
    with pytest.raises(OutboxUnavailable, match="nowhere"):
        list(purge(path))
    assert list(tmp_path.iterdir()) == []
