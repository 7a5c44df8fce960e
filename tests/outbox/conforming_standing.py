"""How an outbox stands, whatever it is made of: limits, parking, the books, what it says of itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from container.outbox import Outbox, OutboxFull, OutboxUnavailable
from container.record import Decision
from tests.outbox.engine import Engine
from tests.outbox.entries import NOW, account, entry, record, take


class Standing(Engine):
    """What is refused, kept back, counted and told."""

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
            for number in range(3):
                outbox.note(
                    record(number, Decision("meta", "suppressed", "no event_id"), Decision("ga4", "fired", "all"))
                )
            outbox.note(record(4, Decision("meta", "no_consent", "ad_storage is denied")))
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

    def test_over_its_bytes_it_refuses_until_some_are_delivered(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            body = b'"' + b"x" * 9000 + b'"'
            taken = 0

            async def fill() -> None:
                nonlocal taken
                while taken < 1000:
                    await outbox.put([entry(taken, body=body)])
                    taken += 1

            with pytest.raises(OutboxFull):
                await fill()
            assert 20 < taken < 200
            assert (await account(outbox)).accepted == taken
            await outbox.done(await take(outbox, count=taken, size=10**9))
            await outbox.put([entry(-1, body=body)])

        self.run(tmp_path, work, max_bytes=1_000_000)

    def test_what_is_older_than_its_age_dies_in_its_sleep(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(1, time=NOW - 61), entry(2, time=NOW - 59), entry(3, time=NOW - 61)])
            under_way = await take(outbox, count=1)
            await outbox.park("meta", "123", "token refused")
            await outbox.refresh()
            books = await account(outbox)
            assert (books.dead, books.pending) == (1, 2)
            assert books.reasons == {"dead": {"older than delivery.limit.age": 1}}
            await outbox.done(under_way)
            assert len(await take(outbox)) == 1

        self.run(tmp_path, work, max_age=60.0)

    def test_closed_it_refuses_everything(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.put([entry(1)])
            await outbox.close()
            for verb in (outbox.put([entry(2)]), outbox.take("meta", "123", 1, 1, NOW), outbox.status()):
                with pytest.raises(OutboxUnavailable):
                    await verb

        self.run(tmp_path, work)
