"""A clock that jumps delays nothing and sends nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from container.delivery.clock import Clock
from tests.delivery.world import DAY, NOW, World, accepts, is_down, play


def test_what_is_due_never_runs_back() -> None:
    now, passed = NOW, 50.0
    clock = Clock(lambda: now, lambda: passed)
    assert clock.due() == NOW
    now, passed = NOW - DAY, passed + 10
    assert clock.due() == NOW + 10
    now, passed = now + 10, passed + 10
    assert clock.due() == NOW + 20
    now, passed = NOW + DAY, passed + 1
    assert clock.due() == NOW + DAY


@pytest.mark.parametrize("jump", [-3600.0, -DAY, -400 * DAY, 3600.0, DAY / 2])
def test_a_jump_changes_nothing_for_what_waits(tmp_path: Path, jump: float) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = is_down
        await world.put(1)
        for _ in range(5):
            await world.pass_time(60)
        world.now += jump
        world.vendor.answers["meta/1"] = accepts
        await world.put(2)
        await world.pass_time(60)
        await world.pass_time(4)
        assert sorted(world.vendor.taken) == [1, 2]
        assert len(world.vendor.requests) < 12

    play(tmp_path, work, retry_longest=60.0)


def test_a_batch_that_fills_while_the_clock_is_set_back_goes_in_time(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await world.rounds()
        await world.put(1)
        await world.rounds()
        world.now -= DAY
        await world.pass_time(1)
        assert world.vendor.taken == [1]

    play(tmp_path, work, batch_wait=1.0)


def test_what_was_put_off_by_a_clock_that_was_ahead_goes_after_a_restart(tmp_path: Path) -> None:
    async def ahead(world: World) -> None:
        world.now = NOW + 400 * DAY
        world.vendor.answers["meta/1"] = is_down
        await world.put(1)
        await world.rounds()

    async def right(world: World) -> None:
        await world.rounds()
        await world.pass_time(60)
        assert world.vendor.taken == [1]

    play(tmp_path, ahead)
    play(tmp_path, right)
