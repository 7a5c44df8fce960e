"""The HTTP server: uvicorn as we use it, and how it is told to end."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import uvicorn

from container.web.protocol import HitProtocol

_AT_ONCE = "asked to end once more: ended at once; what was accepted is kept for the next start"


class Server(uvicorn.Server):
    """Asked once it ends in good order; asked again it ends at once. Whatever was answered for is on disk by then."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal to end."""
        if self.should_exit:
            os.write(2, _line(_AT_ONCE))
            os._exit(1)
        super().handle_exit(sig, frame)


def _line(text: str) -> bytes:
    """A warning as the log writes it, made without the log's locks: a signal may have come while one was held."""
    record = logging.LogRecord("tagdock", logging.WARNING, __file__, 0, text, None, None)
    for handler in logging.getLogger().handlers:
        return f"{handler.format(record)}\n".encode("utf-8", "replace")
    return f"{text}\n".encode()


def freeze() -> None:
    """What is loaded by now stays; a hit makes no cycles, so the collector need not look after every few of them."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def run(app: Callable[..., Any], sockets: Sequence[socket.socket]) -> bool:
    """Serve on bound sockets until a signal says to end; false when it did not even start, for what the log says."""
    server = Server(
        uvicorn.Config(
            app,
            loop="uvloop" if sys.platform != "win32" else "asyncio",
            http=HitProtocol,
            access_log=False,
            log_level="warning",
            log_config=None,
            lifespan="on",
            proxy_headers=False,  # container.trusted_proxies decides
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=10,
        )
    )
    for asked in (signal.SIGINT, signal.SIGTERM):
        # uvicorn ends in good order and raises the signal once more: to end as asked is a success.
        signal.signal(asked, lambda *_: None)
    with contextlib.suppress(SystemExit):  # uvicorn's own codes; why it did not start is in the log
        server.run(sockets=list(sockets))
    return server.started
