"""A flood of destinations that hits invent: what grows by them is bounded, and nothing is lost or starved."""

from __future__ import annotations

import asyncio
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from container.component import Entry, Response
from container.metrics import Metrics
from container.outbox.dead import letters, redrive
from container.outbox.overflow import MOST_DESTINATIONS, OTHER, addressed, as_made
from tests.delivery.world import World, accepts, play

INVENTED = 1000


async def flood(world: World) -> None:
    for number in range(INVENTED):
        await world.put(f"invented {number}", destination=f"invented-{number}")


async def sums(world: World) -> dict[str, int]:
    accounts = (await world.outbox.status()).accounts
    return {end: sum(getattr(one, end) for one in accounts) for end in ("accepted", "delivered", "dead", "pending")}


def test_a_thousand_invented_destinations_and_a_later_real_one_are_delivered_each_to_its_own(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await flood(world)
        await world.put("real", destination="real")
        await world.rounds()
        sent = dict(world.vendor.requests)
        assert sent == {
            **{f"meta/invented-{number}": [f"invented {number}"] for number in range(INVENTED)},
            "meta/real": ["real"],
        }
        assert await sums(world) == {"accepted": 1001, "delivered": 1001, "dead": 0, "pending": 0}
        assert len(world.outbox.groups()) == len(world.delivery.destinations()) == MOST_DESTINATIONS + 1
        assert (await world.account(destination=OTHER)).delivered == INVENTED + 1 - MOST_DESTINATIONS

    play(tmp_path, work)


def test_the_lines_of_the_metrics_are_bounded(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await flood(world)
        metrics = Metrics()
        metrics.destinations = world.delivery.destinations
        text = (await metrics.render(world.outbox.status, world.now)).decode()
        named = {
            sample.labels["destination"]
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if "destination" in sample.labels
        }
        assert len(named) == MOST_DESTINATIONS + 1
        assert OTHER in named

    play(tmp_path, work)


def test_invented_ones_that_are_refused_park_and_hold_up_none_of_the_others(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers = {f"meta/invented-{number}": lambda _: Response(401) for number in range(INVENTED)}
        await world.put("known", destination="known")
        await flood(world)
        await world.put("real", destination="real")
        await world.rounds()
        assert sorted(world.vendor.taken) == ["known", "real"]
        assert await sums(world) == {"accepted": 1002, "delivered": 2, "dead": 0, "pending": 1000}
        assert not (await world.account(destination=OTHER)).parked

    play(tmp_path, work)


def test_while_the_vendor_is_down_the_others_are_kept_and_asked_for_carefully_then_delivered(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await flood(world)
        down = {f"meta/invented-{number}": lambda _: Response(503) for number in range(INVENTED)}
        world.vendor.answers = dict(down)
        await world.rounds()
        assert len(world.vendor.requests) < MOST_DESTINATIONS + 20
        world.vendor.answers = dict.fromkeys(down, accepts)
        for _ in range(20):
            await world.pass_time(60)
        assert await sums(world) == {"accepted": 1000, "delivered": 1000, "dead": 0, "pending": 0}

    play(tmp_path, work)


def test_the_same_event_is_sent_once_to_each_destination_among_the_others_and_may_come_again_when_it_died(
    tmp_path: Path,
) -> None:
    async def work(world: World) -> None:
        await flood(world)
        world.vendor.answers["meta/a"] = lambda _: Response(410)
        for _ in range(2):
            world._number = 5000
            await world.put("one", destination="a")
            world._number = 5000
            await world.put("two", destination="b")
            await world.rounds()
        books = await world.account(destination=OTHER)
        assert (books.dead, books.suppressed) == (2, 1)
        assert world.vendor.taken.count("two") == 1
        assert world.vendor.to("meta/a") == 2

    play(tmp_path, work)


def test_a_dead_letter_among_them_is_shown_and_sent_again_as_it_was_made(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await flood(world)
        await world.rounds()
        world.vendor.answers["meta/late"] = lambda _: Response(410)
        await world.put("late", destination="late")
        await world.rounds()
        (letter,) = letters(tmp_path / "outbox.db")
        assert (letter.destination, letter.body) == ("late", b'"late"')
        del world.vendor.answers["meta/late"]
        assert sum(redrive(tmp_path / "outbox.db", world.now)) == 1
        await world.outbox.refresh()
        await world.rounds()
        assert world.vendor.taken[-1] == "late"
        assert await sums(world) == {"accepted": 1001, "delivered": 1001, "dead": 0, "pending": 0}

    play(tmp_path, work)


def test_what_a_damaged_file_left_of_one_is_buried_with_the_reason(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await flood(world)
        await world.rounds()
        whole = addressed("a", b'{"id":"a"}')
        assert as_made(OTHER, whole) == ("a", b'{"id":"a"}')
        assert as_made("a", whole) == ("a", whole)
        assert as_made(OTHER, whole[:-3]) == (OTHER, whole[:-3])
        await world.outbox.put([Entry("meta", OTHER, "Lead", "e-cut", b'{"id":', world.now)])
        await world.rounds()
        (letter,) = letters(tmp_path / "outbox.db")
        assert letter.reason == "it does not say where it goes"

    play(tmp_path, work)


def test_how_many_there_are_is_known_again_after_a_restart(tmp_path: Path) -> None:
    async def first(world: World) -> None:
        await flood(world)

    async def second(world: World) -> None:
        await world.put("real", destination="real")
        assert ("meta", "real") not in world.outbox.groups()
        while (await sums(world))["pending"]:
            await world.rounds()
            await asyncio.sleep(0)
        assert "real" in world.vendor.taken

    play(tmp_path, first)
    play(tmp_path, second)
