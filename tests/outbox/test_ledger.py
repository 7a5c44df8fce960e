"""The ledger as the outbox writes it: in the transaction that ends a payload, folded, bounded, salvaged."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from container.ledger import Choice, LedgerEntry, entries
from container.outbox import Outbox, Parcel, open_outbox
from container.outbox.dead import Choice as Letters
from container.outbox.dead import purge, redrive
from container.outbox.ledger import FOLDED
from container.outbox.prove import prove
from container.record import Decision
from tests.outbox.entries import NOW, entry, record, take
from tests.web.connections import soon

DAY = 86400.0


def lived(path: Path, *works: Callable[[Outbox], Awaitable[object]], now: float = NOW, keep: float = 1e9) -> None:
    """Let an outbox live at one moment for every piece of work."""

    async def run() -> None:
        for work in works:
            outbox = open_outbox(f"sqlite:{path}", clock=lambda: now, ledger=(keep, 10**9))
            assert await outbox.open() == ""
            await work(outbox)
            await outbox.close()

    asyncio.run(run())


def told(path: Path, **choice: str) -> list[LedgerEntry]:
    return list(entries([path], Choice(**choice)))  # type: ignore[arg-type]


def outcomes(path: Path) -> Counter[str]:
    return Counter(one.outcome for one in told(path))


def pages(path: Path) -> list[tuple[str, int, int]]:
    with sqlite3.connect(path) as connection:
        return connection.execute("SELECT kind, count, small FROM ledger ORDER BY id").fetchall()


def test_every_payload_is_in_the_ledger_once_whatever_its_end(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    fired = Decision("meta", "fired", "purchase")

    async def work(outbox: Outbox) -> None:
        known = {"identifiers": ("#em", "client_ip_address"), "limited": True}
        await outbox.put([entry(number, record=record(number, fired), **known) for number in range(10)])
        await outbox.put([entry(0, record=record(0, fired)), entry(1)])
        await outbox.later(await take(outbox, count=1), NOW + 1, 503, "busy")
        await outbox.done(await take(outbox, count=3, now=NOW + 2))
        await outbox.bury(await take(outbox, count=2), 400, "no email", NOW)
        outbox.note(
            record(90, Decision("meta", "suppressed", "no event_id"), Decision("ga4", "blocked", "blocked by bot"))
        )

    lived(path, work)
    assert outcomes(path) == {"delivered": 3, "suppressed": 3, "dead": 2, "pending": 5, "blocked": 1}
    proof = {one.destination: one for one in prove(path)}
    assert all(one.balanced for one in proof.values())
    assert (proof["123"].suppressed, proof[""].suppressed) == (2, 1)
    tried = next(one for one in told(path) if one.outcome == "delivered" and one.event_id == "order-0")
    assert (tried.attempts, tried.status, tried.reason, tried.order_id) == (2, 503, "busy", "T0")
    assert [(one.time, one.status, one.reason) for one in tried.history] == [(NOW, 503, "busy")]
    assert tried.profile.identifiers == ("#em", "client_ip_address")
    assert tried.profile.limited
    assert tried.profile.decisions == (fired,)
    assert tried.to_json()["consent"]["ad_user_data"] == {"state": "granted", "source": "trigger accepted"}
    unknown = next(one for one in told(path) if one.outcome == "suppressed" and one.event_id == "order-1")
    assert (unknown.reason, unknown.to_json()["consent"]) == ("same event_id already accepted", {})


def test_a_dead_letter_that_is_sent_again_is_there_once_and_one_that_is_purged_stays(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def die(outbox: Outbox) -> None:
        await outbox.put([entry(number, record=record(number)) for number in range(3)])
        await outbox.bury(await take(outbox), 400, "no email", NOW + 3)

    async def deliver(outbox: Outbox) -> None:
        await outbox.done(await take(outbox, now=NOW + 9))

    lived(path, die)
    assert list(redrive(path, NOW + 5, Letters(), 1)) == [1]
    assert list(purge(path, Letters(), 1)) == [1]
    assert outcomes(path) == {"pending": 1, "dead": 2}
    lived(path, deliver, now=NOW + 9)
    assert outcomes(path) == {"delivered": 1, "dead": 2}
    (proof,) = prove(path)
    assert proof.balanced
    purged = next(one for one in told(path) if one.event_id == "order-1")
    assert (purged.outcome, purged.reason, purged.status, purged.ended) == ("dead", "no email", 400, NOW + 3)
    sent = next(one for one in told(path) if one.outcome == "delivered")
    assert (sent.order_id, sent.attempts, sent.reason) == ("T0", 2, "no email")


def test_what_is_undone_is_not_in_the_ledger(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def work(outbox: Outbox) -> None:
        odd = entry(2, body="text", record=record(2, Decision("meta", "fired", "new")))
        results = await asyncio.gather(outbox.put([entry(1)]), outbox.put([odd]), return_exceptions=True)
        assert [isinstance(one, Exception) for one in results] == [False, True]
        await outbox.put([entry(3, record=record(3, Decision("meta", "fired", "new")))])
        await outbox.done(await take(outbox))

    lived(path, work)
    assert outcomes(path) == {"delivered": 2}
    assert told(path)[1].profile.decisions == (Decision("meta", "fired", "new"),)


@pytest.mark.parametrize("text", ["half \ud800", 'a"b\\c', "nul\x00", "line\nbreak", "é" * 100, ""])
def test_texts_of_any_sort_are_written_and_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "outbox.db"
    decision = Decision("meta", "no_consent", text)

    async def work(outbox: Outbox) -> None:
        odd = record(1, decision, order_id=text, client=text, event_id=text, event_name=text)
        await outbox.put([entry(1, event_id=text, event_name=text, client=text, record=odd)])
        await outbox.put([entry(1, event_id=text, event_name=text, client=text, record=odd)])
        await outbox.done(await take(outbox))
        outbox.note(odd)

    lived(path, work)
    clean = text.encode("utf-8", "replace").decode()
    found = told(path)
    assert {(one.event_id, one.order_id, one.client, one.event_name) for one in found} == {(clean,) * 4}
    assert next(one.reason for one in found if one.outcome == "no_consent") == clean
    if text:
        assert {one.event_id for one in told(path, reference=clean)} == {clean}


async def one_by_one(outbox: Outbox) -> None:
    """So many payloads, each accepted and delivered by itself, that their pages are folded."""
    for number in range(FOLDED):
        await outbox.put([entry(number, time=NOW + number, record=record(number))])
        await outbox.done(await take(outbox))
    await outbox.refresh()


def test_many_small_pages_are_folded_into_few_without_a_change_to_what_they_say(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    lived(path, one_by_one)
    assert pages(path) == [("delivered", FOLDED, 0)]
    found = told(path)
    assert [one.event_id for one in found] == [f"order-{number}" for number in range(FOLDED)]
    assert [one.time for one in found] == [NOW + number for number in range(FOLDED)]
    assert {one.ended for one in found} == {NOW}
    assert len({one.payload for one in found}) == FOLDED


def test_a_large_page_is_kept_packed(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def work(outbox: Outbox) -> None:
        await outbox.put([entry(number) for number in range(500)])
        await outbox.done(await take(outbox, count=500))

    lived(path, work)
    assert pages(path) == [("delivered", 500, 0)]
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT size FROM ledger").fetchone()[0] < 500 * 30


def test_what_is_older_than_it_is_kept_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def work(outbox: Outbox) -> None:
        await outbox.put([entry(1, time=NOW - 9 * DAY)])
        await outbox.done(await take(outbox))
        await outbox.put([entry(2, time=NOW - 2 * DAY)])
        await outbox.done(await take(outbox))
        await outbox.refresh()

    lived(path, work, keep=7 * DAY)
    assert [one.event_id for one in told(path)] == ["order-2"]


def test_beyond_its_bytes_the_oldest_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def work() -> None:
        outbox = open_outbox(f"sqlite:{path}", clock=lambda: NOW, ledger=(1e9, 300))
        await outbox.open()
        for number in range(5):
            await outbox.put([entry(number, time=NOW + number)])
            await outbox.done(await take(outbox))
        await outbox.refresh()
        await outbox.close()

    asyncio.run(work())
    kept = [one.event_id for one in told(path)]
    assert 1 <= len(kept) < 5
    assert kept == [f"order-{number}" for number in range(5 - len(kept), 5)]


def test_of_a_damaged_file_the_ledger_is_salvaged_with_what_its_numbers_mean(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    lived(path, one_by_one)

    async def more(outbox: Outbox) -> None:
        outbox.note(record(1, Decision("meta", "blocked", "blocked by bot")))
        await outbox.put([entry(9001, identifiers=("#em",), record=record(9001, Decision("meta", "fired", "all")))])

    lived(path, more)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'seen'").fetchone()
    connection.close()
    content = bytearray(path.read_bytes())
    content[4096 * (page - 1) : 4096 * page] = b"\xa5" * 4096
    path.write_bytes(content)

    async def survive() -> None:
        outbox = open_outbox(f"sqlite:{path}", clock=lambda: NOW)
        assert "set aside" in await outbox.open()
        await soon(lambda: any("salvage" in notice for notice in outbox.notices()))
        await outbox.close()

    asyncio.run(survive())
    assert outcomes(path) == {"delivered": FOLDED, "blocked": 1, "pending": 1}
    (waiting,) = told(path, outcome="pending")
    assert (waiting.order_id, waiting.profile.identifiers) == ("T9001", ("#em",))
    assert waiting.profile.decisions == (Decision("meta", "fired", "all"),)


def test_events_are_noted_while_the_disk_stands_still_and_written_when_it_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def work(outbox: Outbox) -> None:
        await outbox.put([entry(1)])
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        for number in range(3):
            outbox.note(record(number, Decision("meta", "blocked", "blocked by bot")))
        holder.execute("ROLLBACK")
        holder.close()
        await outbox.status()

    lived(path, work)
    assert outcomes(path) == {"pending": 1, "blocked": 3}


def test_a_file_of_the_version_before_keeps_what_it_holds_and_begins_a_ledger(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    taken: list[Parcel] = []

    async def put(outbox: Outbox) -> None:
        await outbox.put([entry(1)])

    async def deliver(outbox: Outbox) -> None:
        taken.extend(await take(outbox))
        await outbox.done(taken)

    lived(path, put)
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "DROP TABLE ledger; DROP TABLE profiles; DROP TABLE ledger_lacks; DROP TABLE set_aside; "
            "ALTER TABLE destinations DROP COLUMN parked_at; "
            "ALTER TABLE destinations DROP COLUMN type; PRAGMA user_version = 2;"
            + "".join(
                f"ALTER TABLE {table} DROP COLUMN {column};"
                for table in ("pending", "dead")
                for column in ("profile", "order_id")
            )
        )
    connection.close()
    lived(path, deliver)
    assert json.loads(taken[0].body) == {"number": 1}
    (only,) = told(path)
    assert (only.outcome, only.event_id, only.order_id, only.profile.identifiers) == ("delivered", "order-1", "", ())
