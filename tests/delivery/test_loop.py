"""The delivery loop runs, rests, stops and starts again, and what fails around it is said and survived."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from container.component import Response
from container.delivery import delivery as delivery_module
from container.outbox import OutboxUnavailable, Parcel
from container.outbox.dead import redrive
from tests.delivery.world import DAY, World, accepts, play


def test_a_transport_that_raises_ends_one_batch_not_the_loop(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        def broken(bodies: list[Any]) -> Response:
            raise RuntimeError("someone@example.com")

        world.vendor.answers["meta/1"] = broken
        await world.put(1)
        await world.rounds()
        world.vendor.answers["meta/1"] = accepts
        await world.pass_time(60)
        assert world.vendor.taken == [1]

    play(tmp_path, work)


def test_what_was_delivered_is_entered_even_if_the_disk_has_to_come_back_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(world: World) -> None:
        done = world.outbox.done
        failures = [OutboxUnavailable("disk full")] * 5

        async def later_done(parcels: list[Parcel]) -> None:
            if failures:
                raise failures.pop()
            await done(parcels)

        monkeypatch.setattr(world.outbox, "done", later_done)
        await world.put(1)
        await world.rounds()
        assert world.slept == [1.0] * 5
        assert world.vendor.requests == [("meta/1", [1])]
        assert (await world.account()).delivered == 1

    play(tmp_path, work)


def test_the_loop_sends_what_is_put_and_stop_sends_what_is_left(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await world.delivery.start()
        await asyncio.sleep(0)
        await world.put(1, 2, 3)
        for _ in range(3):
            world.delivery.wake()
        await world.vendor.until(lambda: len(world.vendor.taken) == 3)
        await world.put(4)
        world.delivery.wake()
        await world.delivery.stop(10)
        assert sorted(world.vendor.taken) == [1, 2, 3, 4]
        assert world.delivery.under_way == 0

    play(tmp_path, work, batch_count=3)


def test_stop_leaves_in_the_outbox_what_it_cannot_send_in_time(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.gates["meta/1"] = asyncio.Event()
        await world.put(1, 2)
        await world.delivery.start()
        await world.vendor.until(lambda: world.vendor.requests != [])
        await world.delivery.stop(0.01)
        assert world.delivery.under_way == 0
        assert world.outbox.groups()["meta", "1"].pending == 2

    async def start(world: World) -> None:
        await world.rounds()
        assert world.vendor.taken == [1, 2]

    play(tmp_path, work)
    play(tmp_path, start)


def test_a_delivery_that_was_stopped_can_go_on(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        gate = world.vendor.gates["meta/1"] = asyncio.Event()
        await world.put(1, 2)
        await world.delivery.start()
        await world.vendor.until(lambda: world.vendor.requests != [])
        await world.delivery.stop(0)
        gate.set()
        await world.delivery.start()
        await world.vendor.until(lambda: len(world.vendor.taken) == 2)
        await world.delivery.stop(1)
        assert (await world.account()).delivered == 2

    play(tmp_path, work)


def test_the_loop_outlives_an_outbox_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(world: World) -> None:
        take = world.outbox.take
        failures = 2

        async def take_later(*arguments: Any) -> Any:
            nonlocal failures
            failures -= 1
            if failures >= 0:
                raise OutboxUnavailable("disk gone") if failures else RuntimeError("someone@example.com")
            return await take(*arguments)

        monkeypatch.setattr(delivery_module, "_AFTER_TROUBLE", 0.0)
        monkeypatch.setattr(world.outbox, "take", take_later)
        await world.put(1)
        await world.delivery.start()
        await world.vendor.until(lambda: world.vendor.taken != [])
        assert world.vendor.taken == [1]

    play(tmp_path, work)


def test_no_log_line_holds_what_a_fault_held(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def work(world: World) -> None:
        def broken(bodies: list[Any]) -> Response:
            raise RuntimeError("someone@example.com")

        world.vendor.answers["meta/1"] = broken
        await world.put("someone@example.com")
        await world.rounds()
        world.vendor.answers["meta/1"] = lambda bodies: Response(666)
        await world.pass_time(60)
        await world.put("unpackable")
        await world.pass_time(3000)

    with caplog.at_level(logging.DEBUG):
        play(tmp_path, work)
    lines = [record.getMessage() for record in caplog.records if record.name == "container.delivery"]
    assert "meta (1): a batch failed (RuntimeError)" in lines
    assert not any("someone" in line for line in lines)


def test_what_the_outbox_noticed_is_logged_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(world: World) -> None:
        said = ["outbox.db: the file was set aside"]
        monkeypatch.setattr(world.outbox, "notices", lambda: [said.pop()] if said else [])
        await world.rounds()
        await world.rounds()

    play(tmp_path, work)
    assert [record.getMessage() for record in caplog.records] == ["outbox.db: the file was set aside"]


def test_dead_letters_sent_again_by_hand_are_delivered_by_a_running_server(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(410)
        await world.put(1)
        await world.rounds()
        world.vendor.answers["meta/1"] = accepts
        world.now += 2 * DAY
        assert sum(redrive(tmp_path / "outbox.db", world.now)) == 1
        await world.pass_time(5)
        assert world.vendor.taken == [1]

    play(tmp_path, work)
