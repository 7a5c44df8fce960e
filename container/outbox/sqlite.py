"""The SQLite outbox: one file, and one writer thread that commits whatever came while its last commit ran."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from container.component import Entry
from container.outbox.books import Name
from container.outbox.clock import WatchedClock
from container.outbox.database import LONGEST_LOG, SHORTEST_LOG, Database, in_words, is_broken
from container.outbox.ledger import KEPT
from container.outbox.ledger import MOST_BYTES as MOST_LEDGER_BYTES
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
from container.record import EventRecord

MOST_BYTES = 8 * 1024**3
"""Bytes the file may fill unless told otherwise: about ten million payloads."""

MOST_PENDING = 10_000_000
"""Payloads that may be pending unless told otherwise."""

_LOGS_SHARE = 16
"""The part of the bytes it may fill that is set apart for the log."""

_FOLDED_ABOVE = 1024 * 1024
"""Bytes of the log that are folded into the file while no hits come."""

_FOLDED_AT_CLOSE = 1.0
"""Seconds a look of another worker or a command may hold up the folding of the log at the end."""

_MOST_WAITING = 20_000
"""Calls that may wait for the disk: when it stands still, hits are refused rather than heaped up in memory."""

_NOTED_WITHIN = 1.0
"""Seconds an event's record waits for others before it is written."""

_NOTED_AT_ONCE = 500
_MOST_NOTED = 20_000
"""Records that may wait for the disk; beyond, the oldest are lost, which is told."""

_CALLERS_FAULT = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.DataError)

Answers = list[tuple["Job", Any, BaseException | None]]


@dataclass(slots=True, eq=False)
class Job:
    """One call on its way to the writer thread: entries to put, or ``work`` to do inside or after the transaction."""

    future: asyncio.Future[Any] | None
    entries: Sequence[Entry] = ()
    work: Callable[[], Any] | None = None
    reads: bool = False


