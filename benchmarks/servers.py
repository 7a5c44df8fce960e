"""Servers under load: each in its own process on one core, and what the kernel says it used."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2

ROOT = Path(__file__).parent.parent
CORE, OTHER_CORE = 0, 1
TICK = os.sysconf("SC_CLK_TCK")
SERVE = [sys.executable, "-c", "from container.cli.main import main; main()", "serve"]


@dataclass
class Server:
    """A running server: its process, its port, its folder."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path

    @property
    def cpu(self) -> float:
        """CPU seconds used so far, all threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self, field: str = "VmRSS") -> float:
        """Memory in MiB: ``VmRSS`` now, ``VmHWM`` at its peak."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1]) / 1024
        return 0.0

    def pending(self) -> int:
        """Payloads not yet delivered."""
        text = httpx2.get(f"http://127.0.0.1:{self.port}/-/metrics", timeout=60).text
        return sum(
            int(float(one.split()[-1])) for one in text.splitlines() if one.startswith("tagdock_outbox_pending{")
        )

    def delivered(self) -> int:
        """Events the sandbox accepted."""
        return int(httpx2.get(f"http://127.0.0.1:{self.port}/sandbox/all", timeout=60).json()["good"])


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(command: list[str], port: int, folder: Path, core: int = CORE) -> Iterator[Server]:
    """A server process pinned to one core, ready when it answers."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    try:
        for _ in range(100):
            with contextlib.suppress(httpx2.HTTPError):
                httpx2.get(f"http://127.0.0.1:{port}/healthy", timeout=5)
                break
            time.sleep(0.1)
        else:
            raise RuntimeError(f"{command} did not answer")
        yield Server(process, port, folder)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def ceiling() -> Iterator[Server]:
    """The bare server."""
    port = free_port()
    with running([sys.executable, str(ROOT / "benchmarks" / "ceiling.py"), str(port)], port, ROOT) as server:
        yield server


@contextlib.contextmanager
def tagdock() -> Iterator[Server]:
    """``tagdock serve`` with the shipped configuration, in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="tagdock-bench-", dir=ROOT / "benchmarks"))
    shutil.copy(ROOT / "config.yaml", folder)
    port = free_port()
    try:
        with running([*SERVE, "--listen", f"127.0.0.1:{port}"], port, folder) as server:
            yield server
    finally:
        shutil.rmtree(folder)
