"""Streaming: server-sent events that end with their reader, with the server, or with what they tell of."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import StreamingResponse

from container.web.console.page import Sent
from container.web.json import to_line

BEAT = 15.0
"""Seconds after which a comment is sent when nothing happened, so that nothing on the way takes the line for dead."""

RETRY = b"retry: 1000\n\n"
"""How many milliseconds a browser waits before it comes again."""


def stream(events: AsyncIterator[Sent], ending: asyncio.Event) -> StreamingResponse:
    """The answer that sends each event as it comes."""
    headers = {"x-accel-buffering": "no"}
    return StreamingResponse(_lines(events, ending), 200, headers, "text/event-stream")


async def _lines(events: AsyncIterator[Sent], ending: asyncio.Event) -> AsyncIterator[bytes]:
    end = asyncio.ensure_future(ending.wait())
    coming: asyncio.Future[Sent] | None = None
    try:
        yield RETRY
        while not ending.is_set():
            if coming is None:
                coming = asyncio.ensure_future(_next(events))
            waiting: set[asyncio.Future[Any]] = {coming, end}
            await asyncio.wait(waiting, timeout=BEAT, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done():
                yield b": still here\n\n"
                continue
            try:
                sent = coming.result()
            except StopAsyncIteration:
                return
            finally:
                coming = None
            yield written(sent)
    finally:
        end.cancel()
        if coming is not None:
            coming.cancel()
            with contextlib.suppress(BaseException):
                await coming
        close = getattr(events, "aclose", None)
        if close is not None:
            await close()


async def _next(events: AsyncIterator[Sent]) -> Sent:
    return await events.__anext__()


def written(sent: Sent) -> bytes:
    """One event as it goes over the wire; JSON has no line break."""
    head = f"id: {sent.id}\n" if sent.id else ""
    return f"{head}event: {sent.event}\ndata: ".encode() + to_line(sent.data) + b"\n\n"
