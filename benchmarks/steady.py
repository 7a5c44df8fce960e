"""Steady load: so many hits a second whatever the answers do, each with the time it was sent."""

from __future__ import annotations

import asyncio
import json
import sys
import time

CONNECTIONS = 32


async def _send(port: int, hits: asyncio.Queue[str | None], took: list[float], failed: list[int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (identity := await hits.get()) is not None:
        begun = time.perf_counter()
        target = (
            "/g/collect?v=2&tid=G-1&cid=7.8&gcs=G111&en=purchase&epn.value=12.5&ep.currency=EUR"
            f"&dl=https%3A%2F%2Fshop.example%2F&ep.event_id={identity}&epn.sent={time.time():.6f}"
        )
        writer.write(f"GET {target} HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: Mozilla/5.0\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                await reader.readexactly(int(line.partition(b":")[2]))
        took.append(time.perf_counter() - begun)
        failed[0] += head.split(b" ", 2)[1][:1] != b"2"
    writer.close()


async def main(port: int, a_second: int, seconds: float, start: str) -> None:
    """Send, then print what was sent, how many answers were no success, and how long each took."""
    took: list[float] = []
    failed = [0]
    hits: asyncio.Queue[str | None] = asyncio.Queue()
    senders = [asyncio.create_task(_send(port, hits, took, failed)) for _ in range(CONNECTIONS)]
    begun = time.perf_counter()
    for number in range(int(a_second * seconds)):
        wait = begun + number / a_second - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        hits.put_nowait(f"{start}-{number}")
    for _ in senders:
        hits.put_nowait(None)
    await asyncio.gather(*senders)
    print(json.dumps({"sent": len(took), "failed": failed[0], "took": took}))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]))
