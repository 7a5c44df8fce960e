"""A sandbox whose clock stands still until told, and a client that talks to it as a sender and a browser would."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from container.sandbox import Sandbox

NOW = 1_790_000_000.0  # 2026-09-21, while v26.0 is the newest version and v20.0 still answers
PIXEL = "100000000000001"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"
Event = dict[str, Any]


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


class Local:
    """A running sandbox below `/sandbox`, as the container mounts it."""

    def __init__(self, path: str | Path = ":memory:", **options: Any) -> None:
        self.now = NOW
        self.slept: list[float] = []
        self.sandbox = Sandbox(path, lambda: self.now, sleep=self._sleep, **options)
        app = Starlette(routes=[Mount("/sandbox", app=self.sandbox.app)])
        self.client = TestClient(app, client=("127.0.0.1", 50_000))

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    def event(self, **changes: Any) -> Event:
        """A complete website event; a change to None takes the key away."""
        event: Event = {
            "event_name": "PageView",
            "event_time": int(self.now),
            "event_id": "e-1",
            "action_source": "website",
            "event_source_url": "https://shop.example/",
            "user_data": {"em": [hashed("jane@example.com")], "client_user_agent": AGENT},
        }
        return {key: value for key, value in (event | changes).items() if value is not None}

    def purchase(self, **custom: Any) -> Event:
        data = {"value": 120.5, "currency": "EUR"} | custom
        return self.event(
            event_name="Purchase", custom_data={key: value for key, value in data.items() if value is not None}
        )

    def send(self, *events: Any, pixel: str = PIXEL, version: str = "v26.0", **envelope: Any) -> Any:
        """POST a batch; gives the response."""
        body = {"data": list(events), "access_token": "token", **envelope}
        return self.client.post(f"/sandbox/graph/{version}/{pixel}/events", json=body)

    def error(self, *events: Any, **options: Any) -> Event:
        """POST a batch that must be refused; gives Graph's error object."""
        response = self.send(*events, **options)
        assert response.status_code >= 400, response.text
        error: Event = response.json()["error"]
        return error

    def browse(self, address: str = "198.51.100.7", **parameters: Any) -> Any:
        """The browser's copy by image request; gives the response."""
        hit = {"id": PIXEL, "ev": "PageView", "dl": "https://shop.example/", "ts": int(self.now * 1000)} | parameters
        return self.client.get(
            "/sandbox/tr?" + urlencode(hit), headers={"user-agent": AGENT, "x-forwarded-for": address}
        )

    def get(self, path: str, **query: Any) -> Any:
        response = self.client.get("/sandbox/" + path, params=query)
        assert response.status_code == 200, response.text
        return response.json()

    def names(self) -> set[str]:
        """The names of the diagnostics shown."""
        return {message["name"] for message in self.get("diagnostics")["messages"]}


@pytest.fixture
def local() -> Iterator[Local]:
    one = Local()
    yield one
    one.sandbox.close()
