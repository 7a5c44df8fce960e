"""A vendor that is away while a million payloads come: what they cost in memory and on disk, and how they get away."""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2
from rich.console import Console
from rich.table import Table

from benchmarks.servers import OTHER_CORE, ROOT, SERVE, Server, free_port, running

TOKEN = "benchmark"
STEPS = 10
A_HIT = 20
"""Events of one hit, as gtag batches them."""

CONNECTIONS = 32
FLAT = 1.1
"""What the memory may grow by, from a tenth of the payloads to all of them."""

CONFIGURATION = """
container: {{ name: bench }}
clients: {{ browser: ga4 }}
triggers: {{ any: {{ event: purchase }} }}
consent: {{ when_unset: granted }}
tags:
  meta:
    meta_capi: {{ pixel_id: "111111", access_token: token, endpoint: "http://127.0.0.1:{port}/sandbox/graph" }}
    fires_on: any
delivery: {{ to: live, outbox: "sqlite:outbox.db" }}
"""
SANDBOX = "clients: { browser: ga4 }\n"

console = Console(width=100)


async def _send(port: int, hits: asyncio.Queue[int | None], failed: list[int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    path = b"/g/collect?v=2&tid=G-1&cid=1733650000.1733650000&gcs=G111&dl=https%3A%2F%2Fshop.example%2Fthanks&cu=EUR"
    head = b"POST %s HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: Mozilla/5.0\r\nContent-Length: %d\r\n\r\n"
    while (number := await hits.get()) is not None:
        lines = [
            b"en=purchase&epn.value=12.5&ep.transaction_id=T%d&ep.event_id=e-%d" % (one, one)
            for one in range(number * A_HIT, (number + 1) * A_HIT)
        ]
        body = b"\r\n".join(lines)
        writer.write(head % (path, len(body)) + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        failed[0] += answer.split(b" ", 2)[1][:1] != b"2"
    writer.close()


async def send(port: int, first: int, last: int) -> None:
    """The hits of these numbers, each with events of its own; ends the program when one is not taken."""
    failed = [0]
    hits: asyncio.Queue[int | None] = asyncio.Queue()
    for number in [*range(first, last), *[None] * CONNECTIONS]:
        hits.put_nowait(number)
    await asyncio.gather(*(_send(port, hits, failed) for _ in range(CONNECTIONS)))
    if failed[0]:
        sys.exit(f"{failed[0]} hits were refused")


def disk(folder: Path) -> float:
    """MiB of the outbox with its log."""
    return sum(one.stat().st_size for one in folder.glob("outbox.db*")) / 2**20


def fill(server: Server, payloads: int) -> list[float]:
    """Send the payloads, a row of the table for every tenth of them; gives the memory after each."""
    table = Table(title="the vendor answers 503", title_justify="left")
    for name in ("pending", "resident MiB", "peak MiB", "outbox MiB", "bytes each", "payloads/s"):
        table.add_column(name, justify="right")
    found: list[float] = []
    table.add_row("0", f"{server.memory():.0f}", f"{server.memory('VmHWM'):.0f}", f"{disk(server.folder):.0f}", "", "")
    hits = payloads // A_HIT
    for step in range(STEPS):
        begun = time.monotonic()
        asyncio.run(send(server.port, hits * step // STEPS, hits * (step + 1) // STEPS))
        passed = time.monotonic() - begun
        pending, size = server.pending(), disk(server.folder)
        found.append(server.memory())
        table.add_row(
            f"{pending:,}", f"{found[-1]:.0f}", f"{server.memory('VmHWM'):.0f}", f"{size:.0f}",
            f"{size * 2**20 / pending:.0f}", f"{payloads / STEPS / passed:,.0f}",
        )  # fmt: skip
    console.print(table)
    return found


def drain(server: Server, payloads: int) -> None:
    """The vendor is back and somebody reloads: print how long it takes until nothing is pending."""
    begun, cpu = time.monotonic(), server.cpu
    headers = {"Authorization": f"Bearer {TOKEN}"}
    httpx2.post(f"http://127.0.0.1:{server.port}/-/reload", headers=headers, timeout=60).raise_for_status()
    while server.pending():
        time.sleep(1)
    passed, cpu = time.monotonic() - begun, server.cpu - cpu
    console.print(
        f"drained in {passed:.0f} s: {payloads / passed:,.0f} payloads/s, {cpu / payloads * 1e6:.0f} us of CPU each\n"
        f"while they left: {server.memory():.0f} MiB resident, {server.memory('VmHWM'):.0f} at the peak, "
        f"outbox {disk(server.folder):.0f} MiB"
    )


def prove(folder: Path) -> None:
    """Let ``tagdock outbox prove`` recount, and print how long it took."""
    begun = time.monotonic()
    subprocess.run(
        [*SERVE[:-1], "outbox", "prove"], cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True
    )
    console.print(f"proven in {time.monotonic() - begun:.1f} s")


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payloads", type=int, default=1_000_000)
    payloads = parser.parse_args().payloads // (A_HIT * STEPS) * (A_HIT * STEPS)
    os.environ["TAGDOCK_TOKEN"] = TOKEN
    os.sched_setaffinity(0, {OTHER_CORE})
    with tempfile.TemporaryDirectory(dir=ROOT / "benchmarks", prefix="tagdock-bench-") as folder:
        shop, meta = Path(folder, "shop"), Path(folder, "meta")
        port, away = free_port(), free_port()
        for one, text in ((shop, CONFIGURATION.format(port=away)), (meta, SANDBOX)):
            one.mkdir()
            (one / "config.yaml").write_text(text)
        with running([*SERVE, "--listen", f"127.0.0.1:{away}"], away, meta, OTHER_CORE) as vendor:
            faults = f"http://127.0.0.1:{away}/sandbox/faults"
            httpx2.post(faults, json={"n": 10**9, "status": 503}).raise_for_status()
            command = [*SERVE, "--listen", f"127.0.0.1:{port}"]
            with running(command, port, shop) as server:
                memory = fill(server, payloads)
                server.process.kill()
                server.process.wait()
            prove(shop)
            begun = time.monotonic()
            with running(command, port, shop) as server:
                started = time.monotonic() - begun
                console.print(
                    f"after kill -9 it takes hits again in {started:.1f} s; {server.memory():.0f} MiB resident"
                )
                httpx2.delete(faults).raise_for_status()
                drain(server, payloads)
            prove(shop)
            counts = httpx2.get(f"http://127.0.0.1:{away}/sandbox/all", timeout=60).json()
            accepted = counts["good"] - counts["deduplicated"]
            console.print(f"the vendor has {accepted:,} of them, {counts['deduplicated']} came twice")
            assert vendor.process.poll() is None
    if accepted != payloads:
        sys.exit("which is not what was sent")
    growth = memory[-1] / memory[0]
    console.print(f"memory with all of them pending : with a tenth of them   {growth:.2f}")
    if growth > FLAT:
        sys.exit(f"above the allowed {FLAT}")


if __name__ == "__main__":
    main()
