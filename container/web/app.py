"""The application: the only place that wires configuration, collecting, outbox, delivery and sandbox together."""

from __future__ import annotations

import contextlib
import hmac
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from container.component import Entry, Tag
from container.config.document import Configuration
from container.config.load import Loaded, load
from container.delivery import Delivery
from container.metrics import Metrics
from container.outbox import OutboxUnavailable, open_outbox
from container.problem import Problem
from container.sandbox import Sandbox
from container.transport import Transport
from container.web.collect import Collect, Live, Receive, Scope, Send
from container.web.json import to_bytes

log = logging.getLogger("tagdock")

RESERVED = ("/-/", "/sandbox/", "/healthy", "/console")
"""Paths that are the container's own; every other path is a hit's."""

DRAIN = 5.0
"""Seconds delivery may go on after the server was told to stop."""


class App:
    """One running container.

    ``token`` opens preview and reload. ``host`` and ``port`` are where it listens, for reaching its own sandbox over
    real HTTP. ``ready`` is called when it starts, once its outbox is its own.
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
    ) -> None:
        self._own = f"http://{_reachable(host)}:{port}"
        self._ready_to_start = ready
        self._failure = ""
        self._token = token
        self._environ = environ
        self.metrics = Metrics()
        self.configuration = configuration
        delivery = configuration.delivery
        self._live = delivery.to == "live"
        self._fixed = _read_at_start(configuration)
        self.outbox = open_outbox(delivery.store, max_pending=delivery.limit.payloads)
        # A live server has no sandbox: it would show what visitors sent to whoever asks.
        self.sandbox = None if self._live else Sandbox(_beside(delivery.outbox, "sandbox.db"), clock)
        self.transport = Transport()
        self.delivery = Delivery(
            self.outbox,
            self.transport,
            lambda: self.configuration.tags,
            self._endpoint,
            batch_count=delivery.batch.at_most,
            batch_wait=delivery.batch.wait,
            retry_first=delivery.retry.first,
            retry_longest=delivery.retry.longest,
            give_up_after=delivery.retry.give_up_after,
            clock=clock,
        )
        self.collect = Collect(Live(configuration), self, self.metrics, clock, token)
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
            await self.collect(scope, receive, send)
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
        try:
            yield
        finally:
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

    async def reload(self) -> list[Problem]:
        """Read the file anew and swap it in between two hits; with an error in it, nothing changes."""
        loaded = load(self.configuration.file, self._environ)
        if loaded.configuration is None:
            self.metrics.reloads["refused"] += 1
            log.error("the configuration was not reloaded, it has %d errors; the old one goes on", len(loaded.errors))
            for problem in loaded.errors:
                log.error("%s", problem)
            return loaded.problems
        late = [
            _needs_restart(loaded, path)
            for path, value in _read_at_start(loaded.configuration).items()
            if value != self._fixed[path]
        ]
        for problem in late:
            log.warning("%s", problem)
        self.configuration = loaded.configuration
        self.collect.live = Live(loaded.configuration)
        self.metrics.reloads["applied"] += 1
        await self.delivery.unpark()  # the new file may hold the credentials a destination waits for
        log.info("the configuration was reloaded from %s", self.configuration.file)
        return sorted([*loaded.problems, *late])

    async def _healthy(self, _: Request) -> Response:
        return PlainTextResponse("ok")

    async def _ready(self, _: Request) -> Response:
        trouble = self.outbox.trouble()
        return PlainTextResponse(f"not ready: {trouble}" if trouble else "ready", 503 if trouble else 200)

    async def _metrics(self, _: Request) -> Response:
        return Response(await self.metrics.render(self.outbox.status), media_type="text/plain; version=0.0.4")

    async def _reload(self, request: Request) -> Response:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._token.encode()):
            return PlainTextResponse("send the token as Authorization: Bearer <token>\n", 401)
        problems = await self.reload()
        errors = [one for one in problems if not one.warning]
        body: dict[str, Any] = {"reloaded": not errors, "problems": [one.to_json() for one in problems]}
        return Response(to_bytes(body), 422 if errors else 200, media_type="application/json")


def _read_at_start(configuration: Configuration) -> dict[str, Any]:
    """The settings a running server keeps, by their path in the file."""
    delivery = configuration.delivery
    found: dict[str, Any] = {
        "container.listen": configuration.container.listen,
        "delivery.to": delivery.to,
        "delivery.outbox": delivery.outbox,
    }
    for name, section in (("batch", delivery.batch), ("retry", delivery.retry), ("limit", delivery.limit)):
        found |= {f"delivery.{name}.{option}": getattr(section, option) for option in section.options}
    return found


def _needs_restart(loaded: Loaded, path: str) -> Problem:
    """The warning for a setting that was changed in the file and is not applied."""
    node = loaded.top
    for word in path.split("."):
        if node is not None and word in node.items:
            node = node.items[word]
    line, column = (node.line, node.column) if node is not None else (1, 1)
    file = node.file if node is not None else ""
    text, hint = "this is read at start only", "restart the server to apply it"
    return Problem(file, line, column, path, "restart", text, hint, warning=True)


def _reachable(host: str) -> str:
    """The host part of a URL by which a server that listens on ``host`` reaches itself."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{host}]" if ":" in host else host


def _beside(outbox: str, name: str) -> str:
    """A file beside the outbox's own."""
    return str(Path(outbox.partition(":")[2]).parent / name)
