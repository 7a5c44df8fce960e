"""A vendor to measure against: answers the events edge well, badly or not at all, and tells how long events took."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from typing import Any

WELL = b'{"events_received":1}'


class Vendor:
    """One vendor. ``mode`` is up, hang, refuse or 500; events carry ``custom_data.sent``, their hit's unix seconds."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.mode = "up"
        self.requests = 0
        self.latencies: list[float] = []
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def listen(self) -> None:
        """Take connections, unless they are refused."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=1 << 24)

    async def turn(self, mode: str) -> dict[str, Any]:
        """Behave otherwise from now on; gives what was counted until now, and counts anew."""
        told = {"requests": self.requests, "latencies": self.latencies}
        self.requests, self.latencies, self.mode = 0, [], mode
        if mode == "refuse" and self._server is not None:
            self._server.close()
            self._server = None
        elif mode != "refuse" and self._server is None:
            await self.listen()
        if mode in ("refuse", "up"):
            for writer in list(self._writers):
                writer.close()
        return told

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    body = await _request(reader)
                    status = self._take(body)
                    if status is None:
                        await asyncio.sleep(3600)
                    head = (
                        f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(WELL)}\r\n\r\n"
                    )
                    writer.write(head.encode() + WELL)
                    await writer.drain()
        finally:
            self._writers.discard(writer)
            writer.close()

    def _take(self, body: bytes) -> int | None:
        self.requests += 1
        if self.mode != "up":
            return 500 if self.mode == "500" else None
        now = time.time()
        self.latencies += [now - event["custom_data"]["sent"] for event in json.loads(body)["data"]]
        return 200


async def _request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.partition(b":")[2]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    )
    return await reader.readexactly(length)


async def main(port: int) -> None:
    """Serve; a line of input is the next mode, a line of output what was counted before it."""
    vendor = Vendor(port)
    await vendor.listen()
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := (await lines.readline()).decode().strip():
        print(json.dumps(await vendor.turn(line)), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
