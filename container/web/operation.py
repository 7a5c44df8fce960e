"""The pages for whoever operates a server: whether it is healthy and ready, its numbers, and reloading. Any worker
answers for all."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from container.config.versions import How
from container.web.json import to_bytes
from container.web.numbers import labelled
from container.web.reception import VERSION_HEADER
from container.web.reload import Outcome
from container.web.workers import Workers

NUMBERS = "text/plain; version=0.0.4"


@dataclass
class Operation:
    """``trouble`` says why no hit can be taken, "" when it can; ``numbers`` are this worker's, ``orphans`` those of the
    files that are nobody's, by worker; ``version`` is that of the running configuration."""

    workers: Workers
    token: str
    trouble: Callable[[], str]
    version: Callable[[], str]
    numbers: Callable[[], Awaitable[bytes]]
    orphans: Callable[[], Awaitable[dict[int, bytes]]]
    reload: Callable[[How], Awaitable[Outcome]]

    def routes(self) -> list[Route]:
        """Where they are found."""
        return [
            Route("/healthy", self._healthy),
            Route("/-/healthy", self._healthy),
            Route("/-/ready", self._ready),
            Route("/-/metrics", self._metrics),
            Route("/-/reload", self._reload, methods=["POST"]),
        ]

    async def _healthy(self, _: Request) -> Response:
        return PlainTextResponse("ok")

    async def _ready(self, request: Request) -> Response:
        trouble = self.trouble()
        if not trouble and self.workers.count > 1 and not self.workers.asks(request):
            for one in await self.workers.ask("GET", "/-/ready"):
                if one.status != 200:
                    said = one.body.decode("utf-8", "replace").removeprefix("not ready: ")
                    trouble = said if one.status else f"worker {one.worker} does not answer"
                    break
        headers = {VERSION_HEADER: self.version()}
        return PlainTextResponse(f"not ready: {trouble}" if trouble else "ready", 503 if trouble else 200, headers)

    async def _metrics(self, request: Request) -> Response:
        own = await self.numbers()
        if self.workers.count == 1 or self.workers.asks(request):
            return Response(own, media_type=NUMBERS)
        texts = {self.workers.index: own, **(await self.orphans())}
        for one in await self.workers.ask("GET", "/-/metrics"):
            if one.status != 200:
                # A scrape that fails is a gap, which is honest; one that lacks a worker would be a fall.
                return PlainTextResponse(f"worker {one.worker} does not answer\n", 503)
            texts[one.worker] = one.body
        return Response(labelled(dict(sorted(texts.items()))), media_type=NUMBERS)

    async def _reload(self, request: Request) -> Response:
        asked = self.workers.asks(request)
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not asked and not hmac.compare_digest(given.encode("utf-8", "replace"), self.token.encode()):
            return PlainTextResponse("send the token as Authorization: Bearer <token>\n", 401)
        rollback = request.query_params.get("how") == "rollback"
        outcome = await self.reload("rollback" if rollback else "request")
        status, body = 422 if outcome.errors else 200, outcome.to_json()
        if status == 200 and self.workers.count > 1 and not asked:
            answers = await self.workers.ask("POST", f"/-/reload{'?how=rollback' if rollback else ''}", within=30.0)
            late = [one.worker for one in answers if one.status != 200]
            body["workers"] = {"reloaded": self.workers.count - len(late), "not": late}
            status = 503 if late else 200
        return Response(to_bytes(body), status, media_type="application/json")
