"""A real ``tagdock serve`` in a process of its own, on a free port of this machine, with a folder of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx2

T = TypeVar("T")
PATIENCE = 60.0
"""Seconds anything may take: a busy machine is slow, and what is there sooner is seen sooner."""

TOKEN = "the-token-of-the-tests"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"
PIXEL = "1234567890"

CONFIG = """
container: { name: test, listen: 127.0.0.1:0 }
clients: { browser: ga4, pixel: meta_pixel, backend: { measurement_protocol: { api_secret: the-secret } } }
triggers: { anything: { where: { event.event_name: { exists: true } } } }
tags:
  meta:
    meta_capi: { pixel_id: "1234567890", access_token: $META_ACCESS_TOKEN }
    fires_on: anything
delivery:
  outbox: sqlite:data/outbox.db
  batch: { at_most: 20, wait: 20ms }
  retry: { first: 20ms, longest: 200ms, give_up_after: 1h }
"""
"""A configuration in which everything fires at once and is tried again soon."""


def until(look: Callable[[], T], what: str, seconds: float = PATIENCE) -> T:
    """Look again and again until something is there; fails with ``what`` when it never is."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"waited {seconds} seconds for {what}"
        time.sleep(0.01)


class Server:
    """One container; may be stopped, killed and started again in the same folder."""

    def __init__(self, folder: Path, config: str = CONFIG) -> None:
        self.folder = folder
        self.config = folder / "config.yaml"
        self.config.write_text(config)
        self.stderr = folder / "stderr.txt"
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""
        self.http = httpx2.Client(timeout=PATIENCE, headers={"user-agent": AGENT})

    def launch(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start the command, without waiting for anything."""
        environ = {key: value for key, value in os.environ.items() if not key.startswith(("META_", "TAGDOCK_"))}
        with open(self.stderr, "ab") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from container.cli.main import main; main()", "serve", *arguments],
                cwd=self.folder,
                stdout=stderr,
                stderr=stderr,
                env={**environ, "TAGDOCK_TOKEN": TOKEN},
            )
        return self.process

    def start(self) -> Server:
        """Start it and wait until it is healthy."""
        before = self.log().count("listens on")
        process = self.launch()
        until(lambda: self.log().count("listens on") > before or process.poll() is not None, "the greeting")
        assert process.poll() is None, self.log()
        self.url = self.log().rpartition("listens on ")[2].split()[0]
        until(self._healthy, "/healthy")
        return self

    def _healthy(self) -> bool:
        try:
            return self.http.get(f"{self.url}/healthy").status_code == 200
        except httpx2.TransportError:
            return False

    def log(self) -> str:
        """What it wrote so far, over all its starts."""
        return self.stderr.read_text() if self.stderr.exists() else ""

    def get(self, path: str, **options: Any) -> httpx2.Response:
        return self.http.get(self.url + path, **options)

    def post(self, path: str, **options: Any) -> httpx2.Response:
        return self.http.post(self.url + path, **options)

    def good(self, **query: str) -> list[dict[str, Any]]:
        """The events the sandbox accepted."""
        found: list[dict[str, Any]] = self.get("/sandbox/good", params=query).json()
        return found

    def delivered(self, count: int, **query: str) -> list[dict[str, Any]]:
        """The events the sandbox accepted, once there are so many."""
        until(lambda: self._count(query) >= count, f"{count} events in the sandbox")
        return self.good(**query)

    def _count(self, query: dict[str, str]) -> int:
        return int(self.get("/sandbox/all", params=query).json()["good"])

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to end, wait, and give its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        process, self.process = self.process, None
        assert process is not None
        process.send_signal(how)
        return process.wait(PATIENCE)

    def close(self) -> None:
        if self.process is not None:
            self.kill()
        self.http.close()


@contextmanager
def serving(folder: Path, config: str = CONFIG) -> Iterator[Server]:
    """A running server, which must not have written a traceback when the test is done with it."""
    server = Server(folder, config)
    try:
        yield server.start()
        assert "Traceback" not in server.log(), server.log()
    finally:
        server.close()
