"""An application in this process: asked byte by byte as a server would, its clock told, its log read."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from starlette.testclient import TestClient

from container.config.load import load
from container.web.app import App
from tests.processes.server import AGENT, TOKEN

NOW = 1_772_366_400.0
PAGE_VIEW = "/g/collect?v=2&tid=G-1&cid=7.8&en=page_view&ep.event_id="
PIXEL_HIT = "/tr?id=1234567890&ev=PageView&eid=1"
PREVIEW = {"x-tagdock-preview": TOKEN}

CONFIG = """
container: { name: test }
clients: { browser: ga4, pixel: meta_pixel, backend: measurement_protocol }
triggers: { anything: { where: { event.event_name: { exists: true } } } }
tags:
  meta:
    meta_capi: { pixel_id: "1234567890", access_token: $META_ACCESS_TOKEN }
    fires_on: anything
    needs_consent: []
delivery:
  outbox: sqlite:OUTBOX
  batch: { wait: 1h }
"""
"""Everything fires; nothing is delivered while a test looks."""


@dataclass
class Answered:
    """An answer as it went out."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


class Served:
    """One application, started. ``ask`` takes a raw target, so that nothing is escaped or mended on the way."""

    def __init__(self, app: App, client: TestClient) -> None:
        self.app, self.client = app, client

    def ask(
        self,
        target: str | bytes,
        method: str = "GET",
        body: bytes | list[bytes] = b"",
        *,
        peer: str = "198.51.100.7",
        **headers: str,
    ) -> Answered:
        raw = target.encode("latin-1") if isinstance(target, str) else target
        path, _, query = raw.partition(b"?")
        # A request with a body says its length, or that it comes in chunks.
        sized = {"transfer-encoding": "chunked"} if isinstance(body, list) else {"content-length": str(len(body))}
        given = {
            "user-agent": AGENT,
            **(sized if body else {}),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        scope = {
            "type": "http",
            "method": method,
            "path": path.decode("utf-8", "replace"),
            "raw_path": path,
            "query_string": query,
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in given.items()],
            "client": (peer, 50_000) if peer else None,
            "server": ("127.0.0.1", 80),
            "scheme": "http",
            "http_version": "1.1",
        }
        parts = list(body) if isinstance(body, list) else [body]
        messages: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

        async def send(message: Any) -> None:
            messages.append(message)

        assert self.client.portal is not None
        self.client.portal.call(self.app, scope, receive, send)
        start, *rest = messages
        assert start["type"] == "http.response.start"
        found: dict[str, str] = {}
        for name, value in start["headers"]:
            key = name.decode()
            found[key] = f"{found[key]}\n{value.decode('latin-1')}" if key in found else value.decode("latin-1")
        return Answered(start["status"], found, b"".join(one.get("body", b"") for one in rest))

    def trace(self, target: str | bytes, method: str = "GET", body: bytes = b"", **options: str) -> Any:
        """The trace of a hit, in clear."""
        answer = self.ask(target, method, body, **options, **PREVIEW, x_tagdock_reveal="1")
        assert answer.status == 200, answer.text
        return answer.json

    def address(self, peer: str, **headers: str) -> Any:
        """The visitor's address an event gets."""
        return self.trace(PAGE_VIEW + "a", peer=peer, **headers)["events"][0]["event"].get("ip_override")

    def metrics(self) -> dict[str, float]:
        """The numbers, by name and labels."""
        lines = self.ask("/-/metrics").text.splitlines()
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines) if name[:1] != "#"}

    def accepted(self) -> int:
        """Payloads in the outbox's books."""
        assert self.client.portal is not None
        return sum(one.accepted for one in self.client.portal.call(self.app.outbox.status).accounts)


@contextmanager
def served(folder: Path, config: str = CONFIG, **options: Any) -> Iterator[Served]:
    """The application of a configuration, its data in a folder of its own."""
    file = folder / "config.yaml"
    file.write_text(config.replace("OUTBOX", str(folder / "data" / "outbox.db")))
    app = App(load(file, {}).whole(), token=TOKEN, clock=lambda: NOW, environ={}, **options)
    with TestClient(app) as client:
        yield Served(app, client)


def calm(caplog: Any) -> bool:
    """Whether nothing was logged as a warning or worse."""
    return not [one for one in caplog.records if one.levelno >= logging.WARNING or one.exc_info]
