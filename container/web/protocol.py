"""The short way: whole hits straight from the connection to the reception, without a task and a scope for each.

What uvicorn does for any application (a task, an event and a dictionary a request, five messages between them) costs
as much as reading the hit. Plain requests for hits need none of it. Everything else, such as pages, preflights, bodies
in chunks or a second request on a connection whose first is not answered yet, goes uvicorn's own way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import lru_cache
from time import perf_counter
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from container.outbox.outbox import OutboxError
from container.web.answering import plain, response
from container.web.collect import read_headers
from container.web.reception import Asked, Received, Reception

log = logging.getLogger("tagdock.collect")

_METHODS = {b"GET": "GET", b"POST": "POST"}
_PECULIAR = frozenset({"transfer-encoding", "expect", "upgrade"})
"""Headers that ask for more than a body and an answer."""

_LONGEST_KNOWN = 256
"""Bytes of a path that is remembered."""

MOST_HEAD = 64 * 1024
"""Bytes of a request's line and headers. What is larger could hold up the others: it is refused before it is read."""

MOST_LINES = 200
"""Header lines of a request; a browser behind a proxy or two sends some forty."""

PATIENCE = 12
"""Looks at a connection, a keep-alive's time apart, in which half a request may stay half a request."""

_LINGER = 1.0
"""Seconds in which what still comes of a refused request is thrown away, so that its sender reads why."""

_FAILED = response(plain(500, "the hit could not be taken"), [])
_TOO_LARGE = response(
    plain(431, f"the URL and headers are larger than {MOST_HEAD} bytes or {MOST_LINES} lines"),
    [(b"connection", b"close")],
)


class HeadTooLarge(Exception):
    """The line and the headers of a request are larger than any browser's."""


class Burst:
    """Hits that arrived in one turn of the event loop: routed one after the other, made durable together.

    So the code that routes finds itself in the processor's caches, and a commit keeps more than one hit.
    """

    MOST = 64
    """Hits routed in one go; then other connections have their turn."""

    def __init__(self, reception: Reception, reserved: tuple[str, ...]) -> None:
        self.reception = reception
        self._reserved = reserved
        self._known_place = lru_cache(maxsize=1024)(self._place)
        self.ending: Callable[[], None] = lambda: None
        """Called when the server was told to end, so that what would never end by itself does."""
        self._arrived: list[tuple[HitProtocol, Asked]] = []
        self._keeping: set[asyncio.Task[None]] = set()

    def place(self, path: bytes) -> str:
        """The path as text; "" for one that is not a hit's, or is written so oddly that uvicorn shall read it."""
        return self._known_place(path) if len(path) <= _LONGEST_KNOWN else self._place(path)

    def _place(self, path: bytes) -> str:
        if path[:1] != b"/" or b"%" in path or b"#" in path:
            return ""
        text = path.decode("latin-1")
        return "" if text.startswith(self._reserved) else text

    def add(self, protocol: HitProtocol, asked: Asked) -> None:
        """Take a hit along; its protocol is given the answer."""
        self._arrived.append((protocol, asked))
        if len(self._arrived) == 1:
            protocol.loop.call_soon(self._route, protocol.loop)

    def _route(self, loop: asyncio.AbstractEventLoop) -> None:
        arrived, self._arrived = self._arrived[: self.MOST], self._arrived[self.MOST :]
        if self._arrived:
            loop.call_soon(self._route, loop)
        take, kept = self.reception.take, self.reception.kept
        durable: list[tuple[HitProtocol, Received]] = []
        for protocol, asked in arrived:
            try:
                received = take(asked)
                if received.entries:
                    durable.append((protocol, received))
                    continue
                kept(received)
            except Exception as error:  # noqa: BLE001 - one hit must not cost the others of its burst
                log.error("a hit could not be taken: %s", type(error).__name__)  # its text may hold a visitor's data
                protocol.fail()
            else:
                protocol.answer(received)
        if durable:
            self._start(loop, durable)

    def _start(self, loop: asyncio.AbstractEventLoop, durable: list[tuple[HitProtocol, Received]]) -> None:
        task = loop.create_task(self._keep(loop, durable))
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)

    async def _keep(self, loop: asyncio.AbstractEventLoop, durable: list[tuple[HitProtocol, Received]]) -> None:
        try:
            await self.reception.accepting.accept([entry for _, received in durable for entry in received.entries])
        except OutboxError as error:
            if len(durable) > 1:  # what one of them met is not held against the others
                for one in durable:
                    self._start(loop, [one])
                return
            self.reception.lost(durable[0][1], error)
        else:
            for _, received in durable:
                self.reception.kept(received)
        for protocol, received in durable:
            protocol.answer(received)


