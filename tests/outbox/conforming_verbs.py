"""The five verbs, whatever an engine is made of: put, take, done, later, bury."""

from __future__ import annotations

from pathlib import Path

from container.outbox import Outbox
from tests.outbox.engine import Engine
from tests.outbox.entries import NOW, account, entry, take


class Verbs(Engine):
    """What each verb does, in this life and the next."""

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

    def test_what_reached_an_end_stays_there_whatever_is_said_of_it_later(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(number) for number in range(3)])
            parcels = await take(outbox)
            await outbox.done(parcels[:1])
            await outbox.bury(parcels[1:2], 400, "no email", NOW)
            for again in range(2):
                await outbox.bury(parcels[:2], 410, "late word", NOW, sent=bool(again))
                await outbox.later(parcels[:2], NOW, 503, "late word")
                await outbox.done(parcels[:2])
                outbox.release(parcels[:2])
            books = await account(outbox)
            assert (books.delivered, books.dead, books.pending) == (1, 1, 1)
            assert books.reasons == {"dead": {"no email": 1}}

        self.run(tmp_path, work)

    def test_nothing_to_put_is_put_at_once(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([])
            assert (await outbox.status()).accounts == []

        self.run(tmp_path, work)

    def test_what_was_released_outlives_the_process_as_if_never_taken(self, tmp_path: Path) -> None:
        async def release(outbox: Outbox) -> None:
            await outbox.put([entry(number) for number in range(3)])
            parcels = await take(outbox)
            await outbox.later(parcels[:1], NOW + 5, 503, "busy")
            outbox.release((await take(outbox, now=NOW + 5)) + parcels[1:])

        async def look(outbox: Outbox) -> None:
            assert sorted(one.attempts for one in await take(outbox, now=NOW + 5)) == [0, 0, 1]

        self.run(tmp_path, release, look)
