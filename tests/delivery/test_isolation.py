"""An event that makes the vendor fail for all it is sent with is soon alone, and the others are delivered."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from container.component import Response
from tests.delivery.world import DAY, Answer, World, breaks, hangs_up, play

POISON = {3, 170, 171, 500, 640, 998, 999}


@pytest.mark.parametrize(("answer", "words"), [(breaks, "said 500"), (hangs_up, "said 0")])
def test_seven_of_a_thousand_that_break_the_vendor_hold_up_no_other_for_long(
    tmp_path: Path, answer: Answer, words: str
) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = answer
        await world.put(*("poison" if number in POISON else number for number in range(1000)))
        await world.rounds()
        for _ in range(90):
            await world.pass_time(1)
        assert Counter(world.vendor.taken) == Counter(set(range(1000)) - POISON)
        assert len(world.vendor.requests) <= 7 * 20
        for _ in range(200):
            await world.pass_time(DAY / 200)
        books = await world.account()
        assert (books.delivered, books.dead, books.pending) == (993, 7, 0)
        assert books.reasons == {"dead": {f"gave up after the deadline; last answer: {words}": 7}}
        alone = world.vendor.requests[7 * 20 :]
        assert all(bodies == ["poison"] for _, bodies in alone)
        assert len(alone) <= 7 * DAY / 450

    play(tmp_path, work, batch_count=1000)


def test_half_of_the_events_break_the_vendor_and_the_other_half_arrives(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = breaks
        await world.put(*("poison" if number % 2 else number for number in range(200)))
        for _ in range(900):
            await world.pass_time(1)
        assert Counter(world.vendor.taken) == Counter(range(0, 200, 2))

    play(tmp_path, work, batch_count=200)


def test_what_breaks_the_vendor_alone_delays_nothing_that_is_fresh(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = breaks
        await world.put(*["good", "poison", "poison", "poison"] * 5)
        for _ in range(200):
            await world.pass_time(10)
        assert world.vendor.taken == ["good"] * 5
        for turn in range(100):
            await world.put(turn)
            await world.rounds()
            assert world.vendor.taken[-1] == turn
            await world.pass_time(10)

    play(tmp_path, work)


def test_the_vendor_is_not_pressed_by_what_keeps_failing(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await world.put("first")
        await world.rounds()
        world.vendor.answers["meta/1"] = lambda bodies: Response(500)
        await world.put(*range(100))
        for _ in range(3600):
            await world.pass_time(1)
        assert len(world.vendor.requests) <= 1 + 4 + 10 + 3600 / 450

    play(tmp_path, work, batch_count=10)


def test_a_large_batch_that_a_slow_vendor_never_answers_in_time_goes_in_smaller_ones(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(0 if len(bodies) > 100 else 200, failure="slow")
        await world.put(*range(1000))
        for _ in range(30):
            await world.pass_time(1)
        assert Counter(world.vendor.taken) == Counter(range(1000))

    play(tmp_path, work, batch_count=500)
