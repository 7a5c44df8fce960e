"""What the vendor does not accept now is tried again, later and later, and as it asks."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from container.component import Response
from tests.delivery.world import DAY, World, accepts, is_down, play


def test_a_failure_is_tried_again_with_growing_jittered_pauses(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = is_down
        world.random = 0.5
        await world.put(1)
        pauses = []
        for _ in range(14):
            rest = await world.rounds()
            if rest < 60:
                pauses.append(rest)
            await world.pass_time(rest)
        assert pauses[:6] == pytest.approx([0.5, 1, 2, 4, 8, 16])
        world.random = 1.0
        world.now += 450
        await world.rounds()
        parcels = (await world.outbox.take("meta", "1", 1, 1000, world.now + 900)).parcels
        assert parcels[0].reason == "said 0"
        world.outbox.release(parcels)
        world.vendor.answers["meta/1"] = accepts
        await world.pass_time(900)
        assert world.vendor.taken == [1]

    play(tmp_path, work)


@pytest.mark.parametrize(
    "headers",
    [
        {"x-wait": "120"},  # as its tag read it
        {"retry-after": "120"},  # as the vendor said it, of which its tag knows nothing
        {"retry-after": "Fri, 26 Dec 2025 13:27:00 GMT"},
    ],
)
def test_what_the_vendor_asks_for_is_honoured(tmp_path: Path, headers: dict[str, str]) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(429, headers)
        await world.put(1)
        await world.rounds()
        world.vendor.answers["meta/1"] = accepts
        await world.put(2)
        await world.pass_time(119)
        assert world.vendor.to("meta/1") == 1
        await world.pass_time(1)
        assert sorted(world.vendor.taken) == [1, 2]

    play(tmp_path, work)


def test_what_the_vendor_asks_for_holds_whatever_it_says_to_others_meanwhile(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        answers = iter([Response(200), Response(429, {"retry-after": "60"}), Response(200), Response(200)])
        world.vendor.answers["meta/1"] = lambda bodies: next(answers, Response(200))
        gate = world.vendor.gates["meta/1"] = asyncio.Event()
        await world.put(*range(40))
        await world.delivery.step()
        gate.set()
        await world.rounds()
        assert len(world.vendor.requests) == 4
        await world.put(40)
        await world.pass_time(59)
        assert len(world.vendor.requests) == 4
        await world.pass_time(1)
        await world.pass_time(1)
        assert Counter(world.vendor.taken) == Counter(range(41))

    play(tmp_path, work, batch_count=10)


def test_an_answer_its_tag_cannot_judge_is_tried_again(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(666)
        await world.put(1)
        await world.rounds()
        world.vendor.answers["meta/1"] = accepts
        await world.pass_time(60)
        assert world.vendor.taken == [1]

    play(tmp_path, work)


def test_a_pause_configured_longer_than_a_day_is_a_day(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = is_down
        await world.put(1)
        await world.rounds()
        assert len(world.vendor.requests) == 1
        await world.pass_time(DAY - 1)
        assert len(world.vendor.requests) == 1
        await world.pass_time(1)
        assert len(world.vendor.requests) == 2

    play(tmp_path, work, give_up_after=7 * DAY, retry_first=3 * DAY, retry_longest=3 * DAY)


def test_a_body_its_tag_cannot_pack_costs_the_others_nothing(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await world.put(1, "unpackable", *range(2, 9))
        await world.rounds()
        assert Counter(world.vendor.taken) == Counter(range(1, 9))
        for _ in range(100):
            await world.pass_time(900)
        books = await world.account()
        assert books.reasons == {"dead": {"gave up after the deadline; last answer: pack raised KeyError": 1}}

    play(tmp_path, work)
