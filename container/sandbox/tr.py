"""The pixel edge `/tr`: takes the browser's copy by image request, form or beacon, and answers the 1x1 gif."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .browser_copy import Pairs, read_copy
from .intake import Intake
from .store import Store
from .web import exchange_of, read_body, read_multipart

GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
MOST_BYTES = 256 * 1024
MOST_PARAMETERS = 2_000
log = logging.getLogger(__name__)
_HEADERS = {"cache-control": "no-store", "cross-origin-resource-policy": "cross-origin"}


class Tr:
    """The pixel edge. A hit is stored before the gif leaves; whatever is wrong with it, the browser gets its gif."""

    def __init__(self, store: Store, intake: Intake, clock: Callable[[], float]) -> None:
        self._store, self._intake, self._clock = store, intake, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await read_body(request, MOST_BYTES)
        pairs = await _pairs(request, body or b"")
        now = self._clock()
        copy = read_copy(pairs, request.headers, request.client.host if request.client else None, now)
        if not copy.twin:
            try:
                await self._store.run(self._intake.browser, copy, exchange_of(request, body or b"", now))
            except sqlite3.Error as error:
                log.error("the sandbox could not store a browser copy: %s", error)
        await Response(GIF, media_type="image/gif", headers=_HEADERS)(scope, receive, send)


async def _pairs(request: Request, body: bytes) -> Pairs:
    pairs = _split(request.url.query)
    form = await read_multipart(request, body)
    if form is not None:
        return pairs + [(key, value) for key, values in form.items() for value in values if isinstance(value, str)]
    return pairs + _split(body.decode("utf-8", "replace")) if body else pairs


def _split(text: str) -> Pairs:
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        return []
