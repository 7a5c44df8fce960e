"""The workers of one server, as one of them sees them: who is there, and how to ask the others."""

from __future__ import annotations

import asyncio
import hmac
import mmap
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx2
from starlette.requests import Request

HEADER = "x-tagdock-worker"
"""What a worker shows when it asks another one. Its value is a secret of this run of the server."""

ANSWER_WITHIN = 3.0
"""Seconds in which a worker must answer another one; one that is being started again mostly does."""

MOST = 64
"""Workers a server may have."""


@dataclass(slots=True)
class Answered:
    """What one worker answered; status 0 when it did not."""

    worker: int
    status: int
    body: bytes = b""


@dataclass
class Workers:
    """The place of one worker. A server with a single process is worker 0 of 1, and asks nobody.

    ``ports`` are where each worker listens on the loopback for the others. ``board`` has a byte for each worker, which
    the supervisor keeps: 1 while the worker is there or about to be, 0 while its files are anybody's. ``started`` is
    to be called when it serves, ``reloaded`` when a new configuration was taken over. ``lifeline`` is a file that ends
    with the supervisor.
    """

    index: int = 0
    count: int = 1
    ports: tuple[int, ...] = ()
    secret: str = ""
    board: mmap.mmap | None = None
    reloaded: Callable[[], None] = lambda: None
    started: Callable[[], None] = lambda: None
    lifeline: int | None = None
    _client: httpx2.AsyncClient | None = field(default=None, repr=False)

    def there(self, worker: int) -> bool:
        """Whether a worker of this number is there, so that its files are its own."""
        if self.board is None:
            return worker == self.index
        return worker < self.count and self.board[worker] == 1

    def url(self, worker: int) -> str:
        """Where a worker listens for the others."""
        return f"http://127.0.0.1:{self.ports[worker]}"

    def asks(self, request: Request) -> bool:
        """Whether a request is another worker's."""
        given = request.headers.get(HEADER, "")
        return bool(self.secret) and hmac.compare_digest(given.encode("utf-8", "replace"), self.secret.encode())

    async def ask(self, method: str, path: str, within: float = ANSWER_WITHIN) -> list[Answered]:
        """Ask all others that are there at once."""
        others = [one for one in range(self.count) if one != self.index and self.there(one)]
        return list(await asyncio.gather(*(self._ask(one, method, path, within) for one in others)))

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()

    @property
    def client(self) -> httpx2.AsyncClient:
        """Connections to the other workers, past any proxy of the environment."""
        if self._client is None:
            self._client = httpx2.AsyncClient(trust_env=False)
        return self._client

    async def _ask(self, worker: int, method: str, path: str, within: float) -> Answered:
        try:
            headers = {HEADER: self.secret}
            answer = await self.client.request(method, self.url(worker) + path, headers=headers, timeout=within)
        except httpx2.HTTPError:
            return Answered(worker, 0)
        return Answered(worker, answer.status_code, answer.content)
