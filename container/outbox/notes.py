"""The notes: what the ledger is to know of events without a payload, on its way there about once a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from container.outbox.outbox import OutboxUnavailable
from container.outbox.writer import Job, Writer
from container.record import EventRecord

_WITHIN = 1.0
"""Seconds an event's record waits for others before it is written."""

_AT_ONCE = 500
_MOST = 20_000
"""Records that may wait for the disk; beyond, the oldest are lost, which is told."""


class Notes:
    """``enter`` writes records into the ledger, inside a transaction. ``lost`` counts those that could not be."""

    def __init__(self, writer: Writer, enter: Callable[[list[EventRecord]], None]) -> None:
        self.lost = 0
        self._writer = writer
        self._enter = enter
        self._noted: list[EventRecord] = []
        self._noting: asyncio.Handle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Begin, in the event loop that runs."""
        self._loop = asyncio.get_running_loop()

    def add(self, record: EventRecord) -> None:
        """Write it down soon."""
        self._noted.append(record)
        if len(self._noted) == _AT_ONCE:
            self.write()
        elif self._noting is None and self._loop is not None:
            self._noting = self._loop.call_later(_WITHIN, self.write)

    async def settle(self) -> None:
        """Write what waits now, as far as the disk takes it."""
        if self._noted:
            await asyncio.gather(self.write(), return_exceptions=True)

    def again(self) -> None:
        """Write what the disk did not take before."""
        if self._noted and self._noting is None:
            self.write()

    def write(self) -> asyncio.Future[Any]:
        """Enter what was noted in the ledger. While the disk does not take it, it waits, but not without bound."""
        if self._noting is not None:
            self._noting.cancel()
            self._noting = None
        noted, self._noted = self._noted, []
        assert self._loop is not None
        future = self._loop.create_future()

        def ended(done: asyncio.Future[Any]) -> None:
            error = done.exception()
            if error is not None:
                kept = noted[-_MOST:] if isinstance(error, OutboxUnavailable) else []
                self.lost += len(noted) - len(kept)
                self._noted[:0] = kept

        future.add_done_callback(ended)
        self._writer.jobs.put(Job(future, work=lambda: self._enter(noted)))
        return future
