"""Forwarding: what only one worker has, the sandbox, asked of it by the others on a visitor's behalf."""

from __future__ import annotations

import httpx2
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from container.web.answering import Receive, Scope, Send
from container.web.workers import Workers

MOST_BODY = 16 * 1024 * 1024
"""Bytes of a request that are passed on; Meta's own requests are far smaller."""

_WITHIN = 60.0
_HOP = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"te", b"upgrade", b"content-length", b"host"})
"""Headers of one connection, which are not passed on (RFC 9110, section 7.6.1); lengths are told anew."""


class Forward:
    """ASGI application that passes a request on to another worker, and its answer back."""

    def __init__(self, workers: Workers, to: int) -> None:
        self._workers = workers
        self._to = to

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        request = Request(scope, receive)
        await (await self._answer(request))(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        parts: list[bytes] = []
        size = 0
        try:
            async for part in request.stream():
                parts.append(part)
                size += len(part)
                if size > MOST_BODY:
                    return PlainTextResponse("the body is too large\n", 413)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is left to be answered
        query = request.url.query
        target = (
            self._workers.url(self._to) + request.scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        )
        headers = [(name, value) for name, value in request.headers.raw if name not in _HOP]
        try:
            answer = await self._workers.client.request(
                request.method, target, headers=headers, content=b"".join(parts), timeout=_WITHIN
            )
        except (httpx2.HTTPError, httpx2.InvalidURL):
            return PlainTextResponse(f"worker {self._to}, which has the sandbox, does not answer\n", 503)
        made = Response(answer.content, answer.status_code)
        kept = [
            one for one in answer.headers.raw if one[0].lower() not in _HOP and one[0].lower() != b"content-encoding"
        ]
        made.raw_headers = [(name.lower(), value) for name, value in kept]
        made.raw_headers.append((b"content-length", str(len(answer.content)).encode()))
        return made
