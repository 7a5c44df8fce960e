"""The server hits are sent to: the one that runs in sandbox mode, else one begun for the examination alone."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from container.config.document import Configuration
from container.hit import Hit
from container.preview import HEADER

STARTS_WITHIN = 20.0
ANSWERS_WITHIN = 5.0


class ServerError(Exception):
    """There is no server to send hits to, and why."""


@dataclass
class Server:
    """``running`` says that it is the user's own. ``token`` opens its preview; "" when nobody knows it."""

    url: str
    token: str
    running: bool
    process: subprocess.Popen[str] | None = None
    folder: Path | None = None
    http: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=ANSWERS_WITHIN, trust_env=False))

    def hit(self, hit: Hit) -> int:
        """Send a hit; the status it was answered with. Raises ``ServerError``."""
        headers = {**hit.headers, **({HEADER: self.token} if self.token else {})}
        return self._ask(hit.method, f"{hit.path}?{hit.query_string}", headers, hit.body).status_code

    def json(self, path: str, **query: str) -> Any:
        """What a page of JSON says. Raises ``ServerError``."""
        found = self._ask("GET", str(httpx2.URL(path, params=query)))
        try:
            return found.json()
        except ValueError:
            raise ServerError(f"{self.url}{path} answered {found.status_code} and no JSON") from None

    def _ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> httpx2.Response:
        try:
            return self.http.request(method, self.url + path, headers=headers, content=body)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise ServerError(f"{self.url} does not answer ({type(error).__name__})") from None

    def close(self) -> None:
        """End what was begun."""
        self.http.close()
        if self.process is not None:
            self.process.kill()  # all it has is in the folder that goes next
            self.process.communicate()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def address(configuration: Configuration) -> str:
    """Where the server of a configuration listens, as this machine reaches it."""
    host, port = configuration.container.address
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def ready(url: str) -> httpx2.Response | None:
    """What the server at an address says of itself; None when nobody answers who is a container."""
    try:
        found = httpx2.get(f"{url.rstrip('/')}/-/ready", timeout=ANSWERS_WITHIN, trust_env=False)
    except (httpx2.HTTPError, httpx2.InvalidURL):
        return None
    return found if "x-tagdock-version" in found.headers else None


def begin(config: Path, configuration: Configuration, url: str, environ: Mapping[str, str]) -> Server:
    """The server that runs, if it is one that keeps hits from vendors; else one of our own in a temporary folder."""
    running = (url or address(configuration)).rstrip("/")
    found = ready(running)
    if found is not None and found.status_code == 200:
        server = Server(running, _token(configuration, environ), running=True)
        if _keeps(server):
            return server
        server.close()
    return _own(config, environ)


def _keeps(server: Server) -> bool:
    """Whether it has a sandbox: a live one has none, and what the doctor makes up is no visitor's."""
    try:
        counts = server.json("/sandbox/all")
    except ServerError:
        return False
    return isinstance(counts, dict) and "kept" in counts


def _own(config: Path, environ: Mapping[str, str]) -> Server:
    folder = Path(tempfile.mkdtemp(prefix="tagdock-doctor-"))
    token = secrets.token_urlsafe(16)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "container.doctor.stand", str(config), str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
        env={**environ, "TAGDOCK_TOKEN": token, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    server = Server("", token, running=False, process=process, folder=folder)
    said: list[str] = []
    assert process.stdout is not None
    reading = threading.Thread(target=lambda: said.append(_first_line(process)), daemon=True)
    reading.start()
    reading.join(STARTS_WITHIN)
    if not said or not said[0].isdigit():
        process.kill()
        lines = process.communicate()[1].strip().splitlines()
        server.close()
        raise ServerError(
            f"a server of the doctor's own did not start: {lines[-1][:200] if lines else 'no word of it'}"
        )
    server.url = f"http://127.0.0.1:{said[0]}"
    deadline = time.monotonic() + STARTS_WITHIN
    while ready(server.url) is None:  # it has its outbox, and listens in a moment
        if time.monotonic() > deadline:
            server.close()
            raise ServerError("a server of the doctor's own started and does not answer")
        time.sleep(0.02)
    return server


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _token(configuration: Configuration, environ: Mapping[str, str]) -> str:
    """The token of the server that runs, as its owner has it."""
    path = Path(configuration.delivery.outbox.partition(":")[2]).parent / "token"
    try:
        kept = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        kept = ""
    return environ.get("TAGDOCK_TOKEN") or kept
