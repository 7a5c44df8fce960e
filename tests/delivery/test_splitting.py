"""A refused batch is divided until the event at fault is alone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from container.component import Response
from tests.delivery.world import LetterTag, World, play, refuses_bad, says_which


def test_poison_is_found_and_buried_and_everything_else_delivered(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = refuses_bad
        poison = {3, 170, 171, 500, 640, 998, 999}
        await world.put(*("bad" if number in poison else number for number in range(1000)))
        await world.rounds()
        books = await world.account()
        assert (books.delivered, books.dead, books.pending) == (993, 7, 0)
        assert books.reasons == {"dead": {"said 400": 7}}
        totals = world.delivery.totals
        assert (totals.delivered, totals.buried, totals.requests) == (993, 7, len(world.vendor.requests))
        assert Counter(world.vendor.taken) == Counter(set(range(1000)) - poison)
        assert len(world.vendor.requests) <= 7 * 2 * 10

    play(tmp_path, work, batch_count=1000)


def test_a_vendor_that_says_which_event_it_is_saves_most_of_the_requests(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = says_which
        poison = {3, 170, 171, 500, 640, 998, 999}
        await world.put(*("bad" if number in poison else number for number in range(1000)))
        await world.rounds()
        books = await world.account()
        assert (books.delivered, books.dead, books.pending) == (993, 7, 0)
        assert books.reasons == {"dead": {"said 400": 7}}
        assert Counter(world.vendor.taken) == Counter(set(range(1000)) - poison)
        assert len(world.vendor.requests) <= 7 * 5

    play(tmp_path, work, batch_count=1000)


def test_one_named_event_costs_three_requests(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = says_which
        await world.put(*("bad" if number == 77 else number for number in range(100)))
        await world.rounds()
        assert [len(bodies) for _, bodies in world.vendor.requests] == [100, 1, 99]
        assert (await world.account()).delivered == 99

    play(tmp_path, work, batch_count=100)


@pytest.mark.parametrize("word", [b"0", b"-1", b"99", b"100000"])
def test_a_vendor_that_names_the_wrong_event_is_not_believed(tmp_path: Path, word: bytes) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(400, body=word) if "bad" in bodies else Response(200)
        await world.put(*("bad" if number == 77 else number for number in range(100)))
        await world.rounds()
        books = await world.account()
        assert (books.delivered, books.dead) == (99, 1)
        assert Counter(world.vendor.taken) == Counter(set(range(100)) - {77})
        assert len(world.vendor.requests) <= 25

    play(tmp_path, work, batch_count=100)


def test_many_bad_events_that_are_named_do_not_cost_a_whole_batch_each(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = says_which
        await world.put(*("bad" if number % 2 else number for number in range(1000)))
        await world.rounds()
        books = await world.account()
        assert (books.delivered, books.dead) == (500, 500)
        assert sum(len(bodies) for _, bodies in world.vendor.requests) < 1000 * 50

    play(tmp_path, work, batch_count=1000)


@pytest.mark.parametrize(("at", "requests"), [(0, 21), (1, 21), (511, 13), (1022, 12), (1023, 12)])
def test_one_bad_event_costs_at_most_two_requests_a_halving(tmp_path: Path, at: int, requests: int) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = refuses_bad
        await world.put(*("bad" if number == at else number for number in range(1024)))
        LetterTag.batch_limit, before = 1024, LetterTag.batch_limit
        try:
            await world.rounds()
        finally:
            LetterTag.batch_limit = before
        assert (await world.account()).delivered == 1023
        assert len(world.vendor.requests) == requests

    play(tmp_path, work, batch_count=1024)


def test_a_request_too_large_is_halved_until_it_fits(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(400 if len(bodies) > 3 else 200)
        await world.put(*range(40))
        await world.rounds()
        assert Counter(world.vendor.taken) == Counter(range(40))

    play(tmp_path, work)


def test_what_the_vendor_never_wants_again_is_buried_with_its_words(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(410)
        await world.put(1, 2)
        await world.rounds()
        assert (await world.account()).reasons == {"dead": {"said 410": 2}}

    play(tmp_path, work)


def test_trouble_in_the_midst_of_a_split_leaves_the_rest_for_later(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        answers = iter([Response(400), Response(200), Response(503), Response(503)])
        world.vendor.answers["meta/1"] = lambda bodies: next(answers, Response(200))
        await world.put(*range(16))
        await world.rounds()
        books = await world.account()
        assert (books.delivered, books.pending, books.dead) == (8, 8, 0)
        for _ in range(5):
            await world.pass_time(10)
        assert Counter(world.vendor.taken) == Counter(range(16))

    play(tmp_path, work)
