"""A tag of another type over a restart: the file tells what its former type made, for commands too."""

from __future__ import annotations

import asyncio
from pathlib import Path

from container.outbox import Outbox, open_outbox
from container.outbox.dead import Choice, redrive
from container.outbox.prove import prove
from tests.outbox.entries import NOW, entry, take


def life(folder: Path, kind: str, *, put: int = 0, bury: bool = False) -> dict[tuple[str, str], int]:
    """Open the outbox with the tag of a type, put a payload, let it die; what is pending when it closes."""

    async def work() -> dict[tuple[str, str], int]:
        outbox: Outbox = open_outbox(f"sqlite:{folder / 'outbox.db'}", types={"meta": kind})
        await outbox.open()
        if put:
            await outbox.put([entry(put)])
        if bury:
            await outbox.bury(await take(outbox), 400, "no email", NOW)
        found = {name: group.pending for name, group in outbox.groups().items()}
        await outbox.close()
        return found

    return asyncio.run(work())


def test_dead_letters_that_are_sent_again_are_not_sent_by_the_other_type(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    life(tmp_path, "meta_capi", put=1, bury=True)
    assert life(tmp_path, "ga4", put=2) == {("meta (meta_capi)", "123"): 0, ("meta", "123"): 1}
    assert sum(redrive(path, NOW, Choice())) == 1
    assert life(tmp_path, "ga4") == {("meta (meta_capi)", "123"): 1, ("meta", "123"): 1}
    assert all(one.balanced for one in prove(path))
    assert life(tmp_path, "meta_capi") == {("meta", "123"): 1, ("meta (ga4)", "123"): 1}
    assert all(one.balanced for one in prove(path))


def test_what_is_brought_back_of_a_damaged_file_as_kept_apart_goes_back_too(tmp_path: Path) -> None:
    async def bring_back() -> None:
        outbox = open_outbox(f"sqlite:{tmp_path / 'outbox.db'}", types={"meta": "ga4"})
        await outbox.open()
        await outbox.put([entry(1, tag="meta (meta_capi)"), entry(2)])
        await outbox.close()

    asyncio.run(bring_back())
    assert life(tmp_path, "meta_capi") == {("meta", "123"): 1, ("meta (ga4)", "123"): 1}


def test_a_place_that_is_taken_is_left_alone_and_the_outbox_opens(tmp_path: Path) -> None:
    async def unknown() -> None:
        outbox = open_outbox(f"sqlite:{tmp_path / 'outbox.db'}", types={"other": "log"})
        await outbox.open()
        await outbox.put([entry(3)])
        await outbox.close()

    life(tmp_path, "meta_capi", put=1)
    life(tmp_path, "ga4")
    asyncio.run(unknown())
    assert life(tmp_path, "meta_capi") == {("meta (meta_capi)", "123"): 1, ("meta", "123"): 1}
