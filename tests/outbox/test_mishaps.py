"""What happens to files while they are used: deleted, replaced, forbidden, taken by somebody else."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from container.outbox import Outbox, OutboxUnavailable, open_outbox
from container.outbox.dead import letters
from container.outbox.prove import prove
from tests.outbox.entries import NOW, account, entry, take, with_outbox

NOBODY = 65534


def parts(path: Path) -> list[Path]:
    return [one for one in path.parent.iterdir() if one.name.startswith(path.name)]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """As if another process had the file."""
    with open(path, "ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        yield


@pytest.mark.parametrize("deleted", ["all", "outbox.db", "outbox.db-wal", "the folder"])
def test_a_file_that_is_deleted_under_the_server_is_brought_back_with_all_it_held(tmp_path: Path, deleted: str) -> None:
    path = tmp_path / "data" / "outbox.db"

    async def work(outbox: Outbox) -> None:
        await outbox.put([entry(number) for number in range(5)])
        await outbox.bury(await take(outbox, count=1), 400, "no email", NOW)
        under_way = await take(outbox, count=2)
        await outbox.refresh()
        for one in parts(path):
            if deleted in ("all", "the folder", one.name):
                one.unlink()
        if deleted == "the folder":
            path.parent.rmdir()
        await outbox.put([entry(5)])
        await outbox.refresh()
        (said,) = outbox.notices()
        assert "was deleted or replaced under the server; all of it is back" in said
        await outbox.put([entry(1), entry(6)])
        await outbox.done(under_way)
        assert len(await take(outbox)) == 4
        await outbox.refresh()
        assert outbox.notices() == []

    with_outbox(path, work)
    (proof,) = prove(path)
    assert (proof.accepted, proof.delivered, proof.dead, proof.suppressed, proof.pending) == (8, 2, 1, 1, 4)
    assert proof.balanced
    assert [letter.event_id for letter in letters(path)] == ["order-0"]


def test_a_file_that_somebody_put_in_its_place_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def work(outbox: Outbox) -> None:
        await outbox.put([entry(1)])
        await outbox.refresh()
        path.unlink()
        path.write_bytes(b"somebody else's")
        await outbox.refresh()
        assert len(await take(outbox)) == 1

    with_outbox(path, work)
    assert [proof.pending for proof in prove(path)] == [1]
    (aside,) = tmp_path.glob("outbox.db.replaced-*Z")
    assert aside.read_bytes() == b"somebody else's"


def test_while_a_deleted_file_cannot_be_brought_back_the_outbox_says_so(tmp_path: Path) -> None:
    path = tmp_path / "data" / "outbox.db"

    async def work(outbox: Outbox) -> None:
        await outbox.put([entry(1)])
        await outbox.refresh()
        for one in parts(path):
            one.unlink()
        path.parent.rmdir()
        path.parent.write_text("a file in the place of the folder")
        with pytest.raises(OutboxUnavailable):
            await outbox.refresh()
        assert "data" in outbox.trouble()
        path.parent.unlink()
        await outbox.refresh()
        assert outbox.trouble() == ""
        assert len(await take(outbox)) == 1

    with_outbox(path, work)


def test_a_lock_that_was_deleted_and_taken_by_another_process_is_not_shared(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def work(outbox: Outbox) -> None:
        await outbox.put([entry(1)])
        await outbox.refresh()
        for one in parts(path):
            one.unlink()
        with locked(Path(f"{path}.lock")):
            with pytest.raises(OutboxUnavailable, match="in use by another process"):
                await outbox.refresh()
            assert "in use by another process" in outbox.trouble()
            with pytest.raises(OutboxUnavailable, match="in use by another process"):
                await outbox.put([entry(2)])
        await outbox.refresh()
        await outbox.put([entry(2)])
        assert [proof.pending for proof in prove(path)] == [2]

    with_outbox(path, work)


def test_a_lock_that_was_deleted_alone_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def work(outbox: Outbox) -> None:
        await outbox.put([entry(1)])
        os.unlink(f"{path}.lock")
        await outbox.refresh()
        with pytest.raises(OutboxUnavailable, match="in use by another process"):
            await open_outbox(f"sqlite:{path}").open()

    with_outbox(path, work)


# Permissions


@contextmanager
def forbidden(folder: Path) -> Iterator[None]:
    """The folder as somebody meets it who may not enter: as another user where we are root, who may do anything."""
    if os.geteuid() == 0:
        mode = folder.stat().st_mode
        folder.chmod(0o700)
        os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)
            folder.chmod(mode)
    else:
        mode = folder.stat().st_mode
        folder.chmod(0)
        try:
            yield
        finally:
            folder.chmod(mode)


def test_without_permission_puts_are_refused_and_taken_as_soon_as_it_is_given(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()

    async def work() -> None:
        outbox = open_outbox(f"sqlite:{folder / 'outbox.db'}")
        with forbidden(folder):
            assert str(folder) in await outbox.open()
            with pytest.raises(OutboxUnavailable):
                await outbox.put([entry(1)])
            assert outbox.trouble() != ""
        await outbox.put([entry(1)])
        assert outbox.trouble() == ""
        await outbox.close()

    asyncio.run(work())
    assert [proof.pending for proof in prove(folder / "outbox.db")] == [1]


# Age and clocks


def aged(path: Path, work: Callable[[Outbox, list[float], list[float]], Awaitable[None]]) -> None:
    """An outbox in which nothing may be older than an hour, with a clock and the time that passed, both told."""
    now, elapsed = [NOW], [1000.0]

    async def run() -> None:
        outbox = open_outbox(f"sqlite:{path}", max_age=3600.0, clock=lambda: now[0])
        outbox._clock = type(outbox._clock)(lambda: now[0], lambda: elapsed[0])  # type: ignore[attr-defined]
        await outbox.open()
        try:
            await work(outbox, now, elapsed)
        finally:
            await outbox.close()

    asyncio.run(run())


def test_what_waits_longer_than_the_limit_of_age_dies_with_the_last_answer_parked_or_not(tmp_path: Path) -> None:
    async def work(outbox: Outbox, now: list[float], elapsed: list[float]) -> None:
        await outbox.put([entry(1), entry(2), entry(3, destination="parked")])
        await outbox.later(await take(outbox, count=1), NOW + 60, 503, "busy")
        await outbox.park("meta", "parked", "token refused")
        now[0] += 3599
        elapsed[0] += 3599
        await outbox.put([entry(4, time=now[0])])
        await outbox.refresh()
        assert (await account(outbox)).dead == 0
        now[0] += 2
        elapsed[0] += 2
        await outbox.refresh()
        assert [one.partition(": ")[2] for one in outbox.notices()] == [
            "3 payloads are dead, older than delivery.limit.age"
        ]
        await outbox.refresh()
        assert outbox.notices() == []
        books = await account(outbox)
        assert (books.dead, books.pending) == (2, 1)
        assert books.reasons["dead"] == {
            "older than delivery.limit.age": 1, "older than delivery.limit.age; last answer: busy": 1
        }  # fmt: skip
        assert (await account(outbox, destination="parked")).dead == 1
        await outbox.put([entry(1)])
        assert (await account(outbox)).suppressed == 0, "a dead one lets the same event in again"

    aged(tmp_path / "outbox.db", work)
    assert all(proof.balanced for proof in prove(tmp_path / "outbox.db"))


def test_what_is_under_way_or_goes_on_again_does_not_die_of_age(tmp_path: Path) -> None:
    async def work(outbox: Outbox, now: list[float], elapsed: list[float]) -> None:
        await outbox.put([entry(1), entry(2), entry(3, destination="resumed")])
        under_way = await take(outbox, count=1)
        await outbox.park("meta", "resumed", "token refused")
        now[0] += 4000
        elapsed[0] += 4000
        await outbox.unpark("meta", "resumed", now[0])
        await outbox.refresh()
        books = await account(outbox)
        assert (books.dead, books.pending) == (1, 1)
        await outbox.done(under_way)
        assert (await account(outbox)).delivered == 1
        assert (await account(outbox, destination="resumed")).dead == 0

    aged(tmp_path / "outbox.db", work)


def test_a_clock_that_was_set_ahead_is_said_and_kills_nothing_for_an_hour(tmp_path: Path) -> None:
    async def work(outbox: Outbox, now: list[float], elapsed: list[float]) -> None:
        await outbox.put([entry(1)])
        now[0] += 365 * 86400.0
        elapsed[0] += 5
        await outbox.refresh()
        assert "the clock was set ahead by 31535995 seconds" in outbox.notices()[0]
        now[0] += 3500
        elapsed[0] += 3500
        await outbox.refresh()
        assert (outbox.notices(), (await account(outbox)).dead) == ([], 0)
        now[0] -= 365 * 86400.0
        elapsed[0] += 5
        await outbox.refresh()
        assert "set back" in outbox.notices()[0]
        now[0] += 90
        elapsed[0] += 90
        await outbox.refresh()
        assert (await account(outbox)).pending == 1, "it is mended, and an hour has not passed"

    aged(tmp_path / "outbox.db", work)


def test_a_machine_that_was_suspended_has_its_clock_right(tmp_path: Path) -> None:
    async def work(outbox: Outbox, now: list[float], elapsed: list[float]) -> None:
        await outbox.put([entry(1)])
        await outbox.later(await take(outbox), NOW + 60, 503, "busy")
        now[0] += 1800
        elapsed[0] += 1800  # the time that passed counts the sleep too
        await outbox.refresh()
        assert outbox.notices() == []
        assert len(await take(outbox, now=now[0])) == 1, "what became due in the sleep is sent at once"

    aged(tmp_path / "outbox.db", work)
