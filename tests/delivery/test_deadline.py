"""A payload past its deadline dies with the last answer, wherever it waits."""

from __future__ import annotations

from pathlib import Path

from container.component import Response
from tests.delivery.world import DAY, NOW, World, accepts, is_down, play


def test_after_the_deadline_a_payload_is_dead_with_the_last_answer(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(500)
        await world.put(1)
        await world.rounds()
        for _ in range(100):
            await world.pass_time(900)
        books = await world.account()
        assert books.reasons == {"dead": {"gave up after the deadline; last answer: said 500": 1}}
        sent = len(world.vendor.requests)
        await world.pass_time(DAY)
        assert len(world.vendor.requests) == sent

    play(tmp_path, work)


def test_what_is_too_old_for_the_vendor_is_not_sent(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await world.put("old", time=NOW - 7 * DAY)
        await world.put("new")
        await world.rounds()
        assert world.vendor.taken == ["new"]
        assert (await world.account()).reasons == {"dead": {"too old for the vendor": 1}}

    play(tmp_path, work, give_up_after=30 * DAY)


def test_expiry_alone_does_not_pass_for_an_answer_of_the_vendor(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = is_down
        await world.put(*range(200))
        await world.rounds()
        sent = world.vendor.to("meta/1")
        await world.put("new", time=NOW + DAY)
        world.random = 0.75
        await world.pass_time(DAY)
        assert (await world.account()).dead == 200
        assert world.vendor.to("meta/1") == sent + 1
        await world.pass_time(1)  # the second failure in a row: 0.75 of 2 seconds
        assert world.vendor.to("meta/1") == sent + 1

    play(tmp_path, work, batch_count=10)


def test_time_spent_parked_does_not_count_against_a_payload(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(401)
        await world.put(1)
        await world.rounds()
        world.now += 3 * DAY
        world.vendor.answers["meta/1"] = is_down
        await world.delivery.unpark("meta", "1")
        await world.rounds()
        await world.pass_time(DAY / 2)
        assert (await world.account()).pending == 1
        world.vendor.answers["meta/1"] = accepts
        await world.pass_time(900)
        assert world.vendor.taken == [1]

    play(tmp_path, work)


def test_a_payload_that_was_never_tried_dies_on_time_with_the_last_answer_of_its_destination(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(503, {"retry-after": "3600"})
        await world.put("first", time=NOW - DAY + 1000)
        await world.rounds()
        await world.put("waits", time=NOW - DAY + 1000)
        await world.put("young")
        await world.pass_time(900)
        assert (await world.account()).pending == 3
        await world.pass_time(160)
        books = await world.account()
        assert books.reasons["dead"] == {"gave up after the deadline; last answer: said 503": 2}
        assert books.pending == 1
        assert len(world.vendor.requests) == 1

    play(tmp_path, work)


def test_a_payload_too_old_for_the_vendor_dies_while_its_destination_is_parked(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(401)
        await world.put("old", time=NOW - 6 * DAY)
        await world.put("young")
        await world.rounds()
        await world.pass_time(DAY - 10)
        assert (await world.account()).pending == 2
        await world.pass_time(70)
        books = await world.account()
        assert books.reasons["dead"] == {"too old for the vendor; last answer: said 401": 1}
        assert (books.pending, books.parked) == (1, "said 401")

    play(tmp_path, work, give_up_after=7 * DAY)


def test_a_hundred_thousandth_of_the_dead_is_as_good_as_the_first(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(401)
        await world.put(*range(3000))
        await world.rounds()
        await world.pass_time(7 * DAY)
        books = await world.account()
        assert (books.dead, books.pending) == (3000, 0)

    play(tmp_path, work)


def test_a_shorter_deadline_from_a_reload_holds_for_what_is_there(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = is_down
        await world.put(1)
        await world.rounds()
        world.delivery.change(give_up_after=60.0)
        await world.pass_time(61)
        assert (await world.account()).dead == 1

    play(tmp_path, work)
