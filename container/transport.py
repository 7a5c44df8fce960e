"""The transport: one request to a vendor over HTTP, and whatever came back of it."""

from __future__ import annotations

import asyncio
import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Protocol
from urllib.parse import urlsplit

import httpx2

from container.component import Request, Response

LONGEST_ANSWER = 256 * 1024
"""Bytes of an answer that are read; a vendor's verdict is far shorter. The rest is not waited for."""

_KEPT_FOR = 30.0
"""Seconds a connection that is not used is kept: batches of a quiet shop may be far apart."""

_IN_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (httpx2.ConnectTimeout, "no connection in time"),
    (httpx2.PoolTimeout, "no free connection in time"),
    (httpx2.TimeoutException, "no answer in time"),
    (TimeoutError, "no answer in time"),
    (httpx2.ConnectError, "no connection"),
    (httpx2.RemoteProtocolError, "the connection was closed or the answer was not HTTP"),
    (httpx2.NetworkError, "the connection broke"),
    (httpx2.ProxyError, "the proxy refused"),
    (httpx2.UnsupportedProtocol, "the address is not http or https"),
    (httpx2.LocalProtocolError, "the request cannot be written as HTTP"),
    (httpx2.InvalidURL, "the address is not a URL"),
)


class Sender(Protocol):
    """Anything that can carry a request: the transport, or a vendor played by a test."""

    async def send(self, request: Request, within: float) -> Response:
        """The vendor's response ``within`` seconds, status 0 and a ``failure`` when there was none."""


class Transport:
    """HTTP/1.1 with kept connections, without compression, cookies and redirects.

    Every origin (scheme, host and port) has its own connections, at most ``connections`` at a time, so that a vendor
    that hangs leaves the others theirs. Beyond ``origins`` of them the rest share. Must be used in one event loop.
    """

    def __init__(self, connections: int = 100, origins: int = 100) -> None:
        self._connections = connections
        self._origins = origins
        self._trust = httpx2.create_ssl_context()  # reading the certificates takes a tenth of a second: once for all
        self._clients: dict[str, httpx2.AsyncClient] = {}

    async def send(self, request: Request, within: float) -> Response:
        """Send it once. Trouble on the way is a ``Response`` with status 0 and a ``failure``, never an exception.

        ``within`` is in seconds and bounds all of it. The failure is in our own words: an exception's text could hold
        the address, and an address can hold a token. Header names of the response are in lower case.
        """
        try:
            async with asyncio.timeout(within):
                return await self._exchange(request, within)
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, OSError, ValueError) as error:
            return Response(0, failure=_in_words(error))

    async def close(self) -> None:
        """Close the connections."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.aclose()

    def _client(self, url: str) -> httpx2.AsyncClient:
        """The client of the address's origin."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        client = self._clients.get(origin)
        if client is None:
            if len(self._clients) >= self._origins:
                origin = ""
            # The sandbox is in this very process: no proxy of the environment can reach it.
            local = parts.hostname in ("127.0.0.1", "localhost", "::1")
            client = self._clients.get(origin) or httpx2.AsyncClient(
                headers={"Accept-Encoding": "identity", "User-Agent": "tagdock"},
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
                follow_redirects=False,
                http2=False,
                limits=httpx2.Limits(
                    max_connections=self._connections,
                    max_keepalive_connections=self._connections,
                    keepalive_expiry=_KEPT_FOR,
                ),
                trust_env=not (local and origin),
                verify=self._trust,
            )
            self._clients[origin] = client
        return client

    async def _exchange(self, request: Request, within: float) -> Response:
        client = self._client(request.url)
        sending = client.build_request(
            request.method, request.url, headers=request.headers, content=request.body, timeout=within
        )
        answer = await client.send(sending, stream=True)
        try:
            parts: list[bytes] = []
            room = LONGEST_ANSWER
            async for part in answer.aiter_raw():
                parts.append(part[:room])
                room -= len(part)
                if room <= 0:
                    break
            return Response(answer.status_code, dict(answer.headers), b"".join(parts))
        finally:
            await answer.aclose()


def _in_words(error: BaseException) -> str:
    """What went wrong, without the text of the exception."""
    cause: BaseException | None = error
    for _ in range(10):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "its certificate is not valid for us"
        if isinstance(cause, ssl.SSLError):
            return "no encrypted connection could be agreed on"
        cause = (cause.__cause__ or cause.__context__) if cause is not None else None
    unknown = f"the request failed ({type(error).__name__})"
    return next((words for kind, words in _IN_WORDS if isinstance(error, kind)), unknown)
