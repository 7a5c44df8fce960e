"""How many payloads died is counted apart from the books: it never falls, whatever becomes of the letters."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from container.outbox import OutboxUnavailable, open_outbox
from container.outbox.dead import purge, redrive
from container.outbox.store import Store
from tests.outbox.entries import NOW, entry, take


def test_deaths_are_counted_by_destination_and_stay_counted_when_the_letters_are_sent_again(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    deaths: Counter[tuple[str, str]] = Counter()

    async def work() -> None:
        outbox = open_outbox(f"sqlite:{path}", clock=lambda: NOW, deaths=deaths)
        await outbox.open()
        try:
            await outbox.put([entry(1), entry(2), entry(3), entry(4, tag="ga4", destination="")])
            await outbox.bury(await take(outbox), 400, "no email", NOW)
            await outbox.bury(await take(outbox, tag="ga4", destination=""), 400, "no name", NOW)
            assert deaths == {("meta", "123"): 3, ("ga4", ""): 1}
            assert list(redrive(path, NOW))[-1] == 4
            await outbox.refresh()
            assert sum(one.dead for one in (await outbox.status()).accounts) == 0
            assert deaths == {("meta", "123"): 3, ("ga4", ""): 1}
            await outbox.bury((await take(outbox))[:1], 400, "no email", NOW)
            assert deaths[("meta", "123")] == 4
            assert list(purge(path))[-1] == 1
            assert deaths[("meta", "123")] == 4
        finally:
            await outbox.close()

    asyncio.run(work())


def test_what_dies_of_age_is_counted_and_what_was_dead_before_is_not(tmp_path: Path) -> None:
    deaths: Counter[tuple[str, str]] = Counter()

    async def life(count: int) -> None:
        outbox = open_outbox(f"sqlite:{tmp_path}/outbox.db", max_age=60.0, clock=lambda: NOW, deaths=deaths)
        await outbox.open()
        try:
            await outbox.put([entry(number, time=NOW - 61) for number in range(count)])
            await outbox.refresh()
        finally:
            await outbox.close()

    asyncio.run(life(2))
    assert deaths == {("meta", "123"): 2}
    deaths.clear()
    asyncio.run(life(0))
    assert deaths == {}


def test_a_death_that_could_not_be_written_is_counted_when_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaths: Counter[tuple[str, str]] = Counter()

    async def work() -> None:
        outbox = open_outbox(f"sqlite:{tmp_path}/outbox.db", clock=lambda: NOW, deaths=deaths)
        await outbox.open()
        try:
            await outbox.put([entry(1)])
            parcels = await take(outbox)
            with monkeypatch.context() as patch:

                def full(self: Store) -> None:
                    raise OSError(28, "No space left on device")

                patch.setattr(Store, "commit", full)
                with pytest.raises(OutboxUnavailable):
                    await outbox.bury(parcels, 400, "no email", NOW)
            assert deaths == {}
            await outbox.bury(parcels, 400, "no email", NOW)
            assert deaths == {("meta", "123"): 1}
        finally:
            await outbox.close()

    asyncio.run(work())
