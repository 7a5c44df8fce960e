"""A destination that fails is asked carefully until it is back, and slows no other."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from tests.delivery.world import LetterTag, World, accepts, is_down, play


def test_while_a_destination_fails_one_request_at_a_time_looks_whether_it_is_back(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = is_down
        await world.put(*range(1000))
        await world.rounds()
        started = world.vendor.to("meta/1")
        assert 1 <= started <= 4
        requests = []
        for _ in range(600):
            before = world.vendor.to("meta/1")
            await world.pass_time(1)
            requests.append(world.vendor.to("meta/1") - before)
        assert max(requests) == 1
        assert sum(requests) < 15
        world.vendor.answers["meta/1"] = accepts
        for _ in range(20):
            await world.pass_time(100)
        assert Counter(world.vendor.taken) == Counter(range(1000))

    play(tmp_path, work, batch_count=10)


def test_a_dead_vendor_slows_no_other(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.tags["dead"] = LetterTag()
        world.vendor.gates["dead/1"] = asyncio.Event()  # it accepts connections and never answers
        await world.put(*range(100), tag="dead")
        await world.put(1, destination="1")
        await world.delivery.step()
        for turn in range(20):
            await world.put(turn)
            world.now += 1
            await world.delivery.step()
            await world.put("late", destination="2")
            world.now += 1
            await world.delivery.step()
            for _ in range(50):
                await asyncio.sleep(0)
            await world.outbox.status()
        assert world.vendor.most_at_once["dead/1"] == 4
        assert (await world.account()).delivered >= 19
        world.vendor.gates["dead/1"].set()

    play(tmp_path, work, batch_count=10)


def test_destinations_that_hang_take_no_turn_of_another(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        for number in range(20):
            world.vendor.gates[f"meta/{number}"] = asyncio.Event()
            await world.put(*range(30), destination=str(number))
        await world.delivery.step()
        assert world.delivery.under_way > 8
        await world.put("healthy", destination="healthy")
        await world.delivery.step()
        await world.vendor.until(lambda: "healthy" in world.vendor.taken)
        assert sum(world.vendor.most_at_once.values()) <= 8 + 20
        for gate in world.vendor.gates.values():
            gate.set()
        await world.rounds()
        assert len(world.vendor.taken) == 601

    play(tmp_path, work, batch_count=5, in_flight_overall=8)
