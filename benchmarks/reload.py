"""Swapping under load: two configurations taken in turns while wrk drives the server; what it costs, and the proof."""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from rich.console import Console
from rich.table import Table

from benchmarks.captured import write_hits
from benchmarks.intake import load
from benchmarks.servers import Server, tagdock

MARK = "    custom_data: { content_category: first_version }"
OTHER = MARK.replace("first", "second")


@dataclass
class Swapping:
    """Swaps while it runs, one after the other with a pause between, and looks with previews at which version serves.

    ``seconds`` are how long each reload took, ``waits`` how long each preview waited while one was going on;
    ``wrong`` are previews whose event does not belong to the version that their answer names.
    """

    server: Server
    swaps: int
    pause: float
    seconds: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def run(self) -> None:
        """All swaps; the other thread looks on meanwhile."""
        token = (self.server.folder / "data" / "token").read_text().strip()
        names: dict[str, str] = {}
        done = threading.Event()
        text = with_mark((self.server.folder / "config.yaml").read_text())
        looking = threading.Thread(target=self._look, args=(token, names, done))
        with httpx2.Client(base_url=f"http://127.0.0.1:{self.server.port}", timeout=60) as http:
            for swap in range(self.swaps):
                name = "second_version" if swap % 2 else "first_version"
                new = self.server.folder / "config.new"
                new.write_text(text.replace(MARK.strip(), OTHER.strip()) if swap % 2 else text)
                new.replace(self.server.folder / "config.yaml")
                begun = time.perf_counter()
                answer = http.post("/-/reload", headers={"authorization": f"Bearer {token}"}).raise_for_status().json()
                self.seconds.append(time.perf_counter() - begun)
                names[answer["version"]] = name
                if not looking.is_alive() and swap:
                    looking.start()
                time.sleep(self.pause)
        done.set()
        looking.join()

    def _look(self, token: str, names: dict[str, str], done: threading.Event) -> None:
        hit = "/g/collect?v=2&tid=G-1&cid=7.8&gcs=G111&en=page_view&ep.event_id=look-"
        with httpx2.Client(base_url=f"http://127.0.0.1:{self.server.port}", timeout=60) as http:
            number = 0
            while not done.is_set():
                number += 1
                begun = time.perf_counter()
                headers = {"x-tagdock-preview": token, "user-agent": "Mozilla/5.0"}
                answer = http.get(f"{hit}{number}", headers=headers)
                self.waits.append(time.perf_counter() - begun)
                self._check(answer, names)
                time.sleep(0.002)

    def _check(self, answer: httpx2.Response, names: dict[str, str]) -> None:
        version = answer.headers["x-tagdock-version"]
        tags: list[dict[str, Any]] = answer.json()["events"][0]["tags"]
        shown = [one["payload"].get("custom_data", {}) for one in tags if "payload" in one]
        marks = {one["content_category"] for one in shown if "content_category" in one}
        # The watcher may have swapped before the request told the name of the version.
        expected = names.get(version) or next(iter(marks), "")
        self.seen[expected] += 1
        if marks != {expected}:
            self.wrong.append(f"version {version}: {marks}")


def with_mark(text: str) -> str:
    """The shipped configuration with a mark in each event by which its version can be told."""
    line = next(one for one in text.splitlines() if one.strip().startswith("pixel_id:"))
    blanks = line[: len(line) - len(line.lstrip())]
    return text if MARK.strip() in text else text.replace(line, f"{line}\n{blanks}{MARK.strip()}")


def main() -> None:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--swaps", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=12)
    chosen = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("the benchmark drives the servers with wrk: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder, tagdock() as server:
        hits = Path(folder, "hits")
        write_hits(hits, reaching_meta=True)
        load(server, hits, 1, "warm")
        alone = load(server, hits, chosen.seconds, "a")
        before = server.memory()
        swapping = Swapping(server, chosen.swaps, chosen.seconds / (chosen.swaps + 1))
        thread = threading.Thread(target=swapping.run)
        thread.start()
        swapped = load(server, hits, chosen.seconds, "s")
        thread.join()
        while server.pending():
            time.sleep(0.05)
        sent = [int(one["requests"]) for one in (alone, swapped)]
        accepted, delivered = _books(server)
        report(alone, swapped, swapping, server.memory() - before)
    console = Console(width=110)
    console.print(f"answered with and without swaps {sum(sent)}, previews besides {sum(swapping.seen.values())}")
    console.print(f"payloads accepted {accepted}, delivered {delivered}; previews that fit no version {swapping.wrong}")
    errors = int(alone["errors"]) + int(swapped["errors"])
    if swapping.wrong or accepted != delivered or errors or len(swapping.seen) < 2:
        sys.exit("a hit was lost, or an answer belongs to no version")


def _books(server: Server) -> tuple[int, int]:
    """Payloads accepted, and those that reached the end delivered or suppressed as seen before."""
    counted: Counter[str] = Counter()
    for line in httpx2.get(f"http://127.0.0.1:{server.port}/-/metrics", timeout=60).text.splitlines():
        if line.startswith("tagdock_payloads_total{"):
            counted[line.partition('end="')[2].partition('"')[0]] += int(float(line.split()[-1]))
    return counted["accepted"], counted["delivered"] + counted["suppressed"]


def report(alone: dict[str, Any], swapped: dict[str, Any], swapping: Swapping, grown: float) -> None:
    """One table: the traffic alone, and with swaps."""
    table = Table(title=f"{len(swapping.seconds)} swaps under load", title_justify="left")
    for head in ("", "hits/s", "p50 ms", "p99 ms", "errors"):
        table.add_column(head, justify="left" if not head else "right", no_wrap=True)
    for name, one in (("alone", alone), ("swapping", swapped)):
        rate = one["requests"] / one["seconds"]
        table.add_row(name, f"{rate:.0f}", f"{one['p50_ms']:.2f}", f"{one['p99_ms']:.2f}", str(one["errors"]))
    console = Console(width=110)
    console.print(table)
    longest, median = max(swapping.seconds), statistics.median(swapping.seconds)
    console.print(f"a reload under load: median {median * 1000:.0f} ms, longest {longest * 1000:.0f} ms")
    waits = sorted(swapping.waits)
    console.print(
        f"a preview meanwhile: median {statistics.median(waits) * 1000:.1f} ms, "
        f"p99 {waits[int(len(waits) * 0.99)] * 1000:.1f} ms, longest {waits[-1] * 1000:.1f} ms"
    )
    console.print(f"memory grew by {grown:.0f} MiB")


if __name__ == "__main__":
    main()
