"""What the console costs intake: the same load with nobody looking and with consoles open, interleaved, as a ratio."""

from __future__ import annotations

import argparse
import contextlib
import shutil
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
from rich.console import Console
from rich.table import Table

from benchmarks.captured import write_hits
from benchmarks.intake import measure
from benchmarks.servers import Server, tagdock

ALLOWED = 0.95
"""The least share of the hits a second that an open console must leave."""


def token(server: Server) -> str:
    """The token the server keeps beside its outbox."""
    return (server.folder / "data" / "token").read_text().strip()


@contextlib.contextmanager
def reading(server: Server, count: int) -> Iterator[list[int]]:
    """So many consoles that follow the live page; gives the bytes each was sent."""
    ended = threading.Event()
    taken = [0] * count

    def follow(place: int) -> None:
        headers = {"authorization": f"Bearer {token(server)}"}
        url = f"http://127.0.0.1:{server.port}/console/stream?after=0"
        with httpx2.stream("GET", url, headers=headers, timeout=30) as answer:
            for part in answer.iter_raw():
                taken[place] += len(part)
                if ended.is_set():
                    return

    threads = [threading.Thread(target=follow, args=(place,), daemon=True) for place in range(count)]
    for one in threads:
        one.start()
    try:
        yield taken
    finally:
        ended.set()
        for one in threads:
            one.join(20)


def flow(server: Server) -> str:
    """What the page says of how many of the hits it shows."""
    headers = {"authorization": f"Bearer {token(server)}"}
    found = httpx2.get(f"http://127.0.0.1:{server.port}/console/index.json", headers=headers, timeout=30).json()
    return f"showing {found['flow']['taken']} of {found['flow']['hits']} hits of the last {found['flow']['seconds']} s"


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--consoles", type=int, default=2)
    chosen = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("the benchmark drives the server with wrk: apt-get install wrk")
    closed: list[dict[str, Any]] = []
    opened: list[dict[str, Any]] = []
    said = ""
    with tempfile.TemporaryDirectory() as folder, tagdock() as server:
        hits = Path(folder, "hits")
        write_hits(hits, reaching_meta=False)
        measure(server, hits, 2, "warm")
        for index in range(chosen.rounds):
            closed.append(measure(server, hits, chosen.seconds, f"c{index}"))
            with reading(server, chosen.consoles) as taken:
                opened.append(measure(server, hits, chosen.seconds, f"o{index}"))
                said = flow(server)
            if not all(taken):
                sys.exit("a console was sent nothing")
    table = Table(title=f"{chosen.rounds} interleaved rounds of {chosen.seconds:g} s", title_justify="left")
    for head in ("", "accepted/s", "p50 ms", "p99 ms", "CPU us/hit"):
        table.add_column(head, justify="left" if not head else "right", no_wrap=True)
    for name, found in (("nobody looks", closed), (f"{chosen.consoles} consoles open", opened)):
        figures = [f"{_median(found, key):.2f}" for key in ("p50_ms", "p99_ms")]
        table.add_row(name, f"{_median(found, 'accepted'):.0f}", *figures, f"{_median(found, 'cpu_us'):.0f}")
    console = Console(width=100)
    console.print(table)
    ratio = statistics.median(one["accepted"] / other["accepted"] for one, other in zip(opened, closed, strict=True))
    console.print(f"with the console open intake is {ratio:.3f} of what it is without (at least {ALLOWED}); {said}")
    if ratio < ALLOWED:
        sys.exit(1)


def _median(results: list[dict[str, Any]], key: str) -> float:
    return statistics.median(one[key] for one in results)


if __name__ == "__main__":
    main()