class HitProtocol(HttpToolsProtocol):
    """uvicorn's protocol for HTTP/1.1 with the short way beside it. Its application must have a ``burst``."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._burst: Burst = config.loaded_app.burst
        self._asked: Asked | None = None
        self._parts: list[bytes] = []
        self._answering = False
        self._receiving = False
        self._last = False
        self._since = 0.0
        self._answered_at = 0.0
        self._idle: asyncio.TimerHandle | None = None
        self._arriving = 0  # bytes of the last piece that came
        self._unfinished = 0  # bytes that came in vain: neither a head nor a part of a body was whole after them
        self._headed = False
        self._bodied = False
        self._refused = False
        self._half: object = None  # the headers of the request that was half there at the last look
        self._looks = 0

    # what the parser calls

    def on_message_begin(self) -> None:
        """A request begins; which way it goes shows when its headers are there."""
        self.url = b""
        self.headers = []
        self._asked = None
        self._receiving = True
        self._headed = False
        self._unfinished = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; what it means for the way is asked when all are there."""
        self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Take the short way where it is open."""
        if self._unfinished or self._arriving > MOST_HEAD or len(self.headers) > MOST_LINES:
            self._measure()
        self._headed = True
        asked = self._asked = self._plain()
        if asked is None:
            url, headers = self.url, self.headers
            super().on_message_begin()
            self.url = url
            for name, value in headers:
                super().on_header(name, value)
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Part of a body; the parser sees to it that there are as many bytes as the headers said."""
        if self._asked is None:
            self._bodied = True
            super().on_body(body)
        else:
            self._parts.append(body)

    def on_message_complete(self) -> None:
        """The hit is here."""
        self._receiving = False
        asked = self._asked
        if asked is None:
            super().on_message_complete()
            return
        if self._parts:
            asked.body = b"".join(self._parts)
            self._parts = []
        self._answering = True
        self._since = perf_counter()
        self._burst.add(self, asked)

    def _measure(self) -> None:
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > MOST_HEAD or len(self.headers) > MOST_LINES:
            self._refused = True
            raise HeadTooLarge  # the parser ends with it, and uvicorn then ends the connection

    def _plain(self) -> Asked | None:
        """The request, when it is one for the short way."""
        method = _METHODS.get(self.parser.get_method())
        if method is None or self._answering or self.flow.write_paused:
            return None
        if self.cycle is not None and (self.pipeline or not self.cycle.response_complete):
            return None
        path, _, query = self.url.partition(b"?")
        place = self._burst.place(path)
        if not place or b"#" in query:
            return None
        if self.parser.get_http_version() != "1.1" or not self.parser.should_keep_alive():
            return None
        headers = read_headers(self.headers)
        if not _PECULIAR.isdisjoint(headers):
            return None
        length = headers.get("content-length")
        if length is not None and not self._fits(length):
            return None
        return Asked(method, place, query.decode("latin-1"), headers, b"", self.client[0] if self.client else "")

    def _fits(self, length: str) -> bool:
        return length.isdigit() and len(length) <= 12 and int(length) <= self._burst.reception.live.limit

    # what the burst calls

    def answer(self, received: Received) -> None:
        """Send the answer to the hit that was taken."""
        self._reply(response(received.answer, received.headers))
        if received.seen is not None:
            received.answered()

    def fail(self) -> None:
        """Answer that something of ours failed."""
        self._reply(_FAILED)

    def _reply(self, data: bytes) -> None:
        self._answering = False
        now = self._answered_at = perf_counter()
        self._burst.reception.metrics.answers.observe(now - self._since)
        if self.transport.is_closing():
            return
        self.transport.write(data)
        if self._last:
            self.transport.close()
        elif self.pipeline:
            self.flow.resume_reading()
            self._start_asgi_task(*self.pipeline.pop())

    def _look(self) -> None:
        """Close a connection on which nothing came for long, or only half of a request.

        One timer a connection, not one an answer.
        """
        busy = self._answering or self._receiving or (self.cycle is not None and not self.cycle.response_complete)
        left = self.timeout_keep_alive if busy else self._answered_at + self.timeout_keep_alive - perf_counter()
        half = self.headers if self._receiving else None
        self._looks = self._looks + 1 if half is not None and half is self._half else 0
        self._half = half
        if self._looks >= PATIENCE or (left <= 0 and self.timeout_keep_alive_task is None):
            self._idle = None
            self.transport.close()
        else:  # where uvicorn's own timer runs, that closes it
            self._idle = self.loop.call_later(left if left > 0 else self.timeout_keep_alive, self._look)

    # what uvicorn calls

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Look at the connection from its beginning: one that never asks is closed too."""
        super().connection_made(transport)
        self._answered_at = perf_counter()
        self._idle = self.loop.call_later(self.timeout_keep_alive, self._look)

    def data_received(self, data: bytes) -> None:
        """Read a piece; end a connection whose pieces make neither a head nor a body."""
        if self._refused:
            return
        headers = self.headers
        self._arriving, self._bodied = len(data), False
        super().data_received(data)
        if self._receiving and self._asked is None and not self._bodied and self.headers is headers:
            self._unfinished += len(data)
            if self._unfinished > MOST_HEAD and not self._refused:
                self._refuse()

    def send_400_response(self, msg: str) -> None:
        """End a connection on which something other than HTTP came, or a head that is too large."""
        if self._refused:
            self._refuse()
        else:
            super().send_400_response(msg)

    def _refuse(self) -> None:
        self._burst.reception.metrics.hits["", "too_large"] += 1
        self._refused = True
        if not self._headed:  # else an answer may be on its way
            self.transport.write(_TOO_LARGE)
        self.loop.call_later(_LINGER, self.transport.close)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if self._answering:  # answers go out in the order of their requests
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, app))
        else:
            super()._start_asgi_task(cycle, app)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the timer too; half a hit is none."""
        if self._receiving and self._asked is not None:
            self._burst.reception.metrics.hits["", "cut_short"] += 1
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Close, after the answer that is under way."""
        self._burst.ending()
        if self._answering:
            self._last = True
        else:
            super().shutdown()