class SqliteOutbox(Outbox):
    """An outbox in one SQLite file, in WAL mode with ``synchronous=FULL``: what was put survives a power cut.

    Hits that wait for one another share a commit, so the busier the server, the cheaper each. ``max_bytes`` bounds the
    file with everything in it, the dead and its log too, and ``max_pending`` the payloads that wait; beyond, ``put``
    refuses. What waited for ``max_age`` seconds is dead. ``siblings`` are the other workers' files, whose events are
    known.
    ``deaths`` is added to whenever payloads die, by the writer thread.
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
    ) -> None:
        self.path = path
        self._max_age = max_age
        self._clock = WatchedClock(clock)
        log = max(SHORTEST_LOG, min(LONGEST_LOG, max_bytes // _LOGS_SHARE))
        self._database = Database(path, log)
        known = [Sibling(one) for one in siblings]
        self._store = SalvagingStore(
            self._database, max_bytes - min(log, max_bytes // 2), max_pending, worker, known, ledger, deaths
        )
        self._notices: list[str] = []
        self._recovery = Recovery(path, self._store, self._ask)
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._trouble = ""
        self._put_lately = False
        self._noted: list[EventRecord] = []
        self._noting: asyncio.Handle | None = None
        self._unwritten = 0

    async def open(self) -> str:
        self._loop = asyncio.get_running_loop()
        try:
            self._database.lock()
        except OSError as error:
            self._trouble = self._unavailable(error)
        self._thread = threading.Thread(target=self._write, name="outbox", daemon=True)
        self._thread.start()
        try:
            await self._ask(self._store.open, reads=True)
        except OutboxUnavailable as error:
            self._trouble = str(error)
            return str(error)
        self._recovery.begin()
        return "; ".join(self.notices())

    async def close(self) -> None:
        await self._last_look()
        await self._recovery.stop()
        if self._noted:
            await asyncio.gather(self._write_notes(), return_exceptions=True)
        thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            await asyncio.to_thread(thread.join)
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
        if self._thread is None or self._loop is None:
            raise OutboxUnavailable(f"outbox {self.path}: not open")
        if self._jobs.qsize() > _MOST_WAITING:
            raise OutboxFull(f"outbox {self.path}: the disk does not keep up")
        future = self._loop.create_future()
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
        self._noted.append(record)
        if len(self._noted) == _NOTED_AT_ONCE:
            self._write_notes()
        elif self._noting is None and self._loop is not None:
            self._noting = self._loop.call_later(_NOTED_WITHIN, self._write_notes)

    async def park(self, tag: str, destination: str, reason: str) -> None:
        await self._ask(lambda: self._store.park(tag, destination, reason, self._clock.now()))

    async def unpark(self, tag: str, destination: str, now: float) -> None:
        await self._ask(lambda: self._store.unpark(tag, destination, now))

    async def refresh(self) -> None:
        try:
            await self._ask(self._store.refresh, reads=True)
        except OutboxError as error:
            self._trouble = str(error)
            raise
        # While hits come they tell; without them somebody must ask, or a server would be ready that can take none.
        idle, self._put_lately = not self._put_lately, False
        if self._trouble or idle:
            try:
                await self._ask(self._store.probe)
                self._trouble = ""
            except OutboxError as error:
                self._trouble = str(error)
        self._recovery.begin()
        if self._noted and self._noting is None:
            self._write_notes()
        if self._unwritten:
            lost, self._unwritten = self._unwritten, 0
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
                if not self._trouble and await self._ask(lambda: self._store.untidy(self._clock.now()), reads=True):
                    await self._ask(lambda: self._store.tidy(self._clock.now()))

    def groups(self) -> Mapping[tuple[str, str], Group]:
        return self._store.groups

    async def status(self) -> Status:
        if self._noted:
            await asyncio.gather(self._write_notes(), return_exceptions=True)
        status: Status = await self._ask(self._store.status, reads=True)
        return status

    def trouble(self) -> str:
        return self._trouble

    def notices(self) -> list[str]:
        notices, self._database.notices = [*self._database.notices, *self._notices, *self._recovery.notices], []
        self._notices, self._recovery.notices = [], []
        return notices

    def _write_notes(self) -> asyncio.Future[Any]:
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
                kept = noted[-_MOST_NOTED:] if isinstance(error, OutboxUnavailable) else []
                self._unwritten += len(noted) - len(kept)
                self._noted[:0] = kept

        future.add_done_callback(ended)
        self._jobs.put(Job(future, work=lambda: self._store.note(noted)))
        return future

    async def _ask(self, work: Callable[[], Any], reads: bool = False) -> Any:
        if self._thread is None or self._loop is None:
            raise OutboxUnavailable(f"outbox {self.path}: not open")
        future = self._loop.create_future()
        self._jobs.put(Job(future, work=work, reads=reads))
        return await future

    # below: the writer thread

    def _write(self) -> None:
        closing = False
        while not closing:
            jobs = [self._jobs.get()]
            jobs += [self._jobs.get() for _ in range(self._jobs.qsize())]
            closing = None in jobs
            writes = [job for job in jobs if job is not None and not job.reads]
            if writes:
                self._answer(self._commit(writes))
            # Reads come after the commit: nothing may be sent that could still be undone.
            answers = [self._read(job) for job in jobs if job is not None and job.reads]
            if answers:
                self._answer(answers)
        with suppress(sqlite3.Error, OSError):  # the next start does it
            self._store.fold(wait=_FOLDED_AT_CLOSE)
        self._store.close()

    def _commit(self, jobs: list[Job]) -> Answers:
        try:
            self._store.begin()
            entries = [entry for job in jobs for entry in job.entries]
            if entries:
                self._store.put(entries)
            results = [job.work() if job.work else None for job in jobs]
            self._store.commit()
        except Exception as error:  # noqa: BLE001 - whatever it is, the waiting calls are told and the thread lives on
            told = self._failed(error)
            if len(jobs) > 1:
                # One call's trouble is not another's; and a full disk may still take a deletion.
                return [answer for job in jobs for answer in self._commit([job])]
            if jobs[0].entries:
                self._trouble = str(told)
            return [(jobs[0], None, told)]
        if entries:
            self._trouble = ""
            self._put_lately = True
        return [(job, result, None) for job, result in zip(jobs, results, strict=True)]

    def _read(self, job: Job) -> tuple[Job, Any, BaseException | None]:
        try:
            return job, job.work() if job.work else None, None
        except Exception as error:  # noqa: BLE001 - as above
            return job, None, self._failed(error)

    def _failed(self, error: Exception) -> Exception:
        """Clean up after a failure and put it in the words of the outbox."""
        if isinstance(error, sqlite3.Error | OSError) and not isinstance(error, _CALLERS_FAULT):
            if is_broken(error):
                self._database.distrust()
            # A connection that met an error of the disk is not trusted again: the next call makes a new one.
            self._store.close()
            return OutboxUnavailable(self._unavailable(error))
        self._store.rollback()
        return error if isinstance(error, OutboxError) else OutboxError(f"outbox {self.path}: {type(error).__name__}")

    def _unavailable(self, error: BaseException) -> str:
        return f"outbox {self.path}: {in_words(error)}"

    def _answer(self, answers: Answers) -> None:
        """Tell the callers, all by one call into their loop."""
        if self._loop is None:
            return
        try:
            self._loop.call_soon_threadsafe(_resolve, answers)
        except RuntimeError:  # the loop is closed: nobody waits any more
            self._loop = None


def _resolve(answers: Answers) -> None:
    for job, result, error in answers:
        future = job.future
        if future is None or future.done():
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
