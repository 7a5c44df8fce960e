"""The application: the only place that wires configuration, collecting, outbox, delivery and sandbox together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, MutableMapping
from functools import partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from container.component import Entry, Request, Response, Tag
from container.config.document import Configuration
from container.config.load import Loaded
from container.config.snapshot import Snapshot, snapshot
from container.config.versions import How, Versions, versions_folder
from container.delivery import Delivery
from container.delivery.attempt import Attempt
from container.journal import Journal
from container.metrics import Metrics, Standing
from container.outbox import Outbox, OutboxError, OutboxUnavailable, open_outbox
from container.outbox.accounts import joined
from container.outbox.aside import standing
from container.outbox.database import in_words
from container.outbox.files import file_of
from container.outbox.limits import share
from container.outbox.outbox import Account, Status
from container.problem import Problem
from container.record import EventRecord
from container.sandbox import Sandbox
from container.transport import Transport
from container.web.adoption import Adoption
from container.web.answering import Receive, Scope, Send
from container.web.collect import Collect
from container.web.console.desk import Desk
from container.web.console.refusals import Listening
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
        # With several workers only the first has a sandbox, which all reach past the port they share.
        self._own = f"http://{_reachable(host)}:{port}" if workers.count == 1 else workers.url(0)
        self._ready_to_start = ready
        self._failure = ""
        self._token = token
        self.metrics = Metrics()
        self.metrics.expect(configuration.clients, configuration.tags)
        self.metrics.standing = self._standing
        self.configuration = configuration
        self._tags = configuration.tags
        delivery = configuration.delivery
        self._live = delivery.to == "live"
        self._fixed = read_at_start(configuration)
        self._clock = clock
        self._delivery = delivery
        self.outbox = self._open(workers.index)
        # A live server has no sandbox: it would show what visitors sent to whoever asks.
        hosts = not self._live and not workers.index
        self.sandbox = self._stand_in(_beside(delivery.outbox, "sandbox.db")) if hosts else None
        self.transport = Transport()
        self.delivery = self._deliver(self.outbox)
        self.metrics.destinations = self.delivery.destinations
        if self.sandbox is not None:
            self.metrics.sandbox = self.sandbox.counts
        self.adoption = Adoption(delivery.store, workers, self._adopt)
        file = Path(configuration.file)
        read = snapshot(file) if read is None else read
        versions = Versions(versions_folder(delivery.outbox)) if not workers.index else None
        self.reloading = Reload(read, file, self._swap, versions, self.metrics, clock, environ)
        self._watched = watch
        self.reception = Reception(Live(configuration, read.short), self, self.metrics, clock, token)
        seen = Path(_beside(delivery.outbox, "console.db"))
        self.desk = Desk(self, token, port, seen, clock, environ, workers)
        self._collect = Collect(self.reception)
        operation = Operation(
            workers=workers,
            token=token,
            trouble=self.outbox.trouble,
            version=lambda: self.reception.live.version,
            numbers=self._numbers,
            orphans=self._orphans,
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
        self._waiting("%s from before in %s")
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
            await asyncio.gather(self.delivery.stop(grace), self.adoption.close(grace))
            self._waiting("stopped; %s in %s", or_none=True)
            await self.outbox.close()
            await self._let_go()

    def _waiting(self, text: str, *, or_none: bool = False) -> None:
        """Say how many payloads wait in this worker's file; that none does only where it is asked for."""
        pending = sum(group.pending for group in self.outbox.groups().values())
        if pending or (or_none and not self.outbox.trouble()):  # a file in trouble may never have been read
            wait = {0: "no payload waits", 1: "1 payload waits"}.get(pending, f"{pending} payloads wait")
            log.info(text, wait, file_of(self._delivery.store, self.workers.index))

    async def _let_go(self) -> None:
        await self.desk.close()
        await self.transport.close()
        await self.workers.close()
        if self.sandbox is not None:
            self.sandbox.close()

    def _stand_in(self, file: str) -> Sandbox:
        """The vendors' stand-in, which answers each type of tag as its vendor does when all is well."""

        def answer(kind: str) -> bytes:
            return next((tag.sandbox_answer for tag in self._tags.values() if tag.type == kind), b"{}")

        try:
            return Sandbox(file, self._clock, answer=answer)
        except (OSError, sqlite3.Error) as error:
            log.error("the sandbox keeps what it is sent only until the server ends: %s: %s", file, in_words(error))
            return Sandbox(":memory:", self._clock, answer=answer)

    def endpoint(self, tag: Tag) -> str:
        """Where a tag's requests go: the vendor when live, the stand-in in this very server otherwise."""
        if self._live:
            return tag.endpoint
        return f"{self._own}{tag.sandbox}"

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
        tags = new.tags
        waiting: Counter[str] = Counter()
        outboxes = [self.outbox, *(one.outbox for one in self.adoption.adopted.values())]
        for outbox in outboxes:
            for group in outbox.groups().values():
                waiting[group.tag] += group.pending
        errors = [
            retyped(loaded, name, was.type, tags[name].type, waiting[name])
            for name, was in self._tags.items()
            if name in tags and tags[name].type != was.type and waiting[name]
        ]
        if errors:
            return errors
        for name in sorted(self.configuration.tags.keys() - tags.keys()):
            if waiting[name]:
                log.warning("tag %s is gone; the %d payloads it made are still delivered", name, waiting[name])
        self.configuration = new
        self.metrics.expect(new.clients, tags)
        self._tags = {**self._tags, **tags}
        self.reception.live = live
        try:
            await asyncio.sleep(0)  # what is routed already is put: it was made by the tags as they were
            for outbox in outboxes:
                await outbox.retype(self._types())
            await self.delivery.unpark()  # the new file may hold the credentials a destination waits for
            await self.adoption.unpark()
        except OutboxError as error:
            log.error("%s", error)
        self.workers.reloaded()
        return [needs_restart(loaded, path) for path, value in read_at_start(new).items() if value != self._fixed[path]]

    def _open(self, worker: int) -> Outbox:
        """The outbox of a worker, not opened yet."""
        delivery = self._delivery
        return open_outbox(
            delivery.store,
            max_bytes=delivery.limit.bytes,
            max_pending=delivery.limit.payloads,
            max_age=delivery.limit.age,
            worker=worker,
            workers=self.workers.count,
            clock=self._clock,
            ledger=(delivery.ledger.keep, delivery.ledger.bytes),
            deaths=self.metrics.deaths_of(worker),
            types=self._types(),
        )

    def _types(self) -> dict[str, str]:
        return {name: tag.type for name, tag in self._tags.items()}

    def _deliver(self, outbox: Outbox) -> Delivery:
        """Delivery out of an outbox, at the pace the server started with."""
        delivery = self._delivery
        return Delivery(
            outbox,
            Journal(Listening(self.transport, self._refused)),
            lambda: self._tags,
            self.endpoint,
            batch_count=delivery.batch.at_most,
            batch_wait=delivery.batch.wait,
            retry_first=delivery.retry.first,
            retry_longest=delivery.retry.longest,
            give_up_after=delivery.retry.give_up_after,
            clock=self._clock,
            watch=self._attempted,
        )

    def _refused(self, request: Request, response: Response) -> None:
        self.desk.refusals.note(request, response)

    def _attempted(self, attempt: Attempt) -> None:
        self.metrics.attempt(attempt)
        self.desk.divided.note(attempt)

    def _adopt(self, worker: int) -> tuple[Outbox, Delivery]:
        outbox = self._open(worker)
        return outbox, self._deliver(outbox)

    async def _numbers(self) -> bytes:
        """The numbers of this worker; a server with one process counts the files that are nobody's among its own."""
        books = self.outbox.status if self.workers.count > 1 else self._books
        return await self.metrics.render(books, self._clock())

    def _standing(self) -> Standing:
        """How it stands with this worker's file; a server with one process tells of every file there is."""
        delivery, workers = self._delivery, self.workers.count
        numbers = [self.workers.index] if workers > 1 else None
        return Standing(
            ready=not self.outbox.trouble(),
            limit_bytes=share(delivery.limit.bytes, workers),
            limit_payloads=share(delivery.limit.payloads, workers),
            set_aside=len(standing(delivery.store, numbers)),
        )

    async def _books(self) -> Status:
        own = await self.outbox.status()
        others = await asyncio.to_thread(self.adoption.accounts)
        if not others:
            return own
        return Status(joined([*own.accounts, *(one for found in others.values() for one in found)]), own.size)

    async def _orphans(self) -> dict[int, bytes]:
        """The numbers of the files that are nobody's."""
        found = await asyncio.to_thread(self.adoption.accounts)

        async def status(accounts: list[Account], size: int) -> Status:
            return Status(accounts, size)

        sizes = {number: path.stat().st_size for number, path in self.adoption.orphans().items()}
        texts: dict[int, bytes] = {}
        for number, accounts in found.items():
            metrics, store = Metrics(), self._delivery.store
            metrics.standing = partial(Standing, set_aside=len(standing(store, [number])))
            texts[number] = await metrics.render(partial(status, accounts, sizes.get(number, 0)), self._clock())
        return texts


def _reachable(host: str) -> str:
    """The host part of a URL by which a server that listens on ``host`` reaches itself."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{host}]" if ":" in host else host


def _beside(outbox: str, name: str) -> str:
    """A file beside the outbox's own."""
    return str(Path(outbox.partition(":")[2]).parent / name)
