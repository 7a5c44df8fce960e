"""The accounting: the numbers of one worker, and of the files that are nobody's, as they are scraped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from container.config.document import DeliverySection
from container.metrics import Metrics, Standing
from container.outbox.accounts import joined
from container.outbox.aside import standing
from container.outbox.limits import share
from container.outbox.outbox import Account, Outbox, Status
from container.web.adoption import Adoption
from container.web.workers import Workers


class Accounting:
    """Puts ``metrics`` together with the books of the files they are about."""

    def __init__(
        self,
        metrics: Metrics,
        outbox: Outbox,
        adoption: Adoption,
        settings: DeliverySection,
        workers: Workers,
        clock: Callable[[], float],
    ) -> None:
        self._metrics = metrics
        self._outbox = outbox
        self._adoption = adoption
        self._settings = settings
        self._workers = workers
        self._clock = clock
        metrics.standing = self._standing

    async def numbers(self) -> bytes:
        """The numbers of this worker; a server with one process counts the files that are nobody's among its own."""
        books = self._outbox.status if self._workers.count > 1 else self._books
        return await self._metrics.render(books, self._clock())

    async def orphans(self) -> dict[int, bytes]:
        """The numbers of the files that are nobody's."""
        found = await asyncio.to_thread(self._adoption.accounts)

        async def status(accounts: list[Account], size: int) -> Status:
            return Status(accounts, size)

        sizes = {number: path.stat().st_size for number, path in self._adoption.orphans().items()}
        texts: dict[int, bytes] = {}
        for number, accounts in found.items():
            metrics, store = Metrics(), self._settings.store
            metrics.standing = partial(Standing, set_aside=len(standing(store, [number])))
            texts[number] = await metrics.render(partial(status, accounts, sizes.get(number, 0)), self._clock())
        return texts

    def _standing(self) -> Standing:
        """How it stands with this worker's file; a server with one process tells of every file there is."""
        settings, workers = self._settings, self._workers.count
        numbers = [self._workers.index] if workers > 1 else None
        return Standing(
            ready=not self._outbox.trouble(),
            limit_bytes=share(settings.limit.bytes, workers),
            limit_payloads=share(settings.limit.payloads, workers),
            set_aside=len(standing(settings.store, numbers)),
        )

    async def _books(self) -> Status:
        own = await self._outbox.status()
        others = await asyncio.to_thread(self._adoption.accounts)
        if not others:
            return own
        return Status(joined([*own.accounts, *(one for found in others.values() for one in found)]), own.size)
