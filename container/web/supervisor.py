"""The supervisor: starts the worker processes of one server, starts again what dies, and ends them together."""

from __future__ import annotations

import contextlib
import logging
import mmap
import os
import secrets
import select
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from container.web.workers import Workers

log = logging.getLogger("tagdock")

QUICKLY = 10.0
"""Seconds; a worker that lived shorter is started again after a pause that doubles, up to ``LONGEST_PAUSE``."""

LONGEST_PAUSE = 60.0

GIVING_BACK = 2.0
"""Seconds between saying that a worker will be back and starting it: those who have its files let go of them."""

LONGEST_END = 20.0
"""Seconds a worker may take to end in good order; one that stands still is killed then, and loses nothing by it."""

_STARTED, _RELOADED = b"s", b"r"
_HANGUP = getattr(signal, "SIGHUP", None)
_ASKED = [one for one in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGCHLD", None), _HANGUP) if one is not None]

Work = Callable[[Workers, Sequence[socket.socket]], bool]
"""What a worker process does with its place and its sockets; false when it did not even start."""


@dataclass(slots=True)
class Place:
    """Where one worker stands. ``pid`` is 0 while there is none; ``due`` is when it is started again."""

    index: int
    inner: socket.socket
    public: socket.socket | None = None
    pid: int = 0
    began: float = 0.0
    deaths: int = 0
    due: float | None = None
    announced: bool = False
    seen: bool = False


class Supervisor:
    """Holds the sockets and does no other work, so that hardly anything can end it.

    ``bind`` gives one more socket on the public port. ``work`` is run in each worker's process. ``ready`` is called
    when all have started or tried to; ``reload`` when a worker took over a new configuration, so that one that is
    started later has it too.
    """

    def __init__(
        self,
        count: int,
        bind: Callable[[], socket.socket],
        work: Work,
        *,
        ready: Callable[[], None] = lambda: None,
        reload: Callable[[], None] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bind = bind
        self._work = work
        self._ready = ready
        self._reload = reload
        self._monotonic = monotonic
        self._board = mmap.mmap(-1, count)
        self._secret = secrets.token_urlsafe(16)
        self._places = [Place(index, _inner()) for index in range(count)]
        self._ports = tuple(place.inner.getsockname()[1] for place in self._places)
        self._reports = os.pipe()
        self._lifeline = os.pipe()
        self._woken = os.pipe()
        self._greeted = False
        self._ending = False
        self._killing: float | None = None
        self._failed = False

    def run(self) -> bool:
        """Until a signal says to end; false when the first worker could not start."""
        for end in (self._woken[0], self._woken[1], self._reports[0]):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._woken[1], warn_on_full_buffer=False)
        for asked in _ASKED:
            signal.signal(asked, lambda *_: None)
        for place in self._places:
            self._board[place.index] = 1
        for place in self._places:
            self._start(place)
        while any(place.pid for place in self._places) or not self._ending:
            self._wait()
            self._reap()
            if not self._ending:
                self._start_due()
            elif self._killing is not None and self._monotonic() >= self._killing:
                self._killing = None
                self._signal(signal.SIGKILL)
        return not self._failed

    def _wait(self) -> None:
        """Sleep until a signal, a report, or a worker to start."""
        due = [place.due for place in self._places if place.due is not None and not self._ending]
        if self._killing is not None:
            due = [self._killing]
        rest = max(0.0, min(due) - self._monotonic()) if due else None
        with contextlib.suppress(InterruptedError):
            select.select([self._woken[0], self._reports[0]], [], [], rest)
        for sent in _read(self._woken[0]):
            if sent in (signal.SIGINT, signal.SIGTERM):
                self._end()
            elif sent == _HANGUP:
                self._signal(sent)
        reports = _read(self._reports[0])
        for at in range(0, len(reports) - 1, 2):
            self._heard(reports[at : at + 1], self._places[reports[at + 1]])

    def _heard(self, report: bytes, place: Place) -> None:
        if report == _RELOADED:
            self._reload()
        elif report == _STARTED:
            if place.seen:
                log.warning("worker %d is back", place.index)
            place.seen = True
            self._greet()

    def _greet(self) -> None:
        if not self._greeted and self._places[0].seen and all(one.seen or one.deaths for one in self._places):
            self._greeted = True
            self._ready()

    def _start(self, place: Place) -> None:
        if place.public is None:
            place.public = self._bind()
        place.due, place.announced = None, False
        place.began = self._monotonic()
        # What is sent to the worker at its very beginning must not be taken for ours: it wakes us by the same pipe.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ASKED)
        try:
            pid = os.fork()
            if pid == 0:
                self._live(place)
            place.pid = pid
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def _live(self, place: Place) -> None:
        """The worker's process, from its first to its last moment."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for asked in _ASKED:
                signal.signal(asked, signal.SIG_IGN if asked == _HANGUP else signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ASKED)
            os.setpgid(0, 0)  # what is typed at the terminal is for the supervisor, which tells us
            for other in self._places:
                if other is not place:
                    other.inner.close()
                    if other.public is not None:
                        other.public.close()
            for end in (*self._woken, self._reports[0], self._lifeline[1]):
                os.close(end)
            assert place.public is not None
            workers = Workers(
                place.index,
                len(self._places),
                self._ports,
                self._secret,
                self._board,
                reloaded=lambda: self._report(_RELOADED, place),
                started=lambda: self._report(_STARTED, place),
                lifeline=self._lifeline[0],
            )
            code = 0 if self._work(workers, [place.public, place.inner]) else 1
        except BaseException as error:  # noqa: BLE001 - it must end here, in no frame of the supervisor's
            log.error("worker %d failed (%s)", place.index, type(error).__name__)
        finally:
            logging.shutdown()
            os._exit(code)

    def _report(self, word: bytes, place: Place) -> None:
        with contextlib.suppress(OSError):  # the supervisor is gone: the lifeline tells
            os.write(self._reports[1], word + bytes([place.index]))

    def _reap(self) -> None:
        for place in self._places:
            if not place.pid:
                continue
            pid, status = os.waitpid(place.pid, os.WNOHANG)
            if pid:
                place.pid = 0
                self._died(place, os.waitstatus_to_exitcode(status))

    def _died(self, place: Place, code: int) -> None:
        if self._ending:
            return
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        if not place.index and not place.seen:
            self._failed = True
            self._end()
            return
        lived = self._monotonic() - place.began
        place.deaths = place.deaths + 1 if lived < QUICKLY else 1
        pause = 0.0 if place.deaths == 1 and place.seen else min(LONGEST_PAUSE, 2.0**place.deaths)
        place.due = self._monotonic() + pause
        if not pause:
            place.announced = True
            log.error("worker %d ended (%s); it is started again", place.index, how)
        else:
            # Hits go to the others meanwhile, and so do its files.
            self._board[place.index] = 0
            if place.public is not None:
                place.public.close()
                place.public = None
            log.error("worker %d ended (%s); it is started again in %.0f seconds", place.index, how, pause)
        self._greet()

    def _start_due(self) -> None:
        now = self._monotonic()
        for place in self._places:
            if place.pid or place.due is None or place.due > now:
                continue
            if place.announced:
                self._start(place)
            else:
                self._board[place.index] = 1
                place.announced = True
                place.due = now + GIVING_BACK

    def _end(self) -> None:
        """End in good order; when it is asked once more, at once."""
        if self._ending:
            log.warning("asked to end once more: ended at once; what was accepted is kept for the next start")
            self._signal(signal.SIGKILL)
            os._exit(1)
        self._ending = True
        self._killing = self._monotonic() + LONGEST_END
        for place in self._places:
            if place.public is not None:
                place.public.close()
        self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        for place in self._places:
            if place.pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(place.pid, number)


def _inner() -> socket.socket:
    """A socket for the other workers. The supervisor keeps it, so that whoever asks a worker that is being started
    again waits for it."""
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    made.listen(128)
    return made


def _read(end: int) -> bytes:
    try:
        return os.read(end, 4096)
    except BlockingIOError:
        return b""
