"""Files that are damaged: set aside, salvaged as far as they can be read, and what cannot be is accounted for."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from container.outbox import Account, Outbox, OutboxUnavailable, open_outbox
from container.outbox.dead import letters
from container.outbox.outbox import LOST
from container.outbox.prove import prove, prove_file
from tests.outbox.entries import NOW, account, entry, take, with_outbox


async def many(outbox: Outbox) -> None:
    """3000 payloads of some hundred bytes each, 20 of them dead."""
    for start in range(0, 3000, 100):
        await outbox.put([entry(number, body=b'"%0300d"' % number) for number in range(start, start + 100)])
    await outbox.bury(await take(outbox, count=20), 400, "no email", NOW)


def damage(path: Path, at: float, pages: int = 1) -> None:
    content = bytearray(path.read_bytes())
    start = int(len(content) * at) // 4096 * 4096
    content[start : start + 4096 * pages] = b"\xa5" * 4096 * pages
    path.write_bytes(content)


def test_of_a_damaged_file_all_that_can_be_read_is_salvaged_and_what_cannot_is_said(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    with_outbox(path, many)
    for place in (0.3, 0.5, 0.7):
        damage(path, place)

    async def work() -> None:
        outbox = open_outbox(f"sqlite:{path}")
        said = await outbox.open()
        assert "was set aside as outbox.db.corrupt-" in said
        assert "salvaged" in said
        await outbox.put([entry(-1)])  # it takes new ones all the while
        notices: list[str] = []
        while not any("is finished" in one for one in notices):
            await outbox.refresh()
            notices += outbox.notices()
        books = await account(outbox)
        assert books.accepted == 3001
        assert 0 < books.lost < 100
        assert books.reasons["dead"] == {"no email": 20, LOST: books.lost}
        assert books.pending == 3001 - books.dead
        assert f"{books.pending - 1} payloads are pending again and 20 dead letters are kept" in notices[-1]
        assert f"{books.lost} payloads could not be read, they are dead: lost in a damaged file" in notices[-1]
        bodies = {parcel.body for parcel in await take(outbox, count=5000, size=10**9)}
        assert b'"%0300d"' % 20 in bodies, "from before the damage"
        assert b'"%0300d"' % 2999 in bodies, "and from behind it"
        assert len(bodies) > 2850, "and from between two damages"
        # What was delivered from the old file is known by its key, which was salvaged with the payload only.
        await outbox.put([entry(2999)])
        assert (await account(outbox)).suppressed == 1
        await outbox.close()

    asyncio.run(work())
    assert all(proof.balanced for proof in prove(path))
    assert {letter.reason for letter in letters(path)} == {"no email"}


def test_a_salvage_that_is_cut_short_says_so(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    with_outbox(path, many)
    damage(path, 0.5)

    async def work() -> list[str]:
        outbox = open_outbox(f"sqlite:{path}")
        await outbox.open()
        await outbox.close()
        return outbox.notices()

    (said,) = asyncio.run(work())
    assert "is not finished" in said
    assert all(proof.balanced for proof in prove(path))
    (aside,) = prove_file(path).asides
    assert (aside.finished, aside.stands) == (False, True)
    books = asyncio.run(salvaged(path))
    assert books.accepted == 3000, "the next start went on where this one ended, and took nothing twice"
    assert books.suppressed == 0
    assert books.pending + books.lost == 2980


async def salvaged(path: Path) -> Account:
    """The books once all is brought back that can be."""
    outbox = open_outbox(f"sqlite:{path}")
    await outbox.open()
    notices: list[str] = []
    while not any("is finished" in one for one in notices):
        await outbox.refresh()
        notices += outbox.notices()
    books = await account(outbox)
    await outbox.close()
    return books


def test_what_memory_knows_was_pending_is_lost_when_nothing_of_a_file_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"

    async def work(outbox: Outbox) -> None:
        await outbox.put([entry(number) for number in range(150)])
        await outbox.put([entry(1, tag="ga4", destination="")])
        await outbox.done(await take(outbox, count=30))
        with closing(sqlite3.connect(path)) as other:
            other.execute("UPDATE destinations SET purged = 0")  # so that the file is read again
            other.commit()
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        damage(path, 4096 / path.stat().st_size, pages=path.stat().st_size // 4096 - 1)
        with pytest.raises(OutboxUnavailable, match="malformed"):
            await outbox.put([entry(200)])
        notices: list[str] = []
        while not any("is finished" in one for one in notices):
            await outbox.refresh()
            notices += outbox.notices()
        books = await account(outbox)
        assert (books.accepted, books.dead, books.lost) == (120, 120, 120)
        assert (await account(outbox, tag="ga4", destination="")).lost == 1

    with_outbox(path, work)
    proven = prove_file(path)
    assert all(proof.balanced for proof in proven.proofs)
    (aside,) = proven.asides
    assert aside.stands
    assert aside.finished
    assert aside.lost == sum(proof.dead for proof in proven.proofs)
    path.with_name(aside.name).unlink()
    assert prove_file(path).asides == []


def test_of_a_file_that_is_no_database_nothing_is_salvaged_and_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    path.write_bytes(b"not a database at all" * 100)

    async def work() -> str:
        outbox = open_outbox(f"sqlite:{path}")
        await outbox.open()
        notices: list[str] = []
        while not notices:
            await outbox.refresh()
            notices = outbox.notices()
        await outbox.close()
        return notices[0]

    said = asyncio.run(work())
    assert ": 0 payloads are pending again and 0 dead letters are kept; how much else it held is not known" in said
