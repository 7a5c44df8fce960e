"""Streaming: server-sent events that end with their reader, their session, the server, or with what they tell of."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.responses import StreamingResponse

from container.web.console.page import Sent
from container.web.json import to_line

BEAT = 15.0
"""Seconds after which a comment is sent when nothing happened, so that nothing on the way takes the line for dead."""

LOOK = 1.0
"""Seconds after which it is looked at the latest whether the reader may still read."""

OVER = Sent("signed-out", {})
"""The last event for who may read no more."""

RETRY = b"retry: 1000\n\n"
"""How many milliseconds a browser waits before it comes again."""


def stream(events: AsyncIterator[Sent], ending: asyncio.Event, may: Callable[[], bool]) -> StreamingResponse:
    """The answer that sends each event as it comes, for as long as its reader ``may`` read."""
    headers = {"x-accel-buffering": "no"}
    return StreamingResponse(_lines(events, ending, may), 200, headers, "text/event-stream")


async def _lines(events: AsyncIterator[Sent], ending: asyncio.Event, may: Callable[[], bool]) -> AsyncIterator[bytes]:
    end = asyncio.ensure_future(ending.wait())
    coming: asyncio.Future[Sent] | None = None
    try:
        yield RETRY
        said = time.monotonic()
        while not ending.is_set():
            if coming is None:
                coming = asyncio.ensure_future(_next(events))
            waiting: set[asyncio.Future[Any]] = {coming, end}
            await asyncio.wait(waiting, timeout=LOOK, return_when=asyncio.FIRST_COMPLETED)
            if not may():  # asked before anything is sent, also what had come by then
                yield written(OVER)
                return
            if not coming.done():
                if time.monotonic() - said >= BEAT:
                    said = time.monotonic()
                    yield b": still here\n\n"
                continue
            try:
                sent = coming.result()
            except StopAsyncIteration:
                return
            finally:
                coming = None
            said = time.monotonic()
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
