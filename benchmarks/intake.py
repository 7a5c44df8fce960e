"""The intake: accepted and delivered hits against the bare server, interleaved in one run, printed as a table."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.captured import write_hits
from benchmarks.servers import OTHER_CORE, ROOT, Server, ceiling, tagdock

CONNECTIONS = 128
REQUIRED, STRETCH = 0.20, 0.28


def load(server: Server, hits: Path, seconds: float, start: str) -> dict[str, Any]:
    """Drive a server with wrk from the other core."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "-s"]
    command += [str(ROOT / "benchmarks" / "hits.lua"), f"http://127.0.0.1:{server.port}"]
    done = subprocess.run(
        command,
        env={**os.environ, "HITS": str(hits), "START": start},
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {OTHER_CORE}),
    )
    line = next(one for one in done.stdout.splitlines() if one.startswith("RESULT "))
    result: dict[str, Any] = json.loads(line.removeprefix("RESULT "))
    return result


def measure(server: Server, hits: Path, seconds: float, start: str) -> dict[str, Any]:
    """One round: load, then wait until everything accepted is delivered; both count as the time it took."""
    cpu, begun = server.cpu, time.perf_counter()
    result = load(server, hits, seconds, start)
    if server.folder != ROOT:
        while server.pending():
            time.sleep(0.05)
    taken = time.perf_counter() - begun - _wrk_idle(result, seconds)
    result["accepted"] = result["requests"] / result["seconds"]
    result["delivered"] = result["requests"] / max(taken, result["seconds"])
    result["cpu_us"] = (server.cpu - cpu) / max(result["requests"], 1) * 1e6
    return result


def _wrk_idle(result: dict[str, Any], seconds: float) -> float:
    """wrk calibrates before it counts; that is not the server's time."""
    return max(0.0, min(0.5, seconds - result["seconds"]))


def compare(rounds: int, seconds: float, hits: Path, title: str, goal: str = "") -> float:
    """One table; returns the ratio of delivered hits to the ceiling."""
    bare: list[dict[str, Any]] = []
    ours: list[dict[str, Any]] = []
    with ceiling() as floor, tagdock() as server:
        load(floor, hits, 1, "warm")
        measure(server, hits, 1, "warm")
        before = server.delivered()
        for index in range(rounds):
            bare.append(measure(floor, hits, seconds, f"c{index}"))
            ours.append(measure(server, hits, seconds, f"r{index}"))
        arrived = server.delivered() - before
        peaks = floor.memory("VmHWM"), server.memory("VmHWM")
    what = f"{title}: {rounds} interleaved rounds of {seconds:g} s, {CONNECTIONS} connections, one core each"
    table = Table(title=what, title_justify="left")
    for head in ("", "accepted/s", "delivered/s", "p50 ms", "p99 ms", "CPU us/hit", "peak MiB", "errors"):
        table.add_column(head, justify="left" if not head else "right", no_wrap=True)
    for name, results, peak in (("bare uvicorn", bare, peaks[0]), ("tagdock serve", ours, peaks[1])):
        row = [f"{_median(results, key):.0f}" for key in ("accepted", "delivered")]
        row += [f"{_median(results, key):.2f}" for key in ("p50_ms", "p99_ms")]
        row += [f"{_median(results, 'cpu_us'):.0f}", f"{peak:.0f}", str(sum(one["errors"] for one in results))]
        table.add_row(name, *row)
    console = Console(width=110)
    console.print(table)
    accepted = _median(ours, "accepted") / _median(bare, "accepted")
    delivered = _median(ours, "delivered") / _median(bare, "accepted")
    each = ", ".join(f"{one['delivered'] / other['accepted']:.3f}" for one, other in zip(ours, bare, strict=True))
    sent = sum(one["requests"] for one in ours)
    console.print(f"accepted durably: {accepted:.3f} of the ceiling")
    console.print(f"accepted and delivered: {delivered:.3f} of the ceiling{goal}")
    console.print(f"each round: {each}")
    console.print(f"hits answered {sent}, events delivered to the sandbox {arrived}\n")
    return delivered


def _median(results: list[dict[str, Any]], key: str) -> float:
    return statistics.median(one[key] for one in results)


def endurance(hits: Path, wanted: int) -> None:
    """Memory over many hits: resident size after each tenth."""
    console = Console()
    table = Table(title=f"memory over {wanted:,} hits")
    table.add_column("hits", justify="right")
    table.add_column("resident MiB", justify="right")
    with tagdock() as server:
        sent, index = 0, 0
        while sent < wanted:
            sent += int(measure(server, hits, 10, f"e{index}")["requests"])
            index += 1
            table.add_row(f"{sent:,}", f"{server.memory():.0f}")
        peak = server.memory("VmHWM")
    console.print(table)
    console.print(f"peak {peak:.0f} MiB")


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--hits", type=int, default=0, help="also measure memory over this many hits")
    chosen = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("the benchmark drives the servers with wrk: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder:
        every, leaving = Path(folder, "every"), Path(folder, "leaving")
        count = write_hits(every, reaching_meta=False)
        goal = f" (required {REQUIRED}, stretch {STRETCH})"
        ratio = compare(chosen.rounds, chosen.seconds, every, f"all {count} captured browser hits", goal)
        count = write_hits(leaving, reaching_meta=True)
        compare(chosen.rounds, chosen.seconds, leaving, f"only the {count} that reach Meta")
        if chosen.hits:
            endurance(every, chosen.hits)
    if ratio < REQUIRED:
        sys.exit(f"below the required {REQUIRED}")


if __name__ == "__main__":
    main()
