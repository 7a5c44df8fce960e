"""A destination that refuses us is parked, and goes on without loss."""

from __future__ import annotations

from pathlib import Path

from container.component import Response
from tests.delivery.world import DAY, World, accepts, play


def test_a_refused_token_parks_the_destination_and_loses_nothing(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(401)
        await world.put(*range(30))
        await world.put("other", destination="2")
        await world.rounds()
        assert (await world.account()).parked == "said 401"
        assert world.vendor.taken == ["other"]
        refused = world.vendor.to("meta/1")
        await world.put("while parked")
        await world.pass_time(600)
        assert world.vendor.to("meta/1") == refused
        books = await world.account()
        assert (books.pending, books.dead) == (31, 0)
        world.vendor.answers["meta/1"] = accepts
        assert await world.delivery.unpark() == 1
        await world.rounds()
        assert (await world.account()).delivered == 31

    play(tmp_path, work, batch_count=10)


def test_a_parked_destination_is_probed_rarely_and_with_one_payload(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(401)
        await world.put(*range(30))
        await world.rounds()
        before = len(world.vendor.requests)
        for _ in range(60):
            await world.pass_time(60)
        probes = world.vendor.requests[before:]
        assert len(probes) == 4
        assert all(len(bodies) == 1 for _, bodies in probes)
        world.vendor.answers["meta/1"] = accepts
        await world.pass_time(900)
        books = await world.account()
        assert (books.parked, books.delivered) == ("", 30)

    play(tmp_path, work)


def test_payloads_of_a_tag_that_is_gone_wait_for_it(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        tag = world.tags.pop("meta")
        await world.put(1)
        await world.rounds()
        assert (await world.account()).parked == "the tag meta is no longer in the configuration"
        assert await world.delivery.unpark() == 0
        world.now += 2 * DAY
        world.tags["meta"] = tag
        await world.rounds()
        assert world.vendor.taken == [1]
        assert (await world.account()).parked == ""

    play(tmp_path, work)
