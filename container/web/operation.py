"""The pages for whoever operates a server: whether it is healthy and ready, its numbers, how its destinations are, and
reloading. Any worker answers for all."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from container.config.versions import How
from container.web.console.peers import Known
from container.web.json import to_bytes
from container.web.numbers import labelled
from container.web.reception import VERSION_HEADER
from container.web.reload import Outcome
from container.web.workers import Workers

NUMBERS = "text/plain; version=0.0.4"


@dataclass
class Operation:
    """``trouble`` says why no hit can be taken, "" when it can; ``numbers`` are this worker's, ``orphans`` those of the
    files that are nobody's, by worker; ``known`` is what all workers know of destinations; ``version`` is that of the
    running configuration."""

    workers: Workers
    token: str
    trouble: Callable[[], str]
    version: Callable[[], str]
    numbers: Callable[[], Awaitable[bytes]]
    orphans: Callable[[], Awaitable[dict[int, bytes]]]
    known: Callable[[], Awaitable[Known]]
    reload: Callable[[How], Awaitable[Outcome]]

    def routes(self) -> list[Route]:
        """Where they are found."""
        return [
            Route("/healthy", self._healthy),
            Route("/-/healthy", self._healthy),
            Route("/-/ready", self._ready),
            Route("/-/metrics", self._metrics),
            Route("/-/destinations", self._destinations),
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

    async def _destinations(self, request: Request) -> Response:
        if not self._may(request):
            return _refused()
        known = await self.known()
        told = {"destinations": msgspec.to_builtins(known.destinations), "silent": known.silent}
        return Response(to_bytes(told), media_type="application/json", headers={"cache-control": "no-store"})

    async def _reload(self, request: Request) -> Response:
        asked = self.workers.asks(request)
        if not asked and not self._may(request):
            return _refused()
        rollback = request.query_params.get("how") == "rollback"
        outcome = await self.reload("rollback" if rollback else "request")
        status, body = 422 if outcome.errors else 200, outcome.to_json()
        if status == 200 and self.workers.count > 1 and not asked:
            answers = await self.workers.ask("POST", f"/-/reload{'?how=rollback' if rollback else ''}", within=30.0)
            late = [one.worker for one in answers if one.status != 200]
            body["workers"] = {"reloaded": self.workers.count - len(late), "not": late}
            status = 503 if late else 200
        return Response(to_bytes(body), status, media_type="application/json")

    def _may(self, request: Request) -> bool:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.token.encode())


def _refused() -> Response:
    return PlainTextResponse("send the token as Authorization: Bearer <token>\n", 401)
