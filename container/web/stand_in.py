"""The stand-in for vendors in this server: the sandbox, in a file beside the outbox, and where it is reached."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from container.component import Tag
from container.outbox.database import in_words
from container.sandbox import Sandbox
from container.web.workers import Workers

log = logging.getLogger("tagdock")


def stand_in(file: Path, clock: Callable[[], float], tags: Callable[[], Mapping[str, Tag]]) -> Sandbox:
    """A sandbox that answers each type of tag as its vendor does when all is well; in memory where no file can be."""

    def answer(kind: str) -> bytes:
        return next((tag.sandbox_answer for tag in tags().values() if tag.type == kind), b"{}")

    try:
        return Sandbox(str(file), clock, answer=answer)
    except (OSError, sqlite3.Error) as error:
        log.error("the sandbox keeps what it is sent only until the server ends: %s: %s", file, in_words(error))
        return Sandbox(":memory:", clock, answer=answer)


def reached_at(host: str, port: int, workers: Workers) -> str:
    """The address of the server that has the sandbox, from within it.

    With several workers only the first has one, which all reach past the port they share.
    """
    if workers.count > 1:
        return workers.url(0)
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
