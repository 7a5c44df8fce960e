"""A Meta of the tests' own, on a loopback port: it writes down what it is sent and answers as told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TAKEN = (200, {"events_received": 1, "messages": [], "fbtrace_id": "A"})
NO_TOKEN = (400, {"error": {"message": "Unsupported get request.", "code": 100, "fbtrace_id": "A"}})


@dataclass
class Vendor:
    """``date`` is the clock it tells, in unix seconds; ``None`` tells none."""

    url: str = ""
    date: float | None = None
    to_get: tuple[int, Any] = NO_TOKEN
    to_post: tuple[int, Any] = TAKEN
    asked: list[str] = field(default_factory=list)
    got: list[tuple[str, Any]] = field(default_factory=list)


@contextmanager
def vendor(**options: Any) -> Iterator[Vendor]:
    """It listens until the block ends."""
    played = Vendor(**options)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            played.asked.append(self.path)
            self.answer(*played.to_get)

        def do_POST(self) -> None:
            played.got.append((self.path, json.loads(self.rfile.read(int(self.headers["content-length"])))))
            self.answer(*played.to_post)

        def answer(self, status: int, body: Any) -> None:
            data = json.dumps(body).encode()
            self.send_response_only(status)
            if played.date is not None:
                self.send_header("Date", formatdate(played.date, usegmt=True))
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    played.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield played
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
