"""The transport: one request to a vendor over HTTP, and whatever came back of it."""

from __future__ import annotations

import asyncio
from typing import Protocol

import httpx2

from container.component import Request, Response

LONGEST_ANSWER = 256 * 1024
"""Bytes of an answer that are read; a vendor's verdict is far shorter. The rest is not waited for."""

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
    """HTTP/1.1 with kept connections, without compression and without following redirects.

    Must be used in one event loop. ``connections`` bounds how many are open at a time.
    """

    def __init__(self, connections: int = 100) -> None:
        direct = httpx2.AsyncHTTPTransport(retries=0, limits=httpx2.Limits(max_connections=connections))
        self._client = httpx2.AsyncClient(
            headers={"Accept-Encoding": "identity", "User-Agent": "tagdock"},
            follow_redirects=False,
            http2=False,
            limits=httpx2.Limits(max_connections=connections, max_keepalive_connections=connections),
            # The sandbox is in this very process: no proxy of the environment can reach it.
            mounts={"all://127.0.0.1": direct, "all://localhost": direct, "all://[::1]": direct},
        )

    async def send(self, request: Request, within: float) -> Response:
        """Send it once. Trouble on the way is a ``Response`` with status 0 and a ``failure``, never an exception.

        ``within`` is in seconds and bounds all of it. The failure is in our own words: an exception's text could hold
        the address, and an address can hold a token. Header names of the response are in lower case.
        """
        try:
            async with asyncio.timeout(within):
                return await self._exchange(request, within)
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, OSError, ValueError) as error:
            for kind, words in _IN_WORDS:
                if isinstance(error, kind):
                    return Response(0, failure=words)
            return Response(0, failure=f"the request failed ({type(error).__name__})")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _exchange(self, request: Request, within: float) -> Response:
        sending = self._client.build_request(
            request.method, request.url, headers=request.headers, content=request.body, timeout=within
        )
        answer = await self._client.send(sending, stream=True)
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
