"""What any engine of the outbox must do, whatever it is made of."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from container.outbox import Outbox, OutboxFull
from container.outbox.outbox import IDEMPOTENCY_WINDOW, SAME_EVENT
from tests.outbox.entries import NOW, account, entry, take

Work = Callable[[Outbox], Awaitable[None]]


class OutboxConformance:
    """Inherit and give ``make``: an engine on a place of its own, the same one every time for the same folder."""

    def make(self, folder: Path, max_pending: int = 0) -> Outbox:
        raise NotImplementedError

    def run(self, folder: Path, *lives: Work, max_pending: int = 0) -> None:
        """Let the engine live once for every piece of work, opened and closed around it."""

        async def live(work: Work) -> None:
            outbox = self.make(folder, max_pending)
            assert await outbox.open() == ""
            try:
                await work(outbox)
            finally:
                await outbox.close()

        for work in lives:
            asyncio.run(live(work))

    def test_what_was_put_is_taken_with_its_body_and_time(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(1), entry(2, body='{"ü":"\n€"}'.encode(), time=NOW + 0.25)])
            first, second = await take(outbox)
            assert (first.tag, first.destination, first.body, first.time) == ("meta", "123", b'{"number":1}', NOW)
            assert (second.body, second.time) == ('{"ü":"\n€"}'.encode(), NOW + 0.25)
            assert (first.attempts, first.status, first.reason) == (0, 0, "")

        self.run(tmp_path, work)

    def test_what_was_put_is_there_in_the_next_life(self, tmp_path: Path) -> None:
        async def put(outbox: Outbox) -> None:
            await outbox.put([entry(number) for number in range(100)])

        async def look(outbox: Outbox) -> None:
            assert len(await take(outbox, count=1000)) == 100

        self.run(tmp_path, put, look)

    def test_what_is_in_flight_is_not_taken_again(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(number) for number in range(5)])
            first = await take(outbox, count=3)
            second = await take(outbox, count=3)
            assert len(first) == 3
            assert len(second) == 2
            assert await take(outbox) == []
            assert outbox.groups()["meta", "123"].in_flight == 5

        self.run(tmp_path, work)

    def test_what_was_in_flight_when_it_ended_is_pending_in_the_next_life(self, tmp_path: Path) -> None:
        async def leave(outbox: Outbox) -> None:
            await outbox.put([entry(number) for number in range(5)])
            await take(outbox, count=3)

        async def look(outbox: Outbox) -> None:
            assert len(await take(outbox)) == 5

        self.run(tmp_path, leave, look)

    def test_what_was_released_is_taken_again_as_if_it_had_not_been(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(number) for number in range(4)])
            taken = await take(outbox)
            outbox.release(taken[1:3])
            assert {parcel.id: parcel.attempts for parcel in await take(outbox)} == {
                taken[1].id: 0,
                taken[2].id: 0,
            }

        self.run(tmp_path, work)

    def test_done_is_delivered_and_gone_for_ever(self, tmp_path: Path) -> None:
        async def deliver(outbox: Outbox) -> None:
            await outbox.put([entry(1), entry(2)])
            await outbox.done(await take(outbox, count=1))
            assert (await account(outbox)).delivered == 1

        async def look(outbox: Outbox) -> None:
            assert [parcel.body for parcel in await take(outbox)] == [b'{"number":2}']
            assert (await account(outbox)).delivered == 1

        self.run(tmp_path, deliver, look)

    def test_done_twice_counts_once(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(1)])
            taken = await take(outbox)
            await outbox.done(taken)
            await outbox.done(taken)
            assert (await account(outbox)).delivered == 1

        self.run(tmp_path, work)

    def test_later_keeps_it_back_until_it_is_due_and_notes_the_answer(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(1)])
            await outbox.later(await take(outbox), NOW + 30, 503, "busy")
            early = await outbox.take("meta", "123", 10, 1000, NOW + 29)
            assert early.parcels == []
            assert early.next_due == NOW + 30
            (parcel,) = await take(outbox, now=NOW + 30)
            assert (parcel.attempts, parcel.status, parcel.reason) == (1, 503, "busy")

        self.run(tmp_path, work)

    def test_later_outlives_the_process(self, tmp_path: Path) -> None:
        async def put_off(outbox: Outbox) -> None:
            await outbox.put([entry(1), entry(2)])
            await outbox.later((await take(outbox))[1:], NOW + 30, 503, "busy")

        async def look(outbox: Outbox) -> None:
            assert [parcel.body for parcel in await take(outbox)] == [b'{"number":1}']
            assert [parcel.attempts for parcel in await take(outbox, now=NOW + 31)] == [1]

        self.run(tmp_path, put_off, look)

    def test_a_due_time_that_only_a_wrong_clock_can_have_set_is_pulled_back(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(1)])
            await outbox.later(await take(outbox), NOW + 365 * 86400, 503, "busy")
            assert (await outbox.take("meta", "123", 10, 1000, NOW)).next_due == NOW
            assert len(await take(outbox)) == 1

        self.run(tmp_path, work)

    def test_bury_keeps_it_among_the_dead_with_its_reason(self, tmp_path: Path) -> None:
        async def bury(outbox: Outbox) -> None:
            await outbox.put([entry(1), entry(2)])
            await outbox.bury(await take(outbox, count=1), 400, "no email", NOW)

        async def look(outbox: Outbox) -> None:
            books = await account(outbox)
            assert (books.dead, books.pending) == (1, 1)
            assert books.reasons == {"dead": {"no email": 1}}
            assert len(await take(outbox)) == 1

        self.run(tmp_path, bury, look)

    def test_take_stops_at_its_count_and_says_there_is_more(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(number) for number in range(5)])
            taken = await outbox.take("meta", "123", 3, 1_000_000, NOW)
            assert (len(taken.parcels), taken.more) == (3, True)
            rest = await outbox.take("meta", "123", 3, 1_000_000, NOW)
            assert (len(rest.parcels), rest.more) == (2, False)

        self.run(tmp_path, work)

    def test_take_stops_at_its_bytes_but_gives_at_least_one(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(number, body=b'"' + b"x" * 998 + b'"') for number in range(4)])
            assert len(await take(outbox, size=2500)) == 2
            assert len(await take(outbox, size=1)) == 1
            assert len(await take(outbox, size=2500)) == 1

        self.run(tmp_path, work)

    def test_older_ones_come_first(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            for number in range(6):
                await outbox.put([entry(number)])
            first = await take(outbox, count=2)
            assert [parcel.body for parcel in first] == [b'{"number":0}', b'{"number":1}']
            await outbox.later(first, NOW + 1, 500, "busy")
            bodies = [parcel.body for parcel in await take(outbox, count=3, now=NOW + 2)]
            assert set(bodies[:2]) == {b'{"number":0}', b'{"number":1}'}
            assert bodies[2] == b'{"number":2}'

        self.run(tmp_path, work)

    def test_fresh_ones_are_found_around_put_off_ones_in_the_next_life(self, tmp_path: Path) -> None:
        async def put_off_the_middle(outbox: Outbox) -> None:
            await outbox.put([entry(number) for number in range(9)])
            taken = await take(outbox)
            await outbox.later(taken[4:5], NOW, 500, "busy")

        async def look(outbox: Outbox) -> None:
            assert [parcel.body for parcel in await take(outbox, count=1)] == [b'{"number":4}']
            assert len(await take(outbox)) == 8

        self.run(tmp_path, put_off_the_middle, look)

    def test_fresh_ones_and_put_off_ones_can_be_taken_apart(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(number) for number in range(4)])
            await outbox.later(await take(outbox, count=2), NOW + 30, 503, "busy")
            fresh = await outbox.take("meta", "123", 10, 10_000, NOW + 60, "fresh")
            assert [parcel.body for parcel in fresh.parcels] == [b'{"number":2}', b'{"number":3}']
            outbox.release(fresh.parcels)
            put_off = await outbox.take("meta", "123", 10, 10_000, NOW + 60, "put_off")
            assert [parcel.attempts for parcel in put_off.parcels] == [1, 1]
            outbox.release(put_off.parcels)
            again = await outbox.take("meta", "123", 10, 10_000, NOW + 60, "fresh")
            assert [parcel.body for parcel in again.parcels] == [b'{"number":2}', b'{"number":3}']

        self.run(tmp_path, work)

    def test_what_is_old_is_taken_whether_it_is_due_or_not(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(1)])
            await outbox.later(await take(outbox), NOW + 900, 503, "busy")
            await outbox.put([entry(2, time=NOW + 1), entry(3, time=NOW + 2)])
            old = await outbox.take("meta", "123", 10, 10_000, NOW + 5, "old", NOW + 1)
            assert [parcel.body for parcel in old.parcels] == [b'{"number":1}', b'{"number":2}']
            assert [parcel.body for parcel in await take(outbox)] == [b'{"number":3}']
            outbox.release(old.parcels)
            assert [parcel.body for parcel in await take(outbox)] == [b'{"number":2}']

        self.run(tmp_path, work)

    def test_destinations_do_not_see_each_other(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(1), entry(1, destination="456"), entry(1, tag="ga4", destination="")])
            assert len(await take(outbox)) == 1
            assert len(await take(outbox, destination="456")) == 1
            assert len(await take(outbox, tag="ga4", destination="")) == 1
            assert await take(outbox, tag="unknown") == []

        self.run(tmp_path, work)

    def test_the_same_event_is_suppressed_with_a_reason(self, tmp_path: Path) -> None:
        async def twice(outbox: Outbox) -> None:
            await outbox.put([entry(1)])
            await outbox.put([entry(1, time=NOW + 60)])
            assert len(await take(outbox)) == 1

        async def again(outbox: Outbox) -> None:
            await outbox.put([entry(1, time=NOW + 120)])
            books = await account(outbox)
            assert (books.accepted, books.suppressed, books.pending) == (3, 2, 1)
            assert books.reasons == {"suppressed": {SAME_EVENT: 2}}

        self.run(tmp_path, twice, again)

    def test_the_same_event_twice_in_one_put_is_suppressed(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(1), entry(2), entry(1)])
            assert len(await take(outbox)) == 2

        self.run(tmp_path, work)

    def test_a_delivered_event_is_still_the_same_event(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(1)])
            await outbox.done(await take(outbox))
            await outbox.put([entry(1)])
            books = await account(outbox)
            assert (books.delivered, books.suppressed, books.pending) == (1, 1, 0)

        self.run(tmp_path, work)

    @pytest.mark.parametrize(
        "other",
        [
            {"event_name": "Lead"},
            {"destination": "1234"},
            {"tag": "meta2"},
            {"event_id": "order-2"},
            {"event_name": "Purchaseo", "event_id": "rder-1"},
        ],
    )
    def test_an_event_is_told_by_tag_destination_name_and_id(self, tmp_path: Path, other: dict[str, str]) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(1), entry(1, **other)])
            assert sum(group.pending for group in outbox.groups().values()) == 2

        self.run(tmp_path, work)

    def test_events_without_an_id_are_never_the_same(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(event_id=""), entry(event_id="")])
            assert len(await take(outbox)) == 2

        self.run(tmp_path, work)

    def test_after_the_window_an_event_id_is_new_again(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(1)])
            await outbox.put([entry(1, time=NOW + IDEMPOTENCY_WINDOW - 1)])
            assert (await account(outbox)).pending == 1
            await outbox.put([entry(1, time=NOW + IDEMPOTENCY_WINDOW)])
            assert (await account(outbox)).pending == 2

        self.run(tmp_path, work)

    def test_a_clock_that_was_ahead_does_not_suppress_for_ever(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(1, time=NOW + 365 * 86400)])
            await outbox.put([entry(1)])
            assert (await account(outbox)).suppressed == 0

        self.run(tmp_path, work)

    def test_a_dead_event_may_be_sent_in_again(self, tmp_path: Path) -> None:
        async def bury(outbox: Outbox) -> None:
            await outbox.put([entry(1)])
            await outbox.bury(await take(outbox), 400, "no email", NOW)

        async def again(outbox: Outbox) -> None:
            await outbox.put([entry(1)])
            books = await account(outbox)
            assert (books.dead, books.suppressed, books.pending) == (1, 0, 1)

        self.run(tmp_path, bury, again)

    def test_a_failed_try_does_not_block_its_own_retry(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(1)])
            await outbox.later(await take(outbox), NOW, 503, "busy")
            await outbox.done(await take(outbox))
            books = await account(outbox)
            assert (books.delivered, books.suppressed) == (1, 0)

        self.run(tmp_path, work)

    def test_over_the_limit_it_refuses_all_of_a_put_and_counts_none(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(number) for number in range(4)])
            with pytest.raises(OutboxFull):
                await outbox.put([entry(10), entry(11)])
            assert outbox.trouble() != ""
            assert (await account(outbox)).accepted == 4
            await outbox.put([entry(9)])
            with pytest.raises(OutboxFull):
                await outbox.put([entry(10)])
            await outbox.refresh()
            assert outbox.trouble() != ""
            await outbox.done(await take(outbox, count=1))
            await outbox.refresh()
            assert outbox.trouble() == ""
            await outbox.put([entry(10)])
            assert (await account(outbox)).pending == 5

        self.run(tmp_path, work, max_pending=5)

    def test_parking_and_its_end_outlive_the_process(self, tmp_path: Path) -> None:
        async def park(outbox: Outbox) -> None:
            await outbox.put([entry(1)])
            await outbox.park("meta", "123", "token expired")
            assert outbox.groups()["meta", "123"].parked == "token expired"

        async def unpark(outbox: Outbox) -> None:
            assert outbox.groups()["meta", "123"].parked == "token expired"
            await outbox.unpark("meta", "123", NOW + 5)

        async def look(outbox: Outbox) -> None:
            group = outbox.groups()["meta", "123"]
            assert (group.parked, group.resumed_at, group.pending) == ("", NOW + 5, 1)

        self.run(tmp_path, park, unpark, look)

    def test_what_a_tag_suppressed_is_in_the_books(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            outbox.suppress("meta", "no event_id")
            outbox.suppress("meta", "no event_id", 2)
            await outbox.put([entry(1)])
            books = await account(outbox, "meta", "")
            assert (books.accepted, books.suppressed, books.pending) == (3, 3, 0)
            assert books.reasons == {"suppressed": {"no event_id": 3}}

        self.run(tmp_path, work)

    def test_arrivals_grow_with_what_becomes_pending_only(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(1), entry(1), entry(2)])
            await outbox.done(await take(outbox))
            group = outbox.groups()["meta", "123"]
            assert (group.arrivals, group.pending) == (2, 0)

        self.run(tmp_path, work)

    def test_text_that_is_no_text_does_not_stop_a_put(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            odd = entry(1, event_name="a\ud800b", event_id="\udfff\x00'; --", client="\ud83d")
            await outbox.put([odd, entry(2)])
            await outbox.put([odd])
            books = await account(outbox)
            assert (books.pending, books.suppressed) == (2, 1)
            await outbox.bury(await take(outbox), 400, "half \ud800", NOW)
            assert (await account(outbox)).dead == 2

        self.run(tmp_path, work)

    @pytest.mark.parametrize("fault", [{"time": "noon"}, {"body": None}, {"body": "text"}, {"event_name": 7}])
    def test_one_call_at_fault_does_not_harm_those_that_share_its_commit(
        self, tmp_path: Path, fault: dict[str, object]
    ) -> None:
        async def work(outbox: Outbox) -> None:
            faulty = entry(2, **fault)
            results = await asyncio.gather(
                outbox.put([entry(1)]), outbox.put([faulty]), outbox.put([entry(3)]), return_exceptions=True
            )
            assert [isinstance(result, Exception) for result in results] == [False, True, False]
            assert (await account(outbox)).pending == 2

        self.run(tmp_path, work)

    def test_ids_are_never_given_twice(self, tmp_path: Path) -> None:
        ids: list[int] = []

        async def deliver(outbox: Outbox) -> None:
            for number in range(3):
                await outbox.put([entry(event_id=f"{len(ids)}-{number}")])
                taken = await take(outbox)
                ids.extend(parcel.id for parcel in taken)
                await outbox.done(taken)

        self.run(tmp_path, deliver, deliver)
        assert len(set(ids)) == 6

    def test_status_says_when_the_oldest_was_accepted(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(1, time=NOW - 50), entry(2)])
            assert (await account(outbox)).oldest == NOW - 50
            await outbox.done(await take(outbox, count=1))
            assert (await account(outbox)).oldest == NOW

        self.run(tmp_path, work)

    def test_waiting_calls_are_answered_before_it_closes(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            puts = [asyncio.ensure_future(outbox.put([entry(number)])) for number in range(50)]
            await asyncio.sleep(0)
            await outbox.close()
            assert all(put.exception() is None for put in [await asyncio.wait({put}) and put for put in puts])

        async def look(outbox: Outbox) -> None:
            assert (await account(outbox)).pending == 50

        self.run(tmp_path, work, look)
