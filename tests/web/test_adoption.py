"""Files that are nobody's are delivered to the end; those whose worker comes back are given back at once."""

from __future__ import annotations

import asyncio
import mmap
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from container.delivery import Delivery
from container.outbox import Outbox, open_outbox
from container.outbox.accounts import accounts
from container.outbox.files import file_of
from container.web.adoption import Adoption
from container.web.workers import Workers
from tests.delivery.world import LetterTag, Vendor, is_down
from tests.outbox.entries import NOW, entry


class Place:
    """Worker 0 of three, of which the board says who is there; payloads in the file of worker 2."""

    def __init__(self, folder: Path) -> None:
        self.store = f"sqlite:{folder / 'outbox.db'}"
        self.vendor = Vendor()
        self.board = mmap.mmap(-1, 3)
        self.board[:] = bytes([1, 1, 0])
        self.adoption = Adoption(self.store, Workers(0, 3, board=self.board), self.open)

    def open(self, worker: int) -> tuple[Outbox, Delivery]:
        outbox = open_outbox(self.store, worker=worker, workers=3, clock=lambda: NOW)
        tags = {"meta": LetterTag()}
        return outbox, Delivery(
            outbox, self.vendor, lambda: tags, lambda tag: "meta", batch_wait=0.0, clock=lambda: NOW
        )

    def pending(self, worker: int = 2) -> int:
        return sum(one.pending for one in accounts(file_of(self.store, worker)))


def adopting(folder: Path, work: Callable[[Place], Awaitable[None]]) -> None:
    """Put three payloads into the file of worker 2 and do the work."""

    async def run() -> None:
        place = Place(folder)
        for worker in (1, 2):
            outbox = open_outbox(place.store, worker=worker, workers=3)
            await outbox.open()
            await outbox.put([entry(worker * 10 + number) for number in range(3)])
            await outbox.close()
        try:
            await work(place)
        finally:
            await place.adoption.close(0.0)

    asyncio.run(run())


def test_a_file_that_is_nobody_s_is_delivered_to_the_end_and_let_go(tmp_path: Path) -> None:
    async def work(place: Place) -> None:
        await place.adoption.step()
        assert set(place.adoption.adopted) == {2}, "the first worker's is its own, the second worker is there"
        await place.vendor.until(lambda: len(place.vendor.taken) == 3)
        adopted = place.adoption.adopted[2]
        await adopted.delivery.settle()
        await place.adoption.step()
        assert place.adoption.adopted == {}
        assert (place.pending(2), place.pending(1)) == (0, 3)
        await place.adoption.step()
        assert place.adoption.adopted == {}, "an empty file needs nobody"

    adopting(tmp_path, work)


def test_a_file_is_given_back_when_its_worker_is_to_return(tmp_path: Path) -> None:
    async def work(place: Place) -> None:
        place.vendor.answers["meta/123"] = is_down
        await place.adoption.step()
        place.board[2] = 1
        await place.adoption.step()
        assert place.adoption.adopted == {}
        back = open_outbox(place.store, worker=2, workers=3)
        assert await back.open() == ""
        assert sum(group.pending for group in back.groups().values()) == 3
        await back.close()

    adopting(tmp_path, work)


def test_a_file_that_another_process_has_is_left_to_it(tmp_path: Path) -> None:
    async def work(place: Place) -> None:
        other = open_outbox(place.store, worker=2, workers=3)
        await other.open()
        await place.adoption.step()
        assert place.adoption.adopted == {}
        await other.close()
        await place.adoption.step()
        assert set(place.adoption.adopted) == {2}

    adopting(tmp_path, work)


def test_a_file_that_cannot_be_read_holds_up_no_other(tmp_path: Path) -> None:
    async def work(place: Place) -> None:
        file_of(place.store, 7).write_bytes(b"no database" * 500)
        await place.adoption.step()
        assert set(place.adoption.adopted) == {2}
        assert set(place.adoption.accounts()) == {2}

    adopting(tmp_path, work)


@pytest.mark.parametrize("worker", [0, 1])
def test_a_server_of_one_process_has_everything_but_its_own_file_to_adopt(tmp_path: Path, worker: int) -> None:
    workers = Workers()
    assert workers.there(worker) is (worker == 0)
