"""Adoption: outbox files that no worker has any more are delivered to the end by one that is there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from container.delivery import Delivery
from container.outbox import Outbox, OutboxError
from container.outbox.accounts import accounts
from container.outbox.files import files_of
from container.outbox.outbox import Account
from container.web.workers import Workers

EVERY = 1.0
"""Seconds between two looks at who is there."""

SEARCH_EVERY = 5
"""Looks between two searches for files to adopt."""

log = logging.getLogger("tagdock")


@dataclass(slots=True)
class Adopted:
    """A file of another worker, open and being delivered."""

    outbox: Outbox
    delivery: Delivery


class Adoption:
    """Takes over the files of workers that are not there, one process a file by the file's own lock.

    ``open`` gives the outbox and the delivery of a worker's number. A file is let go as soon as nothing in it is
    pending, or when its worker is about to be back.
    """

    def __init__(
        self,
        store: str,
        workers: Workers,
        open_file: Callable[[int], tuple[Outbox, Delivery]],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.adopted: dict[int, Adopted] = {}
        self._store = store
        self._workers = workers
        self._open = open_file
        self._sleep = sleep

    async def run(self) -> None:
        """Look for files and deliver them, until cancelled."""
        look, before = 0, None
        while True:
            there = [self._workers.there(number) for number in range(self._workers.count)]
            try:
                await self.step(search=look % SEARCH_EVERY == 0 or there != before)
            except (OutboxError, OSError) as error:
                log.error("%s", error)
            look, before = look + 1, there
            await self._sleep(EVERY)

    async def step(self, search: bool = True) -> None:
        """Let go of what is done or wanted back; adopt what is nobody's and has something pending."""
        for number, one in list(self.adopted.items()):
            empty = not any(group.pending for group in one.outbox.groups().values())
            if empty or self._workers.there(number):
                await self._let_go(number, 0.0)
                log.info("the outbox of worker %d is %s", number, "delivered" if empty else "given back")
        if search:
            for number, path in (await asyncio.to_thread(self.orphans)).items():
                if number not in self.adopted and await asyncio.to_thread(_waiting, path):
                    await self._adopt(number)

    async def close(self, grace: float) -> None:
        """Deliver what can be delivered within ``grace`` seconds, then let go of every file."""
        await asyncio.gather(*(self._let_go(number, grace) for number in list(self.adopted)))

    def orphans(self) -> dict[int, Path]:
        """The files of workers that are not there."""
        return {number: path for number, path in files_of(self._store).items() if not self._workers.there(number)}

    def accounts(self) -> dict[int, list[Account]]:
        """The books of the files that are nobody's, as far as they can be read."""
        found: dict[int, list[Account]] = {}
        for number, path in self.orphans().items():
            try:
                found[number] = accounts(path)
            except OutboxError as error:
                log.warning("%s", error)
        return found

    async def unpark(self) -> None:
        """Let parked destinations go on, as delivery does when a configuration was taken over."""
        for one in self.adopted.values():
            await one.delivery.unpark()

    async def _adopt(self, number: int) -> None:
        outbox, delivery = self._open(number)
        try:
            odd = await outbox.open()
        except OutboxError:
            return  # another worker was first
        if odd:
            log.warning("%s", odd)
        log.warning("the outbox of worker %d has nobody who delivers it; this worker does", number)
        await delivery.start()
        self.adopted[number] = Adopted(outbox, delivery)

    async def _let_go(self, number: int, grace: float) -> None:
        one = self.adopted.pop(number)
        await one.delivery.stop(grace)
        await one.outbox.close()


def _waiting(path: Path) -> bool:
    try:
        return any(account.pending for account in accounts(path))
    except OutboxError:
        return False  # it is being made or mended; it is looked at again
