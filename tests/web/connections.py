"""A container on a real socket in this process: its connections are driven byte by byte, its outbox can be hindered."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from container.config.load import load
from container.web.app import App
from container.web.protocol import HitProtocol
from tests.processes.server import AGENT, PATIENCE, TOKEN
from tests.web.served import CONFIG, NOW

HIT = "/g/collect?v=2&tid=G-1&cid=7.8&en=page_view&ep.event_id="


def request(
    target: str, method: str = "GET", body: str = "", version: str = "1.1", host: str = "shop.example", **headers: str
) -> bytes:
    """A request as a browser writes it; a body brings its length unless it comes in chunks."""
    given = {"Host": host, "User-Agent": AGENT, **{name.replace("_", "-"): value for name, value in headers.items()}}
    if body and "Transfer-Encoding" not in given:
        given.setdefault("Content-Length", str(len(body.encode())))
    lines = [f"{method} {target} HTTP/{version}", *(f"{name}: {value}" for name, value in given.items())]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


@dataclass
class Reply:
    """One response."""

    status: int
    headers: dict[str, str]
    body: bytes


class Connection:
    """One connection to the container."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def reply(self) -> Reply:
        """The next response. Fails when none comes."""
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE)).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return Reply(int(first.split()[1]), headers, body)

    async def ask(self, data: bytes) -> Reply:
        self.send(data)
        return await self.reply()

    async def closed(self) -> bool:
        """Whether the other end closes, with nothing more to say."""
        return await asyncio.wait_for(self.reader.read(), PATIENCE) == b""


@dataclass
class Running:
    """The application behind the socket."""

    app: App
    port: int
    server: uvicorn.Server

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield Connection(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def accepted(self) -> int:
        return sum(one.accepted for one in (await self.app.outbox.status()).accounts)

    def hits(self, client: str, outcome: str) -> int:
        return self.app.metrics.hits[client, outcome]


async def soon(look: Callable[[], object]) -> None:
    """Returns when something is so; fails when it never is."""
    for _ in range(10_000):
        if look():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it never came")


Scenario = Callable[[Running], Awaitable[None]]


def play(folder: Path, scenario: Scenario, keep_alive: int = 5, config: str = CONFIG) -> None:
    """Start a container, let the scenario use it, end it in good order."""

    async def run() -> None:
        file = folder / "config.yaml"
        file.write_text(config.replace("OUTBOX", str(folder / "data" / "outbox.db")))
        app = App(load(file, {}).whole(), token=TOKEN, clock=lambda: NOW, environ={})
        settings = uvicorn.Config(
            app, port=0, http=HitProtocol, log_config=None, access_log=False, proxy_headers=False, lifespan="on",
            server_header=False, date_header=False, timeout_keep_alive=keep_alive,
        )  # fmt: skip
        server = uvicorn.Server(settings)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        serving = asyncio.create_task(server.serve())
        await soon(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            await scenario(Running(app, port, server))
        finally:
            server.should_exit = True
            await serving

    asyncio.run(run())
