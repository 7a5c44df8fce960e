"""A dead vendor beside a healthy one: what the intake and the healthy one notice of it, as ratios of one run."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from rich.console import Console
from rich.table import Table

from benchmarks.servers import OTHER_CORE, ROOT, SERVE, Server, free_port, running

REQUIRED = 1.5
WAYS = ("hang", "refuse", "500")
TOKEN = "benchmark"
TAG = """
    meta_capi:
      pixel_id: "{pixel}"
      access_token: token
      endpoint: http://127.0.0.1:{port}
      custom_data: {{ sent: "{{{{ event.sent }}}}" }}
    fires_on: any
"""
CONFIGURATION = """
container: {{ name: bench, origins: ["https://shop.example"] }}
clients: {{ browser: ga4 }}
triggers: {{ any: {{ event: purchase }} }}
consent: {{ when_unset: granted }}
tags:
  healthy:{healthy}  other:{other}
delivery: {{ to: live, outbox: "sqlite:outbox.db" }}
"""


@dataclass
class Vendor:
    """A vendor in a process of its own."""

    process: subprocess.Popen[str]
    port: int

    def turn(self, mode: str) -> dict[str, Any]:
        """Behave otherwise; gives what was counted since the last turn."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{mode}\n")
        self.process.stdin.flush()
        counted: dict[str, Any] = json.loads(self.process.stdout.readline())
        return counted


@contextlib.contextmanager
def vendor() -> Iterator[Vendor]:
    """A vendor that is up."""
    port = free_port()
    command = [sys.executable, str(ROOT / "benchmarks" / "vendor.py"), str(port)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=_on_the_other_core
    )
    try:
        yield Vendor(process, port)
    finally:
        process.kill()
        process.wait()


def _on_the_other_core() -> None:
    os.sched_setaffinity(0, {OTHER_CORE})


def load(server: Server, a_second: int, seconds: float, start: str) -> dict[str, Any]:
    """Send hits steadily from the other core."""
    command = [sys.executable, str(ROOT / "benchmarks" / "steady.py"), str(server.port), str(a_second), str(seconds)]
    done = subprocess.run([*command, start], capture_output=True, text=True, check=True, preexec_fn=_on_the_other_core)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def drained(server: Server) -> None:
    """Try what failed at once and wait until nothing is pending, so that rounds do not see each other."""
    while server.pending():
        address = f"http://127.0.0.1:{server.port}/-/reload"
        httpx2.post(address, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60)
        time.sleep(0.5)


def measure(
    server: Server, healthy: Vendor, other: Vendor, way: str, a_second: int, seconds: float, start: str
) -> dict[str, Any]:
    """One round with the other vendor up, or down in one of the ways."""
    healthy.turn("up")
    other.turn(way)
    cpu = server.cpu
    result = load(server, a_second, seconds, start)
    cpu = server.cpu - cpu
    time.sleep(2)
    counted, dead = healthy.turn("up"), other.turn("up")
    drained(server)
    if len(counted["latencies"]) != result["sent"] or result["failed"]:
        sys.exit(f"of {result['sent']} hits {result['failed']} failed; {len(counted['latencies'])} events arrived")
    return {
        "intake_p50": _percentile(result["took"], 50),
        "intake_p99": _percentile(result["took"], 99),
        "delivery_p50": _percentile(counted["latencies"], 50),
        "delivery_p99": _percentile(counted["latencies"], 99),
        "cpu": cpu / result["sent"] * 1e6,
        "requests": counted["requests"],
        "to_dead": dead["requests"],
    }


def _percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1] * 1000


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of every way to be down")
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rate", type=int, default=400, help="hits a second")
    chosen = parser.parse_args()
    os.environ["TAGDOCK_TOKEN"] = TOKEN
    rows: dict[str, list[dict[str, Any]]] = {way: [] for way in ("up", *WAYS)}
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=ROOT / "benchmarks", prefix="tagdock-bench-"))
        healthy, other = stack.enter_context(vendor()), stack.enter_context(vendor())
        tags = {
            "healthy": TAG.format(pixel="111111", port=healthy.port),
            "other": TAG.format(pixel="222222", port=other.port),
        }
        Path(folder, "config.yaml").write_text(CONFIGURATION.format(**tags))
        port = free_port()
        serve = running([*SERVE, "--listen", f"127.0.0.1:{port}"], port, Path(folder))
        server = stack.enter_context(serve)
        measure(server, healthy, other, "up", chosen.rate, 3, "warm")
        for turn in range(chosen.rounds):
            for way in WAYS:
                for mode in ("up", way):
                    result = measure(server, healthy, other, mode, chosen.rate, chosen.seconds, f"{turn}-{way}-{mode}")
                    rows[mode].append(result)
    _show(rows, chosen.rate, chosen.seconds)


def _show(rows: dict[str, list[dict[str, Any]]], rate: int, seconds: float) -> None:
    table = Table(title=f"{rate} hits/s for {seconds:g} s a round, interleaved", title_justify="left")
    heads = (
        "other vendor",
        "intake p50 ms",
        "p99 ms",
        "healthy p50 ms",
        "p99 ms",
        "CPU us/hit",
        "requests",
        "to the other",
    )
    for head in heads:
        table.add_column(head, justify="left" if head == heads[0] else "right")
    keys = ("intake_p50", "intake_p99", "delivery_p50", "delivery_p99", "cpu", "requests", "to_dead")
    medians = {way: {key: statistics.median(one[key] for one in found) for key in keys} for way, found in rows.items()}
    for way, found in medians.items():
        table.add_row(way, *(f"{found[key]:.2f}" for key in keys[:2]), *(f"{found[key]:.0f}" for key in keys[2:]))
    console = Console(width=100)
    console.print(table)
    worst = 0.0
    for place, way in enumerate(WAYS):
        # Each round is compared with the one just before it, when the other vendor was up, on the same machine so far.
        pairs = list(zip(rows[way], rows["up"][place :: len(WAYS)], strict=True))
        intake, delivery = (
            statistics.median(down[key] / up[key] for down, up in pairs) for key in ("intake_p99", "delivery_p99")
        )
        worst = max(worst, intake, delivery)
        console.print(f"down ({way}) : up   intake p99 {intake:.2f}   delivery p99 of the healthy one {delivery:.2f}")
    ups = [one["intake_p99"] for one in rows["up"]]
    console.print(f"up : up   intake p99 differs by a factor of up to {max(ups) / min(ups):.2f} between rounds")
    if worst > REQUIRED:
        sys.exit(f"above the allowed {REQUIRED}")


if __name__ == "__main__":
    main()
