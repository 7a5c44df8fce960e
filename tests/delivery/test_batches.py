"""A batch goes when it is full or has waited, and never holds more than it may."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from tests.delivery.world import LetterTag, World, play


def test_a_batch_that_is_full_goes_at_once(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await world.rounds()
        await world.put(1, 2, 3)
        await world.rounds()
        assert world.vendor.requests == [("meta/1", [1, 2, 3])]
        assert (await world.account()).delivered == 3

    play(tmp_path, work, batch_count=3, batch_wait=1.0)


def test_a_batch_that_is_not_full_waits_its_time_and_no_longer(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await world.rounds()
        await world.put(1)
        assert await world.rounds() == 1.0
        assert await world.pass_time(0.5) == 0.5
        await world.put(2)
        assert await world.pass_time(0.25) == 0.25
        assert world.vendor.requests == []
        await world.pass_time(0.25)
        assert world.vendor.requests == [("meta/1", [1, 2])]

    play(tmp_path, work, batch_wait=1.0)


def test_more_than_a_batch_goes_in_several_requests(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await world.put(*range(25))
        await world.rounds()
        assert sorted(len(bodies) for _, bodies in world.vendor.requests) == [5, 10, 10]
        assert sorted(world.vendor.taken) == list(range(25))

    play(tmp_path, work, batch_count=10)


def test_a_request_holds_no_more_bytes_than_told(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await world.put(*("x" * 100 for _ in range(10)))
        await world.rounds()
        assert [len(bodies) for _, bodies in world.vendor.requests] == [3, 3, 3, 1]

    play(tmp_path, work, batch_bytes=330)


def test_the_vendors_own_limit_bounds_a_request(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        LetterTag.batch_limit, before = 2, LetterTag.batch_limit
        try:
            await world.put(1, 2, 3)
            await world.rounds()
        finally:
            LetterTag.batch_limit = before
        assert sorted(len(bodies) for _, bodies in world.vendor.requests) == [1, 2]

    play(tmp_path, work)


def test_payloads_of_different_destinations_never_share_a_request(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.tags["ga4"] = LetterTag()
        await world.put(1, 2, destination="1")
        await world.put(3, destination="2")
        await world.put(4, tag="ga4", destination="1")
        await world.rounds()
        assert sorted(world.vendor.requests) == [("ga4/1", [4]), ("meta/1", [1, 2]), ("meta/2", [3])]

    play(tmp_path, work)


def test_what_was_left_from_before_goes_when_it_starts(tmp_path: Path) -> None:
    async def leave(world: World) -> None:
        await world.put(*range(7))

    async def start(world: World) -> None:
        await world.rounds()
        assert sorted(world.vendor.taken) == list(range(7))

    play(tmp_path, leave, batch_wait=1.0)
    play(tmp_path, start, batch_wait=1.0)


def test_no_more_is_in_memory_than_the_batches_under_way(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.gates["meta/1"] = asyncio.Event()
        await world.put(*range(5000))
        await world.delivery.step()
        assert world.outbox.groups()["meta", "1"].in_flight == 4 * 50
        world.vendor.gates["meta/1"].set()
        await world.rounds()
        assert Counter(world.vendor.taken) == Counter(range(5000))

    play(tmp_path, work, batch_count=50)
