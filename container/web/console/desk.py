"""The desk: what the console's pages work with beside the application: the tap, drafts, the log; and its routes."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from container.web.console.console import Console
from container.web.console.divided import Divided
from container.web.console.files_now import FilesNow
from container.web.console.following import Following
from container.web.console.lock import Lock
from container.web.console.onward import Onward
from container.web.console.page import ROOT
from container.web.console.peers import Peers
from container.web.console.pulse import Pulse
from container.web.console.refusals import Refusals
from container.web.console.said import Said
from container.web.console.today import Today
from container.web.slash import add_slash
from container.web.tap.drafts import Drafts
from container.web.tap.tap import Tap
from container.web.workers import Workers

if TYPE_CHECKING:
    from container.web.app import App

WATCH = "/-/watch"
"""Where a worker is told by another one that somebody looks."""

AWHILE = 10.0
"""Seconds for which it is told."""

AGAIN = 4.0


class Desk:
    """Made with the application, started and closed with its server. The console itself is worker 0's; the others pass
    on what is asked of it, and write what they take into the same file."""

    def __init__(
        self,
        app: App,
        token: str,
        port: int,
        file: Path,
        clock: Callable[[], float],
        environ: Mapping[str, str] | None,
        workers: Workers,
    ) -> None:
        self._app, self._workers = app, workers
        self.clock = clock
        self.said = Said()
        self.ending = asyncio.Event()
        """Set when the server ends: streams end then."""
        self.drawn: OrderedDict[tuple[int, int], str] = OrderedDict()
        """The rows that were drawn last, by hit and change: every open console is sent the same."""
        self.drafts = Drafts(lambda: app.reloading.running, environ)
        self.quiet = quiet = app.configuration.delivery.to != "live"
        """Whether a few hits are taken also while nobody looks."""
        self.tap = Tap(file, token, clock, self._hits, self.drafts.of, quiet=quiet, worker=workers.index)
        self.tap.told = self.said.note
        self.today = Today(app.metrics, clock)
        self.files = FilesNow(Path(app.configuration.file), environ)
        self.peers = Peers(app, self.today)
        self.pulse = Pulse(None if workers.index else app.configuration.delivery.store, self.today, clock)
        self.divided = Divided(clock)
        self.refusals = Refusals(clock)
        self.following = Following(app)
        self._followed: asyncio.Task[None] | None = None
        self._pulsing: asyncio.Task[None] | None = None
        self._ended: dict[str, bool] = {}
        self._lock = Lock(token, lambda: app.configuration.container.console, workers, port, clock, self._is_ended)
        self._telling: asyncio.Task[None] | None = None

    def routes(self) -> list[BaseRoute]:
        """Where the console is found."""
        shown = Onward(self._workers, 0, self._lock, self.ending) if self._workers.index else self._console()
        between = [Route(WATCH, self._watch, methods=["POST"]), *self.peers.routes()]
        return [Route(ROOT, add_slash), Mount(ROOT, shown), *between]

    def start(self) -> None:
        """Begin, in the event loop that serves."""
        self.said.listen()
        self.tap.start(self._app.reception)
        self._app.reception.watch = self.tap
        self._pulsing = asyncio.create_task(self.pulse.run(), name="console pulse")
        if not self._workers.index:
            self._followed = asyncio.create_task(self.following.run(), name="console following")
        if self._workers.count > 1 and not self._workers.index:
            self._telling = asyncio.create_task(self._tell(), name="console watch")

    async def close(self) -> None:
        """Let go of everything."""
        self.ending.set()
        self.said.close()
        for task in (self._telling, self._pulsing, self._followed):
            if task is not None:
                task.cancel()
        self._app.reception.watch = None
        await self.tap.close()

    def may_reveal(self) -> bool:
        """Whether personal data may be shown on request: as configured, else in sandbox mode."""
        allowed = self._app.configuration.container.console.reveal
        return self._app.configuration.delivery.to != "live" if allowed is None else allowed

    def _console(self) -> Console:
        return Console(self._app, self._lock, self._end, self.ending)

    def _hits(self) -> int:
        return sum(self._app.metrics.hits.values())

    def _is_ended(self, session: str) -> bool:
        if session not in self._ended:
            if len(self._ended) > 1000:
                self._ended.clear()
            found = self.tap.sessions.signed_out(session)
            if found is None:
                return False  # the file cannot be read; the session expires all the same
            self._ended[session] = found
        return self._ended[session]

    def _end(self, session: str) -> None:
        self._ended[session] = True
        self.tap.sessions.sign_out(session)

    async def _watch(self, request: Request) -> Response:
        """Another worker says that somebody looks."""
        if not self._workers.asks(request):
            return PlainTextResponse("there is no such page\n", 404)
        self.tap.look(AWHILE)
        return PlainTextResponse("ok\n")

    async def _tell(self) -> None:
        """Tell the other workers again and again, as long as somebody looks here."""
        while True:
            if self.tap.open:
                await self._workers.ask("POST", WATCH)
            await asyncio.sleep(AGAIN if self.tap.open else 0.5)
