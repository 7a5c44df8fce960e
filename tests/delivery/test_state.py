"""Delivery tells how every destination is: its breaker, the last answer, what is under way and how fast it goes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from container.component import Response
from container.delivery import Attempt, DestinationState
from tests.delivery.world import NOW, World, accepts, is_down, play


def only(world: World) -> DestinationState:
    (state,) = world.delivery.destinations()
    return state


def test_a_healthy_destination_is_closed_and_tells_its_rate(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        assert world.delivery.destinations() == []
        for _ in range(300):
            await world.put(1, 2, 3)
            await world.pass_time(1)
        state = only(world)
        assert (state.tag, state.destination, state.state, state.failures) == ("meta", "1", "closed", 0)
        assert (state.delivered, state.buried, state.pending, state.in_flight) == (900, 0, 0, 0)
        assert (state.last_status, state.last_words, state.last_at) == (200, "said 200", NOW + 300)
        assert state.next_attempt is None
        assert state.requests == {"done": 300}
        assert state.rate == pytest.approx(3.0, rel=0.02)
        await world.pass_time(600)
        assert only(world).rate < 0.01

    play(tmp_path, work)


def test_a_destination_that_fails_is_open_then_half_open_then_closed(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = is_down
        await world.put(1, 2)
        await world.rounds()
        await world.pass_time(1)
        state = only(world)
        assert (state.state, state.failures, state.next_attempt) == ("open", 2, NOW + 3)
        assert (state.last_status, state.last_words, state.pending) == (0, "said 0", 2)
        world.passed += 2
        world.now += 2
        assert only(world).state == "half-open"
        world.vendor.answers["meta/1"] = accepts
        gate = world.vendor.gates["meta/1"] = asyncio.Event()
        await world.put(3)
        await world.delivery.step()
        assert (only(world).state, only(world).in_flight) == ("half-open", 1)
        gate.set()
        await world.delivery.settle()
        assert (only(world).state, only(world).failures) == ("closed", 0)

    play(tmp_path, work)


def test_a_destination_that_was_asked_to_wait_is_open_until_then(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(429, {"retry-after": "90"})
        await world.put(1)
        await world.rounds()
        assert (only(world).state, only(world).next_attempt) == ("open", NOW + 90)

    play(tmp_path, work)


def test_a_parked_destination_says_why_and_when_it_is_looked_at(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(401)
        await world.put(1)
        await world.rounds()
        state = only(world)
        assert (state.state, state.parked_for, state.next_attempt) == ("parked", "said 401", NOW + 900)
        assert state.requests == {"park": 1}

    play(tmp_path, work)


def test_every_request_is_told_to_whoever_watches(tmp_path: Path) -> None:
    seen: list[Attempt] = []

    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(503)
        await world.put(1, 2, time=NOW - 5)
        await world.rounds()
        world.vendor.answers["meta/1"] = accepts
        await world.pass_time(1)

    play(tmp_path, work, watch=seen.append)
    first, probe, last = seen
    assert (first.tag, first.destination, first.count, first.size) == ("meta", "1", 2, len("[1,2]"))
    assert (first.action, first.status, first.reason, first.age) == ("later", 503, "said 503", 5.0)
    assert [(one.action, one.count) for one in (probe, last)] == [("done", 1), ("done", 1)]
