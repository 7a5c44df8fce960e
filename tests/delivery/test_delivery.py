"""Delivery brings every payload to its end, and one vendor's trouble stays that vendor's."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from container.component import Response
from container.delivery import delivery as delivery_module
from container.outbox import OutboxUnavailable, Parcel
from container.outbox.dead import redrive
from tests.delivery.world import NOW, LetterTag, World, accepts, is_down, play, refuses_bad

DAY = 86400.0


def test_a_batch_that_is_full_goes_at_once(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await world.rounds()
        await world.put(1, 2, 3)
        await world.rounds()
        assert world.vendor.requests == [("meta/1", [1, 2, 3])]
        assert (await world.account()).delivered == 3

    play(tmp_path, work, batch_count=3, batch_wait=1.0)


def test_a_batch_that_is_not_full_waits_its_time_and_no_longer(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await world.rounds()
        await world.put(1)
        assert await world.rounds() == 1.0
        assert await world.pass_time(0.5) == 0.5
        await world.put(2)
        assert await world.pass_time(0.25) == 0.25
        assert world.vendor.requests == []
        await world.pass_time(0.25)
        assert world.vendor.requests == [("meta/1", [1, 2])]

    play(tmp_path, work, batch_wait=1.0)


def test_more_than_a_batch_goes_in_several_requests(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await world.put(*range(25))
        await world.rounds()
        assert sorted(len(bodies) for _, bodies in world.vendor.requests) == [5, 10, 10]
        assert sorted(world.vendor.taken) == list(range(25))

    play(tmp_path, work, batch_count=10)


def test_a_request_holds_no_more_bytes_than_told(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await world.put(*("x" * 100 for _ in range(10)))
        await world.rounds()
        assert [len(bodies) for _, bodies in world.vendor.requests] == [3, 3, 3, 1]

    play(tmp_path, work, batch_bytes=330)


def test_the_vendors_own_limit_bounds_a_request(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        LetterTag.batch_limit, before = 2, LetterTag.batch_limit
        try:
            await world.put(1, 2, 3)
            await world.rounds()
        finally:
            LetterTag.batch_limit = before
        assert sorted(len(bodies) for _, bodies in world.vendor.requests) == [1, 2]

    play(tmp_path, work)


def test_payloads_of_different_destinations_never_share_a_request(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.tags["ga4"] = LetterTag()
        await world.put(1, 2, destination="1")
        await world.put(3, destination="2")
        await world.put(4, tag="ga4", destination="1")
        await world.rounds()
        assert sorted(world.vendor.requests) == [("ga4/1", [4]), ("meta/1", [1, 2]), ("meta/2", [3])]

    play(tmp_path, work)


def test_what_was_left_from_before_goes_when_it_starts(tmp_path: Path) -> None:
    async def leave(world: World) -> None:
        await world.put(*range(7))

    async def start(world: World) -> None:
        await world.rounds()
        assert sorted(world.vendor.taken) == list(range(7))

    play(tmp_path, leave, batch_wait=1.0)
    play(tmp_path, start, batch_wait=1.0)


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


def test_payloads_of_a_tag_that_is_gone_wait_for_it(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        tag = world.tags.pop("meta")
        await world.put(1)
        await world.rounds()
        assert (await world.account()).parked == delivery_module.NOT_CONFIGURED
        assert await world.delivery.unpark() == 0
        world.now += 2 * DAY
        world.tags["meta"] = tag
        await world.rounds()
        assert world.vendor.taken == [1]
        assert (await world.account()).parked == ""

    play(tmp_path, work)


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


def test_an_answer_its_tag_cannot_judge_is_tried_again(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.answers["meta/1"] = lambda bodies: Response(666)
        await world.put(1)
        await world.rounds()
        world.vendor.answers["meta/1"] = accepts
        await world.pass_time(60)
        assert world.vendor.taken == [1]

    play(tmp_path, work)


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


def test_a_clock_set_back_delays_nothing_for_long(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.now = NOW + 400 * DAY
        world.vendor.answers["meta/1"] = is_down
        await world.put(1)
        await world.rounds()
        world.now = NOW
        world.vendor.answers["meta/1"] = accepts
        await world.put(2)
        await world.pass_time(60)
        await world.pass_time(60)
        assert sorted(world.vendor.taken) == [1, 2]

    play(tmp_path, work, give_up_after=1000 * DAY)


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


def test_no_more_is_in_memory_than_the_batches_under_way(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.vendor.gates["meta/1"] = asyncio.Event()
        await world.put(*range(5000))
        await world.delivery.step()
        assert world.outbox.groups()["meta", "1"].in_flight == 4 * 50
        world.vendor.gates["meta/1"].set()
        await world.rounds()
        assert Counter(world.vendor.taken) == Counter(range(5000))

    play(tmp_path, work, batch_count=50)


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
