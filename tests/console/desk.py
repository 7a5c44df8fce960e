"""A console to ask: an application in this process, asked as a browser or a program on this machine would."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.testclient import TestClient

from container.config.load import load
from container.web.app import App
from tests.processes.server import AGENT, TOKEN, until

NOW = 1_772_366_400.0
READING = "a-token-to-look-only"
HIT = (
    "/g/collect?v=2&tid=G-1&cid=7.8&gcs=G111&en=purchase&cu=EUR&epn.value=120&ep.event_id=o-1"
    "&ep.user_data.email_address=ana.lima%40example.com&dl=https%3A%2F%2Fshop.example%2Fthanks"
)
CONFIG = """
container: { name: test, console: { read_only_token: $READING } }
clients: { browser: ga4, pixel: meta_pixel, backend: { measurement_protocol: { api_secret: the-secret } } }
variables: { order_value: { jsonpath: $.value } }
triggers:
  purchase: { event: purchase, where: { order_value: { greater_than: 0 } } }
  bot: { where: { event.user_agent: { matches: "(?i)crawler" } } }
transformations:
  no_page: { exclude: [page_location] }
tags:
  meta:
    meta_capi: { pixel_id: "1234567890", access_token: $META_ACCESS_TOKEN }
    fires_on: purchase
    blocked_by: bot
    needs_consent: [ad_storage]
delivery:
  outbox: sqlite:OUTBOX
  batch: { wait: 20ms }
"""


class Room:
    """One application, started; ``time`` is its clock, which a test may move."""

    def __init__(self, app: App, client: TestClient, clock: list[float]) -> None:
        self.app, self.client, self.clock = app, client, clock

    def get(self, path: str, **headers: str) -> Any:
        """Ask for a page of the console as a program with the token."""
        return self.client.get(f"/console{path}", headers={"authorization": f"Bearer {TOKEN}", **headers})

    def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Any:
        """Change something as a program with the token."""
        return self.client.post(
            f"/console{path}", data=form or {}, headers={"authorization": f"Bearer {TOKEN}", **headers}
        )

    def hit(self, target: str = HIT, **headers: str) -> Any:
        """One hit of a visitor."""
        return self.client.get(target, headers={"user-agent": AGENT, **headers})

    def rows(self, count: int, query: str = "") -> list[Any]:
        """The rows of the live page, newest first, once there are so many."""

        def look() -> list[Any]:
            found: list[Any] = self.get(f"/index.json{query}").json()["hits"]
            return found if len(found) >= count else []

        return until(look, f"{count} rows")

    def login(self) -> str:
        """Sign in as a browser does; what its forms bring against forgery."""
        answer = self.client.get("/console/?" + urlencode({"token": TOKEN}))
        return csrf(answer.text)


def csrf(page: str) -> str:
    """What a page's forms bring against forgery."""
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
    assert found, page
    return found[1]


@contextmanager
def room(
    folder: Path, config: str = CONFIG, change: Callable[[str], str] = str, peer: str = "127.0.0.1", **options: Any
) -> Iterator[Room]:
    """The application of a configuration on this machine, its data in a folder of its own."""
    file = folder / "config.yaml"
    file.write_text(change(config).replace("OUTBOX", str(folder / "data" / "outbox.db")))
    clock = [NOW]
    environ = {"READING": READING}
    loaded = load(file, environ)
    app = App(loaded.whole(), token=TOKEN, clock=lambda: clock[0], environ=environ, **options)
    with TestClient(app, base_url="http://localhost:8080", client=(peer, 50_000), follow_redirects=True) as client:
        yield Room(app, client, clock)
