"""Onward: a worker without the console passes what is asked of it on to the one that has it, streams as they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx2
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from container.web.answering import Receive, Scope, Send
from container.web.console.lock import PEER_HEADER, Lock, host_of
from container.web.workers import HEADER, Workers

MOST_BODY = 1024 * 1024
_WITHIN = 60.0
_HOP = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "content-length", "host", HEADER, PEER_HEADER}
)


class Onward:
    """ASGI application. Where a request came from is judged here, where it arrived; who sent it, there."""

    def __init__(self, workers: Workers, to: int, lock: Lock, ending: asyncio.Event) -> None:
        self._workers, self._to, self._lock, self._ending = workers, to, lock, ending

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        request = Request(scope, receive)
        why = self._lock.place(request)
        if not why and request.method != "GET" and "authorization" not in request.headers:
            why = "" if self._lock.same_site(request) else "This did not come from a page of this console."
        response = PlainTextResponse(f"{why}\n", 403) if why else await self._passed(request)
        await response(scope, receive, send)

    async def _passed(self, request: Request) -> Response:
        try:
            parts = [part async for part in request.stream()]
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is left to be answered
        body = b"".join(parts)
        if len(body) > MOST_BODY:
            return PlainTextResponse("the body is too large\n", 413)
        headers = [(name, value) for name, value in request.headers.items() if name not in _HOP]
        peer = request.client.host if request.client else ""
        # What a page of ours sent is the same origin's also where a browser does not say so itself.
        told = {HEADER: self._workers.secret, PEER_HEADER: peer, "x-forwarded-host": host_of(request)}
        if "origin" in request.headers:
            told["sec-fetch-site"] = "same-origin"
        query = request.url.query
        url = self._workers.url(self._to) + request.scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        asked = self._workers.client.build_request(
            request.method, url, headers=[*((n, v) for n, v in headers if n not in told), *told.items()], content=body,
            timeout=httpx2.Timeout(_WITHIN, read=None),
        )  # fmt: skip
        try:
            answer = await self._workers.client.send(asked, stream=True)
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return PlainTextResponse(f"worker {self._to}, which has the console, does not answer\n", 503)
        made = StreamingResponse(self._parts(answer), answer.status_code)
        made.raw_headers = [
            (name.lower(), value) for name, value in answer.headers.raw if name.lower().decode("latin-1") not in _HOP
        ]
        return made

    async def _parts(self, answer: httpx2.Response) -> AsyncIterator[bytes]:
        try:
            async for part in answer.aiter_raw():
                yield part
        except httpx2.HTTPError:
            return  # the other worker ended; a browser comes again
        finally:
            await answer.aclose()
