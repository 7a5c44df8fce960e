"""A tag that becomes one of another type: what it made before is kept apart, whatever the outbox is made of."""

from __future__ import annotations

import asyncio
from pathlib import Path

from container.outbox import Outbox
from tests.outbox.engine import Engine
from tests.outbox.entries import NOW, account, entry, take

META, GA4 = {"meta": "meta_capi"}, {"meta": "ga4"}
APART = "meta (meta_capi)"


async def bodies(outbox: Outbox, tag: str = "meta") -> list[bytes]:
    """What is pending under a name, as it would be sent; put back at once."""
    taken = await take(outbox, tag=tag)
    outbox.release(taken)
    return [one.body for one in taken]


class Retyped(Engine):
    """The type of what is kept."""

    def test_what_waits_when_a_tag_is_of_another_type_is_kept_apart_from_what_it_makes_now(
        self, tmp_path: Path
    ) -> None:
        async def before(outbox: Outbox) -> None:
            await outbox.retype(META)
            await outbox.put([entry(1), entry(2)])
            await outbox.bury(await take(outbox, count=1), 400, "no email", NOW)
            await outbox.park("meta", "123", "token refused")

        async def after(outbox: Outbox) -> None:
            await outbox.retype(GA4)
            (said,) = outbox.notices()
            assert "the tag meta was of type meta_capi when it made 1 pending payload and 1 dead letter" in said
            assert f"kept under '{APART}', and go on when it is of type meta_capi again" in said
            await outbox.put([entry(3)])
            assert (await bodies(outbox), await bodies(outbox, APART)) == ([b'{"number":3}'], [b'{"number":2}'])
            now, was = await account(outbox), await account(outbox, APART)
            assert [(one.accepted, one.pending, one.dead, one.parked) for one in (now, was)] == [
                (1, 1, 0, ""), (2, 1, 1, "")
            ]  # fmt: skip

        async def later(outbox: Outbox) -> None:
            await outbox.retype(GA4)
            assert outbox.notices() == []
            assert (await bodies(outbox), await bodies(outbox, APART)) == ([b'{"number":3}'], [b'{"number":2}'])

        self.run(tmp_path, before, after, later)

    def test_it_goes_on_when_the_tag_is_of_its_type_again_and_then_the_other_waits(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.retype(META)
            await outbox.put([entry(1), entry(2)])
            await outbox.retype(GA4)
            await outbox.put([entry(3)])
            await outbox.retype(META)
            assert await bodies(outbox) == [b'{"number":1}', b'{"number":2}']
            assert await bodies(outbox, "meta (ga4)") == [b'{"number":3}']
            assert outbox.groups()["meta", "123"].pending == 2
            assert (APART, "123") not in [
                name for name, group in outbox.groups().items() if group.pending or group.parked
            ]
            await outbox.done(await take(outbox))
            await outbox.put([entry(4)])
            await outbox.retype(GA4)
            assert (await bodies(outbox), await bodies(outbox, APART)) == ([b'{"number":3}'], [b'{"number":4}'])
            assert [one.delivered for one in (await account(outbox, APART), await account(outbox))] == [2, 0]

        async def again(outbox: Outbox) -> None:
            await outbox.retype(META)
            assert await bodies(outbox) == [b'{"number":4}']
            await outbox.put([entry(5)])
            assert await bodies(outbox) == [b'{"number":4}', b'{"number":5}']

        self.run(tmp_path, work, again)

    def test_what_was_put_before_and_after_is_told_apart_when_all_is_under_way_at_once(self, tmp_path: Path) -> None:
        async def work(outbox: Outbox) -> None:
            await outbox.retype(META)
            calls = [
                outbox.put([entry(1)]), outbox.put([entry(2)]), outbox.retype(GA4), outbox.put([entry(3)]),
                outbox.retype(META), outbox.put([entry(4)]),
            ]  # fmt: skip
            await asyncio.gather(*calls)
            assert await bodies(outbox) == [b'{"number":1}', b'{"number":2}', b'{"number":4}']
            assert await bodies(outbox, "meta (ga4)") == [b'{"number":3}']

        self.run(tmp_path, work)

    def test_where_nothing_is_kept_the_books_go_on_under_the_tags_name(self, tmp_path: Path) -> None:
        async def before(outbox: Outbox) -> None:
            await outbox.retype(META)
            await outbox.put([entry(1)])
            await outbox.done(await take(outbox))

        async def after(outbox: Outbox) -> None:
            await outbox.retype(GA4)
            assert outbox.notices() == []
            await outbox.put([entry(2)])
            assert ((await account(outbox)).accepted, len((await outbox.status()).accounts)) == (2, 1)

        self.run(tmp_path, before, after)

    def test_what_nobody_knows_the_type_of_is_taken_for_what_the_tag_is(self, tmp_path: Path) -> None:
        async def before(outbox: Outbox) -> None:
            await outbox.put([entry(1)])

        async def after(outbox: Outbox) -> None:
            await outbox.retype(META)
            assert await bodies(outbox) == [b'{"number":1}']
            await outbox.retype(GA4)
            assert (await bodies(outbox), await bodies(outbox, APART)) == ([], [b'{"number":1}'])

        self.run(tmp_path, before, after)
