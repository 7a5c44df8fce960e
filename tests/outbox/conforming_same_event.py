"""The same event twice, whatever an engine is made of: suppressed with a reason, and never its own retry."""

from __future__ import annotations

from pathlib import Path

import pytest

from container.outbox import Outbox
from container.outbox.outbox import IDEMPOTENCY_WINDOW, SAME_EVENT
from tests.outbox.engine import Engine
from tests.outbox.entries import NOW, account, entry, take


class SameEvent(Engine):
    """When an event counts as accepted before."""

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
