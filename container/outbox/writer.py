"""The writer: the one thread that uses a store; it commits together whatever came while its last commit ran."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from container.component import Entry
from container.outbox.database import in_words, is_broken
from container.outbox.outbox import OutboxError, OutboxUnavailable
from container.outbox.salvaging import SalvagingStore

_FOLDED_AT_CLOSE = 1.0
"""Seconds a look of another worker or a command may hold up the folding of the log at the end."""

_CALLERS_FAULT = (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.DataError)

Answers = list[tuple["Job", Any, BaseException | None]]


@dataclass(slots=True, eq=False)
class Job:
    """One call on its way to the writer thread: entries to put, or ``work`` to do inside or after the transaction."""

    future: asyncio.Future[Any] | None
    entries: Sequence[Entry] = ()
    work: Callable[[], Any] | None = None
    reads: bool = False


class Writer:
    """Does the jobs that are put into ``jobs``, and answers in the event loop it was started from. A None among them
    says that something is to be done between the jobs before and behind it, or that it is to end.

    ``trouble`` is why the store could not take a payload when it was last asked, "" when it could; ``put_lately`` is
    set by every payload it took.
    """

    def __init__(self, path: Path, store: SalvagingStore) -> None:
        self.jobs: SimpleQueue[Job | None] = SimpleQueue()
        self.trouble = ""
        self.put_lately = False
        self._between: deque[Job] = deque()
        self._ending = False
        self._path = path
        self._store = store
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Begin, for the event loop that runs."""
        self._loop = asyncio.get_running_loop()
        self._ending = False
        self._thread = threading.Thread(target=self._write, name="outbox", daemon=True)
        self._thread.start()

    async def stop(self) -> bool:
        """Do what was asked, then end; whether it ran."""
        thread, self._thread = self._thread, None
        if thread is None:
            return False
        self._ending = True
        self.jobs.put(None)
        await asyncio.to_thread(thread.join)
        return True

    def future(self) -> asyncio.Future[Any]:
        """What the caller of a job waits for. Raises ``OutboxUnavailable`` while it does not run."""
        if self._thread is None or self._loop is None:
            raise OutboxUnavailable(f"outbox {self._path}: not open")
        return self._loop.create_future()

    async def ask(self, work: Callable[[], Any], reads: bool = False) -> Any:
        """Have something done inside a transaction, or after it where it only ``reads``; gives its result."""
        future = self.future()
        self.jobs.put(Job(future, work=work, reads=reads))
        return await future

    async def between(self, work: Callable[[], Any]) -> Any:
        """Have something done after all that was put before, and before all that is put from now on."""
        future = self.future()
        self._between.append(Job(future, work=work, reads=True))
        self.jobs.put(None)
        return await future

    def _write(self) -> None:
        closing = False
        while not closing:
            jobs = [self.jobs.get()]
            jobs += [self.jobs.get() for _ in range(self.jobs.qsize())]
            while None in jobs:
                end = jobs.index(None)
                self._do(jobs[:end])
                jobs = jobs[end + 1 :]
                if self._between:
                    self._answer([self._read(self._between.popleft())])
                else:
                    closing = self._ending
            self._do(jobs)
        with suppress(sqlite3.Error, OSError):  # the next start does it
            self._store.fold(wait=_FOLDED_AT_CLOSE)
        self._store.close()

    def _do(self, jobs: Sequence[Job | None]) -> None:
        writes = [job for job in jobs if job is not None and not job.reads]
        if writes:
            self._answer(self._commit(writes))
        # Reads come after the commit: nothing may be sent that could still be undone.
        answers = [self._read(job) for job in jobs if job is not None and job.reads]
        if answers:
            self._answer(answers)

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
                self.trouble = str(told)
            return [(jobs[0], None, told)]
        if entries:
            self.trouble = ""
            self.put_lately = True
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
                self._store.database.distrust()
            # A connection that met an error of the disk is not trusted again: the next call makes a new one.
            self._store.close()
            return OutboxUnavailable(self.unavailable(error))
        self._store.rollback()
        return error if isinstance(error, OutboxError) else OutboxError(f"outbox {self._path}: {type(error).__name__}")

    def unavailable(self, error: BaseException) -> str:
        """An error of the store in one line."""
        return f"outbox {self._path}: {in_words(error)}"

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
