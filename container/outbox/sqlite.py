"""The SQLite outbox: the verbs on one file, each on its way to the thread that writes it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from container.component import Entry
from container.outbox.books import Name
from container.outbox.clock import WatchedClock
from container.outbox.database import LONGEST_LOG, SHORTEST_LOG, Database
from container.outbox.ledger import KEPT
from container.outbox.ledger import MOST_BYTES as MOST_LEDGER_BYTES
from container.outbox.notes import Notes
from container.outbox.outbox import (
    Group,
    Outbox,
    OutboxError,
    OutboxFull,
    OutboxUnavailable,
    Parcel,
    Status,
    Taken,
    Which,
)
from container.outbox.recovery import Recovery
from container.outbox.salvaging import SalvagingStore
from container.outbox.sibling import Sibling
from container.outbox.store import TOO_OLD
from container.outbox.writer import Job, Writer
from container.record import EventRecord

MOST_BYTES = 8 * 1024**3
"""Bytes the file may fill unless told otherwise: about ten million payloads."""

MOST_PENDING = 10_000_000
"""Payloads that may be pending unless told otherwise."""

_LOGS_SHARE = 16
"""The part of the bytes it may fill that is set apart for the log."""

_FOLDED_ABOVE = 1024 * 1024
"""Bytes of the log that are folded into the file while no hits come."""

_MOST_WAITING = 20_000
"""Calls that may wait for the disk: when it stands still, hits are refused rather than heaped up in memory."""


class SqliteOutbox(Outbox):
    """An outbox in one SQLite file, in WAL mode with ``synchronous=FULL``: what was put survives a power cut.

    Hits that wait for one another share a commit, so the busier the server, the cheaper each. ``max_bytes`` bounds the
    file with everything in it, the dead and its log too, and ``max_pending`` the payloads that wait; beyond, ``put``
    refuses. What waited for ``max_age`` seconds is dead. ``siblings`` are the other workers' files, whose events are
    known. ``deaths`` is added to whenever payloads die, by the writer thread. ``types`` are those of the tags by name.
    """

    def __init__(
        self,
        path: Path,
        max_bytes: int = MOST_BYTES,
        max_pending: int = MOST_PENDING,
        max_age: float = 0.0,
        worker: int = 0,
        siblings: Sequence[Path] = (),
        clock: Callable[[], float] = time.time,
        ledger: tuple[float, int] = (KEPT, MOST_LEDGER_BYTES),
        deaths: Counter[Name] | None = None,
        types: Mapping[str, str] | None = None,
    ) -> None:
        self.path = path
        self._max_age = max_age
        self._clock = WatchedClock(clock)
        log = max(SHORTEST_LOG, min(LONGEST_LOG, max_bytes // _LOGS_SHARE))
        self._database = Database(path, log)
        known = [Sibling(one) for one in siblings]
        self._store = SalvagingStore(
            self._database, max_bytes - min(log, max_bytes // 2), max_pending, worker, known, ledger, deaths, types
        )
        self._notices: list[str] = []
        self._writer = Writer(path, self._store)
        self._jobs = self._writer.jobs
        self._notes = Notes(self._writer, self._store.note)
        self._ask = self._writer.ask
        self._recovery = Recovery(path, self._store, self._ask)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def open(self) -> str:
        try:
            self._database.lock()
        except OSError as error:
            self._writer.trouble = self._writer.unavailable(error)
        self._writer.start()
        self._notes.start()
        self._loop = asyncio.get_running_loop()
        try:
            await self._ask(self._store.open, reads=True)
        except OutboxUnavailable as error:
            self._writer.trouble = str(error)
            return str(error)
        self._recovery.begin()
        return "; ".join(self.notices())

    async def close(self) -> None:
        await self._last_look()
        await self._recovery.stop()
        await self._notes.settle()
        self._loop = None
        if await self._writer.stop():
            self._database.unlock()

    async def _last_look(self) -> None:
        """Set a file aside that was damaged meanwhile, as long as memory knows what was waiting in it."""
        for _ in range(2):  # the first meets the damage, the second begins a new file
            try:
                await self._ask(self._store.refresh, reads=True)
            except OutboxError:
                continue
            return

    async def put(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        loop = self._loop
        if loop is None:
            raise OutboxUnavailable(f"outbox {self.path}: not open")
        if self._jobs.qsize() > _MOST_WAITING:
            raise OutboxFull(f"outbox {self.path}: the disk does not keep up")
        future = loop.create_future()
        self._jobs.put(Job(future, entries))
        await future

    async def take(
        self,
        tag: str,
        destination: str,
        count: int,
        size: int,
        now: float,
        which: Which = "due",
        accepted_before: float = 0.0,
    ) -> Taken:
        def work() -> Taken:
            return self._store.take(tag, destination, count, size, now, which, accepted_before)

        taken: Taken = await self._ask(work, reads=True)
        return taken

    async def done(self, parcels: Sequence[Parcel]) -> None:
        await self._ask(lambda: self._store.done(parcels, self._clock.now()))

    async def later(self, parcels: Sequence[Parcel], due: float, status: int, reason: str) -> None:
        await self._ask(lambda: self._store.later(parcels, due, status, reason, self._clock.now()))

    async def bury(self, parcels: Sequence[Parcel], status: int, reason: str, now: float, *, sent: bool = True) -> None:
        await self._ask(lambda: self._store.bury(parcels, status, reason, now, sent))

    def release(self, parcels: Sequence[Parcel]) -> None:
        self._jobs.put(Job(None, work=lambda: self._store.release(parcels), reads=True))

    def note(self, record: EventRecord) -> None:
        self._notes.add(record)

    async def park(self, tag: str, destination: str, reason: str) -> None:
        await self._ask(lambda: self._store.park(tag, destination, reason, self._clock.now()))

    async def unpark(self, tag: str, destination: str, now: float) -> None:
        await self._ask(lambda: self._store.unpark(tag, destination, now))

    async def retype(self, types: Mapping[str, str]) -> None:
        await self._writer.between(lambda: self._store.retype(types))

    async def refresh(self) -> None:
        try:
            await self._ask(self._store.refresh, reads=True)
        except OutboxError as error:
            self._writer.trouble = str(error)
            raise
        # While hits come they tell; without them somebody must ask, or a server would be ready that can take none.
        writer = self._writer
        idle, writer.put_lately = not writer.put_lately, False
        if self._writer.trouble or idle:
            try:
                await self._ask(self._store.probe)
                self._writer.trouble = ""
            except OutboxError as error:
                self._writer.trouble = str(error)
        self._recovery.begin()
        self._notes.again()
        if self._notes.lost:
            lost, self._notes.lost = self._notes.lost, 0
            self._notices.append(
                f"outbox {self.path}: {lost} events without a payload could not be entered in the ledger"
            )
        if idle:
            with suppress(OutboxError):  # it can wait
                longest = min(_FOLDED_ABOVE, self._database.longest_log // 2)
                await self._ask(lambda: self._store.fold(longest), reads=True)
        set_by = self._clock.look()
        if set_by:
            self._notices.append(f"outbox {self.path}: {set_by}")
        if self._clock.steady():
            if self._max_age:
                died = await self._ask(lambda: self._store.expire(self._max_age, self._clock.now()))
                if died:
                    self._notices.append(f"outbox {self.path}: {died} payloads are dead, {TOO_OLD}")
            with suppress(OutboxError):  # it can wait for a disk that does not take it
                if not self._writer.trouble and await self._ask(
                    lambda: self._store.untidy(self._clock.now()), reads=True
                ):
                    await self._ask(lambda: self._store.tidy(self._clock.now()))

    def groups(self) -> Mapping[tuple[str, str], Group]:
        return self._store.groups

    async def status(self) -> Status:
        await self._notes.settle()
        status: Status = await self._ask(self._store.status, reads=True)
        return status

    def trouble(self) -> str:
        return self._writer.trouble

    def notices(self) -> list[str]:
        notices, self._database.notices = [*self._database.notices, *self._notices, *self._recovery.notices], []
        self._notices, self._recovery.notices = [], []
        return notices
