"""What the vendor does not accept now is tried again, later and later, and as it asks."""

from __future__ import annotations

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


def test_retry_after_is_honoured(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(429, {"retry-after": "120"})
        await world.put(1)
        await world.rounds()
        world.vendor.answers["meta/1"] = accepts
        await world.put(2)
        await world.pass_time(119)
        assert world.vendor.to("meta/1") == 1
        await world.pass_time(1)
        assert sorted(world.vendor.taken) == [1, 2]

    play(tmp_path, work)


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
