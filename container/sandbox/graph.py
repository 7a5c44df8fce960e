"""The two Graph edges of the local Meta: `POST /{version}/{pixel}/events` and `GET /{version}/dataset_quality`."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .answer import Refusal, new_trace
from .dataset_quality import dataset_quality, select_fields
from .envelope import Envelope, Fields, read
from .faults import Fault, Faults
from .intake import Intake
from .reading import Reading
from .store import Store
from .versions import EXPIRES
from .web import JSON, exchange_of, read_body, read_multipart

MOST_BYTES = 16 * 1024 * 1024
log = logging.getLogger(__name__)
_HTML = b"<!DOCTYPE html><html><head><title>Error</title></head><body>Sorry, something went wrong.</body></html>"
_BEARER_CHALLENGE = 'OAuth "Facebook Platform" "invalid_token" "Invalid OAuth access token"'


class Events:
    """The events edge. A fault asked for strikes first; nothing it refuses is counted as received."""

    def __init__(
        self,
        store: Store,
        intake: Intake,
        faults: Faults,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store, self._intake, self._faults = store, intake, faults
        self._clock, self._sleep = clock, sleep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        version, pixel_id = request.path_params["version"], request.path_params["pixel_id"]
        body = await read_body(request, MOST_BYTES)
        if body is None:
            await _refuse(Refusal(1, "The request is too large", status=413))(scope, receive, send)
            return
        fault = self._faults.strike(pixel_id)
        if fault is not None and fault.delay:
            await self._sleep(fault.delay)
        try:
            if fault is not None and (fault.answers or fault.drop in (True, "before")):
                response = await self._suffer(request, body, fault)
            else:
                response = await self._take(request, version, pixel_id, body)
        except sqlite3.Error as error:
            log.error("the sandbox could not store events: %s", error)
            response = _refuse(Refusal(2, "Service temporarily unavailable"))
        if fault is not None and fault.drop:
            # A head without its body makes the server close the connection: the caller never sees an answer.
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
        else:
            await response(scope, receive, send)

    async def _take(self, request: Request, version: str, pixel_id: str, body: bytes) -> Response:
        form = await read_multipart(request, body)
        now = self._clock()

        def take() -> tuple[int, bytes]:
            envelope = _envelope(request, body, form)
            exchange = exchange_of(request, body, now, [envelope.token, envelope.proof])
            return self._intake.server(version, pixel_id, envelope, exchange)

        status, answer = await self._store.run(take)
        headers = {"facebook-api-version": version} if version in EXPIRES else {}
        if status == 401:
            headers["www-authenticate"] = _BEARER_CHALLENGE
        return JSON(answer, status, headers)

    async def _suffer(self, request: Request, body: bytes, fault: Fault) -> Response:
        refusal = fault.refusal()
        response: Response
        if fault.html:
            response = Response(_HTML, refusal.http_status, fault.headers(), "text/html")
        else:
            response = JSON({"error": refusal.error(new_trace())}, refusal.http_status, fault.headers())
        form = await read_multipart(request, body)
        now = self._clock()

        def keep() -> None:
            envelope = _envelope(request, body, form)
            exchange = exchange_of(request, body, now, [envelope.token, envelope.proof])
            exchange.status = 0 if fault.drop else refusal.http_status
            exchange.answer = b"" if fault.drop else bytes(response.body)
            self._store.add([], exchange, faulted=True)

        await self._store.run(keep)
        return response


class Quality:
    """The dataset quality edge, in Meta's shape."""

    def __init__(self, reading: Reading, intake: Intake, clock: Callable[[], float]) -> None:
        self._reading, self._intake, self._clock = reading, intake, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        query = request.query_params
        dataset = query.get("dataset_id", "")
        token = _envelope(request, b"", None).token
        if not dataset:
            refusal: Refusal | None = Refusal(100, "(#100) The parameter dataset_id is required")
        else:
            refusal = self._intake.refuses(request.path_params["version"], dataset, token, self._clock())
        if refusal is not None:
            await _refuse(refusal)(scope, receive, send)
            return
        answer = await self._reading.run(dataset_quality, self._reading, dataset)
        await JSON(select_fields(answer, query.get("fields", "")))(scope, receive, send)


def _refuse(refusal: Refusal) -> Response:
    return JSON({"error": refusal.error(new_trace())}, refusal.http_status)


def _envelope(request: Request, body: bytes, form: Fields | None) -> Envelope:
    headers = request.headers
    return read(body, headers.get("content-type", ""), request.query_params, form, headers.get("authorization", ""))
