"""The tap itself: how many hits are taken from the traffic, and what is kept of them once they were answered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from container.component import Answer
from container.config.document import Configuration
from container.hit import Hit
from container.runtime import Routed
from container.web.tap.ring import Ring
from container.web.tap.seen import Seen, document, masked, row_of
from container.web.tap.sessions import Session, Sessions

log = logging.getLogger("tagdock.console")

BURST = 20
"""Hits that may be taken at once; a page sends a few together."""

WATCHED = 5.0
"""Hits a second that are taken while somebody looks."""

QUIET = 1.0
"""Hits a second that are taken while nobody looks, so that who opens the console after a try finds it. In sandbox mode
only; on live traffic nothing is taken then."""

MOST_WAITING = 200
"""Hits that may wait to be written down; one more is not shown."""

IN_CLEAR = 100
"""Hits whose request is remembered as it was, in memory only."""

_ICON = "/favicon.ico"
"""What browsers ask every host for by themselves; it says nothing about the site."""

_CLEAR_BYTES = 256 * 1024
_TICK = 0.1
_QUIET_TICK = 2.0


class Gate(Protocol):
    """What looks at ``tap`` for every hit: None lets all of them pass by."""

    tap: Tap | None


class Tap:
    """Opened by who looks. ``hits`` counts all hits so far; ``draft`` gives the configuration a session tries."""

    def __init__(
        self,
        file: Path,
        token: str,
        clock: Callable[[], float],
        hits: Callable[[], int],
        draft: Callable[[Session], Configuration | None],
        *,
        quiet: bool = False,
        worker: int = 0,
    ) -> None:
        self.sessions = Sessions(token, Ring(file), clock)
        self.bell = asyncio.Event()
        """Rung once, when something was written down; then there is a new one."""
        self.told: Callable[[float, str, str], None] = lambda _, __, ___: None
        """Hears what pages say went wrong on them: when, where, what."""
        self._ring = Ring(file)
        self._thread = ThreadPoolExecutor(1, "tap")
        self._clock, self._hits, self._draft = clock, hits, draft
        self._quiet, self._worker = quiet, worker
        self._gate: Gate | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._left = float(BURST)
        self._watchers = 0
        self._until = 0.0
        self._taken = 0
        self._counted = 0
        self._noted = 0.0
        self._waiting: list[Seen] = []
        self._clear: OrderedDict[int, Seen] = OrderedDict()
        self._trouble = ""

    # opening and closing

    def start(self, gate: Gate) -> None:
        """Begin, in the event loop that serves."""
        self._gate, self._loop = gate, asyncio.get_running_loop()
        if self._quiet:
            self._tick()

    def look(self, seconds: float) -> None:
        """Somebody looks for so long."""
        self._until = max(self._until, time.monotonic() + seconds)
        self._wake()

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Somebody looks until the end of this."""
        self._watchers += 1
        self._wake()
        try:
            yield
        finally:
            self._watchers -= 1

    @property
    def open(self) -> bool:
        """Whether somebody looks."""
        return bool(self._watchers) or time.monotonic() < self._until

    async def close(self) -> None:
        """Write down what there is, and let go of the file."""
        if self._timer is not None:
            self._timer.cancel()
        if self._gate is not None:
            self._gate.tap = None
        await asyncio.to_thread(self._thread.shutdown, wait=True)
        self._ring.close()
        self.sessions.close()

    def _wake(self) -> None:
        if self._loop is None:
            return
        if not self._noted:
            self._counted, self._noted = self._hits(), time.monotonic()
        if self._timer is not None:
            self._timer.cancel()
        self._tick()

    def _tick(self) -> None:
        """Allow some more hits; while nobody looks, as few as are worth nothing."""
        assert self._loop is not None
        assert self._gate is not None
        watched = self.open
        self._timer = None
        if watched:
            self._count()
        elif self._noted:
            self._count(last=True)
        if watched or self._quiet:
            rate, every = (WATCHED, _TICK) if watched else (QUIET, _QUIET_TICK)
            self._left = min(float(BURST), self._left + rate * every)
            self._gate.tap = self if self._left >= 1 else None
            self._timer = self._loop.call_later(every, self._tick)
        else:
            self._gate.tap = None

    def _count(self, last: bool = False) -> None:
        """Note how many hits there were, about once a second."""
        now = time.monotonic()
        if now - self._noted < 1 and not last:
            return
        hits = self._hits()
        met, taken = hits - self._counted, self._taken
        self._counted, self._taken, self._noted = hits, 0, 0.0 if last else now
        if met or taken:
            self._submit(self._ring.note_flow, self._worker, int(self._clock()), max(met, taken), taken)

    # hits

    def sample(self) -> bool:
        """Whether this hit is taken; asked only while the gate is open."""
        if self._left < 1:
            return False
        self._left -= 1
        if self._left < 1 and self._gate is not None:
            self._gate.tap = None
        return True

    def see(
        self, hit: Hit, now: float, since: float, way: str, routed: Routed, configuration: Configuration,
        version: str, session: Session | None = None,
    ) -> Seen:  # fmt: skip
        """Remember a hit until it was answered."""
        self._taken += 1
        return Seen(self, hit, now, since, way, routed, configuration, version, session, self._worker)

    def answered(self, seen: Seen, answer: Answer, headers: list[tuple[bytes, bytes]]) -> None:
        """The answer went out: the hit can be written down."""
        seen.seconds = time.perf_counter() - seen.since
        seen.answer, seen.headers = answer, tuple(headers)
        if seen.routed.client is None and seen.hit.path == _ICON:
            return
        if len(self._waiting) >= MOST_WAITING:
            return
        self._waiting.append(seen)
        if len(self._waiting) == 1:
            self._submit(self._write)

    def in_clear(self, number: int) -> Seen | None:
        """A hit as it was, while it is remembered."""
        return self._clear.get(number)

    async def ask(self, work: Callable[[Ring], Any]) -> Any:
        """Read or change the ring, off the event loop. Raises ``sqlite3.Error``."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, self._ring)

    def clear(self) -> None:
        """Forget the hits in clear."""
        self._clear.clear()

    def _submit(self, work: Callable[..., Any], *values: Any) -> None:
        with contextlib.suppress(RuntimeError):  # it is closed already
            self._thread.submit(self._safely, work, *values)

    def _safely(self, work: Callable[..., Any], *values: Any) -> None:
        try:
            work(*values)
            self._trouble = ""
        except Exception as error:  # noqa: BLE001 - a hit that cannot be shown must cost nothing else
            trouble = type(error).__name__
            if trouble != self._trouble:
                self._trouble = trouble
                log.warning("hits cannot be shown in the console: %s", trouble)

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, []
        for seen in waiting:
            found = document(seen, self._draft(seen.session) if seen.session is not None else None)
            shown = masked(found)
            number = self._ring.add(seen.now, found["session"], row_of(shown), shown)
            for event in shown["events"]:
                trouble = event["after"].get("x-tagdock-trouble")
                if isinstance(trouble, str):
                    self.told(seen.now, "loader", f"the loader on a page met an error: {trouble} (hit {number})")
            if len(seen.hit.body) <= _CLEAR_BYTES:
                self._clear[number] = seen
            while len(self._clear) > IN_CLEAR:
                self._clear.popitem(last=False)
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self.ring_bell)

    def ring_bell(self) -> None:
        """Something is there to be read: wake who waits for it."""
        bell, self.bell = self.bell, asyncio.Event()
        bell.set()


Errors = (sqlite3.Error, OSError)
"""What reading the ring can raise."""
