"""The application: the only place that wires configuration, collecting, outbox, delivery and sandbox together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from container.component import Entry, Request, Response
from container.config.document import Configuration
from container.config.load import Loaded
from container.config.snapshot import Snapshot, snapshot
from container.config.versions import How, Versions, versions_folder
from container.delivery.attempt import Attempt
from container.metrics import Metrics
from container.outbox import OutboxError, OutboxUnavailable
from container.outbox.files import file_of
from container.problem import Problem
from container.record import EventRecord
from container.web.accounting import Accounting
from container.web.answering import Receive, Scope, Send
from container.web.collect import Collect
from container.web.console.desk import Desk
from container.web.demo.shop import demo
from container.web.forward import Forward
from container.web.loader.copies import Copies, hits
from container.web.loader.previews import Previews, previews
from container.web.loader.script import serve_script
from container.web.operation import Operation
from container.web.protocol import Burst
from container.web.reception import Live, Reception
from container.web.reload import Outcome, Reload, needs_restart, read_at_start, retyped
from container.web.slash import add_slash
from container.web.stand_in import reached_at, stand_in
from container.web.way_out import WayOut
from container.web.workers import Workers

log = logging.getLogger("tagdock")

RESERVED = ("/-/", "/sandbox/", "/healthy", "/console")
"""Paths that are the container's own, as are the loader's and the demo shop's; every other path is a hit's."""

DRAIN = 5.0
"""Seconds delivery may go on after the server was told to stop."""


class App:
    """One running container.

    ``token`` opens preview and reload. ``host`` and ``port`` are where it listens, for reaching its own sandbox over
    real HTTP. ``ready`` is called when it starts, once its outbox is its own. ``read`` are the texts the configuration
    was made of; without them its files are taken as they are now. ``watch`` says whether to reload when they change.
    ``workers`` is its place among the processes of one server.
    """

    def __init__(
        self,
        configuration: Configuration,
        *,
        token: str,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], float] = time.time,
        environ: Mapping[str, str] | None = None,
        ready: Callable[[], None] = lambda: None,
        read: Snapshot | None = None,
        watch: bool = False,
        workers: Workers | None = None,
    ) -> None:
        self.workers = workers = Workers() if workers is None else workers
        self._ready_to_start = ready
        self._failure = ""
        self._token = token
        self.metrics = Metrics()
        self.metrics.expect(configuration.clients, configuration.tags)
        self.configuration = configuration
        delivery = configuration.delivery
        self._live = delivery.to == "live"
        self._fixed = read_at_start(configuration)
        self._clock = clock
        own = reached_at(host, port, workers)
        self.way_out = WayOut(
            configuration, workers, own, clock, self.metrics, refused=self._refused, attempted=self._attempted
        )
        self.outbox, self.delivery = self.way_out.outbox, self.way_out.delivery
        self.adoption, self.transport = self.way_out.adoption, self.way_out.transport
        self.endpoint = self.way_out.endpoint
        data = file_of(delivery.outbox).parent
        # A live server has no sandbox: it would show what visitors sent to whoever asks.
        hosts = not self._live and not workers.index
        self.sandbox = stand_in(data / "sandbox.db", clock, lambda: self.way_out.tags) if hosts else None
        self.metrics.destinations = self.delivery.destinations
        if self.sandbox is not None:
            self.metrics.sandbox = self.sandbox.counts
        self.accounting = accounting = Accounting(self.metrics, self.outbox, self.adoption, delivery, workers, clock)
        file = Path(configuration.file)
        read = snapshot(file) if read is None else read
        versions = Versions(versions_folder(delivery.outbox)) if not workers.index else None
        self.reloading = Reload(read, file, self._swap, versions, self.metrics, clock, environ)
        self._watched = watch
        self.reception = Reception(Live(configuration, read.short), self, self.metrics, clock, token)
        self.desk = Desk(self, token, port, data / "console.db", clock, environ, workers)
        self._collect = Collect(self.reception)
        operation = Operation(
            workers=workers,
            token=token,
            trouble=self.outbox.trouble,
            version=lambda: self.reception.live.version,
            numbers=accounting.numbers,
            orphans=accounting.orphans,
            known=self.desk.peers.known,
            reload=self.reload,
        )
        self._pages = Starlette(
            routes=[*operation.routes(), *self._shown(configuration.container.loader)], lifespan=self._lifespan
        )
        self.burst = Burst(self.reception, self._reserved)
        self.burst.ending = self.desk.ending.set

    def _shown(self, loader: str) -> list[BaseRoute]:
        """What pages load, and what shows a sandbox: the loader's script, the demo shop, the local Meta."""
        routes: list[BaseRoute] = [Route(loader, serve_script)]
        routes += self.desk.routes()
        asked = previews(loader)
        routes.append(Route(asked, Previews(self.desk.tap.sessions, self._clock).serve, methods=["POST"]))
        self._reserved: tuple[str, ...] = (*RESERVED, loader, asked)
        if not self._live:
            sandbox = self.sandbox.app if self.sandbox is not None else Forward(self.workers, 0)
            routes += [Mount("/sandbox", sandbox), Mount("/demo", demo(loader)), Route("/demo", add_slash)]
            routes.append(Route("/demo{else_a_hit:path}", self._collect))
            self._reserved += ("/demo",)
        if self.sandbox is not None:
            # Only here do the loader's hits take the long way, so that the sandbox hears what it could not know.
            routes.append(Route(hits(loader), Copies(self._collect, self.sandbox.told.take)))
            self._reserved += (hits(loader),)
        return routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hits first and by the shortest way; everything else by routes."""
        if scope["type"] == "http" and not scope["path"].startswith(self._reserved):
            await self._collect(scope, receive, send)
        else:
            await self._pages(scope, receive, self._said(send) if scope["type"] == "lifespan" else send)

    def _said(self, send: Send) -> Send:
        """Says why it does not start in one line of its own, where Starlette would send a traceback."""

        async def said(message: MutableMapping[str, Any]) -> None:
            if self._failure and message["type"] == "lifespan.startup.failed":
                message = {**message, "message": self._failure}
            await send(message)

        return said

    async def accept(self, entries: list[Entry]) -> None:
        """Make payloads durable and tell delivery. Raises OutboxUnavailable when they could not be kept."""
        await self.outbox.put(entries)
        self.delivery.wake()

    def note(self, record: EventRecord) -> None:
        """Write down an event of which some tag made no payload."""
        self.outbox.note(record)

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        try:
            odd = await self.outbox.open()
        except OutboxUnavailable as error:
            self._failure = str(error)
            await self._let_go()
            raise
        if odd:
            log.warning("%s", odd)
        self._ready_to_start()
        self.way_out.say_waiting("%s from before in %s")
        self.desk.start()
        await self.delivery.start()
        adopting = asyncio.create_task(self.adoption.run(), name="adoption")
        await self.reloading.started()
        watching = asyncio.create_task(self.reloading.watch(), name="watch") if self._watched else None
        try:
            yield
        finally:
            if watching is not None:
                watching.cancel()
            adopting.cancel()
            await asyncio.gather(adopting, return_exceptions=True)
            # The server's own sandbox is gone by now; only a vendor's can still be reached.
            grace = DRAIN if self._live else 0
            await self.way_out.stop(grace)
            self.way_out.say_waiting("stopped; %s in %s", or_none=True)
            await self.outbox.close()
            await self._let_go()

    async def _let_go(self) -> None:
        await self.desk.close()
        await self.transport.close()
        await self.workers.close()
        if self.sandbox is not None:
            self.sandbox.close()

    async def reload(self, how: How = "request") -> Outcome:
        """Read the files anew and swap them in between two hits; with an error in them, nothing changes."""
        return await self.reloading.now(how)

    async def _swap(self, loaded: Loaded, live: Live) -> list[Problem]:
        """Make a configuration the running one. A hit is served by the one that is there when the whole hit is.

        What was accepted for a tag that is gone is still delivered, by the tag that made it. What another type of tag
        made under the same name could be delivered by nobody: while such payloads wait, the configuration is refused.
        What comes in at this very moment, and what is dead, the outbox sets apart.
        """
        new = live.configuration
        tags, waiting = new.tags, self.way_out.waiting()
        errors = [
            retyped(loaded, name, was.type, tags[name].type, waiting[name])
            for name, was in self.way_out.tags.items()
            if name in tags and tags[name].type != was.type and waiting[name]
        ]
        if errors:
            return errors
        for name in sorted(self.configuration.tags.keys() - tags.keys()):
            if waiting[name]:
                log.warning("tag %s is gone; the %d payloads it made are still delivered", name, waiting[name])
        self.configuration = new
        self.metrics.expect(new.clients, tags)
        self.way_out.change(tags)
        self.reception.live = live
        try:
            await self.way_out.changed()
        except OutboxError as error:
            log.error("%s", error)
        self.workers.reloaded()
        return [needs_restart(loaded, path) for path, value in read_at_start(new).items() if value != self._fixed[path]]

    def _refused(self, request: Request, response: Response) -> None:
        self.desk.refusals.note(request, response)

    def _attempted(self, attempt: Attempt) -> None:
        self.metrics.attempt(attempt)
        self.desk.divided.note(attempt)
