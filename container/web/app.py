"""The application: the only place that wires configuration, collecting, outbox, delivery and sandbox together."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from container.component import Entry, Tag
from container.config.document import Configuration
from container.config.load import Loaded
from container.config.snapshot import Snapshot, snapshot
from container.config.versions import How, Versions, versions_folder
from container.delivery import Delivery
from container.metrics import Metrics
from container.outbox import OutboxError, OutboxUnavailable, open_outbox
from container.problem import Problem
from container.sandbox import Sandbox
from container.transport import Transport
from container.web.answering import Receive, Scope, Send
from container.web.collect import Collect
from container.web.json import to_bytes
from container.web.protocol import Burst
from container.web.reception import VERSION_HEADER, Live, Reception
from container.web.reload import Outcome, Reload, needs_restart, read_at_start, retyped

log = logging.getLogger("tagdock")

RESERVED = ("/-/", "/sandbox/", "/healthy", "/console")
"""Paths that are the container's own; every other path is a hit's."""

DRAIN = 5.0
"""Seconds delivery may go on after the server was told to stop."""


class App:
    """One running container.

    ``token`` opens preview and reload. ``host`` and ``port`` are where it listens, for reaching its own sandbox over
    real HTTP. ``ready`` is called when it starts, once its outbox is its own. ``read`` are the texts the configuration
    was made of; without them its files are taken as they are now. ``watch`` says whether to reload when they change.
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
    ) -> None:
        self._own = f"http://{_reachable(host)}:{port}"
        self._ready_to_start = ready
        self._failure = ""
        self._token = token
        self.metrics = Metrics()
        self.configuration = configuration
        self._tags = configuration.tags
        delivery = configuration.delivery
        self._live = delivery.to == "live"
        self._fixed = read_at_start(configuration)
        self.outbox = open_outbox(delivery.store, max_pending=delivery.limit.payloads)
        # A live server has no sandbox: it would show what visitors sent to whoever asks.
        self.sandbox = None if self._live else Sandbox(_beside(delivery.outbox, "sandbox.db"), clock)
        self.transport = Transport()
        self.delivery = Delivery(
            self.outbox,
            self.transport,
            lambda: self._tags,
            self._endpoint,
            batch_count=delivery.batch.at_most,
            batch_wait=delivery.batch.wait,
            retry_first=delivery.retry.first,
            retry_longest=delivery.retry.longest,
            give_up_after=delivery.retry.give_up_after,
            clock=clock,
        )
        file = Path(configuration.file)
        read = snapshot(file) if read is None else read
        versions = Versions(versions_folder(delivery.outbox))
        self.reloading = Reload(read, file, self._swap, versions, self.metrics, clock, environ)
        self._watched = watch
        self.reception = Reception(Live(configuration, read.short), self, self.metrics, clock, token)
        self.burst = Burst(self.reception, RESERVED)
        self._collect = Collect(self.reception)
        self._pages = Starlette(
            routes=[
                Route("/healthy", self._healthy),
                Route("/-/healthy", self._healthy),
                Route("/-/ready", self._ready),
                Route("/-/metrics", self._metrics),
                Route("/-/reload", self._reload, methods=["POST"]),
                *([] if self.sandbox is None else [Mount("/sandbox", self.sandbox.app)]),
            ],
            lifespan=self._lifespan,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hits first and by the shortest way; everything else by routes."""
        if scope["type"] == "http" and not scope["path"].startswith(RESERVED):
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

    def suppressed(self, tag: str, reason: str) -> None:
        """Enter in the books what a tag decided not to send."""
        self.outbox.suppress(tag, reason)

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
        await self.delivery.start()
        await self.reloading.started()
        watching = asyncio.create_task(self.reloading.watch(), name="watch") if self._watched else None
        try:
            yield
        finally:
            if watching is not None:
                watching.cancel()
            # The server's own sandbox is gone by now; only a vendor's can still be reached.
            await self.delivery.stop(DRAIN if self._live else 0)
            await self.outbox.close()
            await self._let_go()

    async def _let_go(self) -> None:
        await self.transport.close()
        if self.sandbox is not None:
            self.sandbox.close()

    def _endpoint(self, tag: Tag) -> str:
        """Where a tag's requests go: the vendor when live, the stand-in in this very server otherwise."""
        if self._live:
            return tag.endpoint
        return f"{self._own}{tag.sandbox}"

    async def reload(self, how: How = "request") -> Outcome:
        """Read the files anew and swap them in between two hits; with an error in them, nothing changes."""
        return await self.reloading.now(how)

    async def _swap(self, loaded: Loaded, live: Live) -> list[Problem]:
        """Make a configuration the running one. A hit is served by the one it met when it came, to its end.

        What was accepted for a tag that is gone is still delivered, by the tag that made it. What another type of tag
        made under the same name could be delivered by nobody: while such payloads wait, the configuration is refused.
        """
        new = live.configuration
        tags = new.tags
        waiting: Counter[str] = Counter()
        for group in self.outbox.groups().values():
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
        self._tags = {**self._tags, **tags}
        self.reception.live = live
        try:
            await self.delivery.unpark()  # the new file may hold the credentials a destination waits for
        except OutboxError as error:
            log.error("%s", error)
        return [needs_restart(loaded, path) for path, value in read_at_start(new).items() if value != self._fixed[path]]

    async def _healthy(self, _: Request) -> Response:
        return PlainTextResponse("ok")

    async def _ready(self, _: Request) -> Response:
        trouble = self.outbox.trouble()
        headers = {VERSION_HEADER: self.reception.live.version}
        return PlainTextResponse(f"not ready: {trouble}" if trouble else "ready", 503 if trouble else 200, headers)

    async def _metrics(self, _: Request) -> Response:
        return Response(await self.metrics.render(self.outbox.status), media_type="text/plain; version=0.0.4")

    async def _reload(self, request: Request) -> Response:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._token.encode()):
            return PlainTextResponse("send the token as Authorization: Bearer <token>\n", 401)
        outcome = await self.reload("rollback" if request.query_params.get("how") == "rollback" else "request")
        status = 422 if outcome.errors else 200
        return Response(to_bytes(outcome.to_json()), status, media_type="application/json")


def _reachable(host: str) -> str:
    """The host part of a URL by which a server that listens on ``host`` reaches itself."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{host}]" if ":" in host else host


def _beside(outbox: str, name: str) -> str:
    """A file beside the outbox's own."""
    return str(Path(outbox.partition(":")[2]).parent / name)
