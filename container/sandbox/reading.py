"""Read the kept events beside the thread that writes them, so that a long look at them holds up no answer."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from .record import Row

P = ParamSpec("P")
T = TypeVar("T")


class Reading:
    """A connection and the one thread it is used on: `run` from the event loop, `select` within what it runs."""

    def __init__(self, connection: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self._connection, self._thread = connection, thread

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do `work` on the thread and wait for it without holding up the loop."""
        if kwargs:
            raise TypeError("work on a thread takes positional arguments")
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)

    def select(self, query: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[Row]:
        return self._connection.execute(query, parameters).fetchall()

    def close(self) -> None:
        """Finish what was begun and close the connection."""
        self._thread.shutdown(wait=True)
        self._connection.close()
