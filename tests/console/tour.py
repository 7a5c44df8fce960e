"""A tour of Test events, Diagnostics, Quality, Delivery and Container, empty and after some traffic of every kind:
``python -m tests.console.tour`` writes their pictures in docs/screens/ anew."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from tests.browser import Visit, chromium, visiting
from tests.demo.conftest import shipped
from tests.demo.pictures import LOOKS, SCREENS, lighten
from tests.processes.server import TOKEN, Server, serving, until

PAGES = ("test-events", "diagnostics", "quality", "delivery", "container")
SEEN = [
    *(f"{one}-empty" for one in PAGES), *PAGES, "test-event", "redrive", "redriven", "parked", "file", "version",
    "container-faulty",
]  # fmt: skip
SHOWN = {*PAGES, "test-event", "redrive", "file", "version"}
HEADERS = {"authorization": f"Bearer {TOKEN}"}
_WHO = "ep.user_data.email_address=ana.lima%40example.com&dl=https%3A%2F%2Fshop.example%2F"
_BROWSER = {
    "sec-fetch-site": "same-site", "content-type": "text/plain", "origin": "https://shop.example",
    "cookie": "cmp_marketing=yes; _fbp=fb.1.1772366300000.1234567890",
}  # fmt: skip


def told(server: Server, page: str) -> Any:
    """What a page says to a program."""
    return server.get(f"/console/{page}.json", headers=HEADERS).json()


def hit(server: Server, name: str, identity: str, more: str = "") -> None:
    """A visitor's event."""
    query = f"v=2&tid=G-1&cid=7.8&gcs=G111&en={name}&ep.event_id={identity}&{_WHO}{more}"
    assert server.get(f"/g/collect?{query}").status_code == 204


def traffic(server: Server) -> None:
    """Pairs, copies that stand alone, events that are refused, and what pages said of their own copies."""
    for number in range(6):
        hit(server, "page_view", f"v-{number}")
        if number < 4:
            server.get(f"/sandbox/tr?id=1234567890&ev=PageView&eid=v-{number}&dl=https://shop.example/")
    server.get("/sandbox/tr?id=1234567890&ev=ViewContent&eid=w-1&dl=https://shop.example/pot")
    hit(server, "purchase", "o-1", "&cu=EUR&epn.value=64")
    server.get("/sandbox/tr?id=1234567890&ev=Purchase&eid=o-1&cd[value]=60&cd[currency]=EUR")
    for copy, identity in (("sent", "l-1"), ("blocked", "l-2")):
        query = f"id=1234567890&ev=AddToCart&eid={identity}&td={copy}&dl=https://shop.example/"
        assert server.post(f"/loader/tr?{query}", headers=_BROWSER).status_code in (200, 204)
    server.delivered(9, channel="server")
    odd = {"event_name": "Purchase", "event_id": "o-7", "action_source": "website", "custom_data": {"currency": "€"}}
    now = {"event_time": int(time.time()), "user_data": {"em": ["a" * 64], "client_user_agent": "x"}}
    server.post("/sandbox/graph/v25.0/1234567890/events", json={"access_token": "t", "data": [odd | now]})


def refusals(server: Server) -> None:
    """Two orders the vendor refuses for good, with its words."""
    fault = {"n": 50, "status": 400, "code": 100, "subcode": 2804009, "message": "Invalid parameter"}
    assert server.post("/sandbox/faults", json=fault).status_code == 200
    for number in (1, 2):
        hit(server, "purchase", f"lost-{number}", "&cu=EUR&epn.value=12")
    until(lambda: told(server, "delivery")["dead_chosen"] == 2, "two dead letters")
    server.http.delete(f"{server.url}/sandbox/faults")


def tour(visit: Visit, server: Server, look: Callable[[str], None]) -> None:
    """Over every page; ``look`` is called with its name once all there is to see is there."""
    page = visit.page

    def go(path: str, name: str) -> None:
        page.goto(f"{server.url}/console/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        look(name)

    page.goto(f"{server.url}/console/log?token={TOKEN}")
    for one in PAGES:
        go(one, f"{one}-empty")
    traffic(server)
    refusals(server)
    for one in PAGES:
        go(one, one)
    page.goto(f"{server.url}/console/test-events?event_id=o-1")
    page.get_by_role("link", name="Purchase").click()
    look("test-event")
    page.goto(f"{server.url}/console/delivery")
    page.get_by_role("link", name="Send all 2 again").click()
    look("redrive")
    page.get_by_role("button", name="Send all 2 again").click()
    page.get_by_text("2 dead letters on the way again").wait_for()
    look("redriven")
    server.post("/sandbox/faults", json={"n": 50, "code": 190})
    hit(server, "page_view", "parked-1")
    until(lambda: any(one["parked_for"] for one in told(server, "delivery")["destinations"]), "a parked destination")
    go("delivery", "parked")
    server.http.delete(f"{server.url}/sandbox/faults")
    old = told(server, "container")["running"]
    text = server.config.read_text()
    server.config.write_text(text.replace("greater_than: 0", "greater_than: 10"))
    until(lambda: told(server, "container")["running"] != old, "the new version")
    go(f"container/version/{old}", "version")
    server.config.write_text(text.replace("fires_on: [page_view", "fires_on: [page_veiw"))
    go("container/file", "file")
    go("container", "container-faulty")


def main() -> None:
    """Write the pictures."""
    for name, options in LOOKS.items():
        if name == "360-dark":
            continue
        with (
            tempfile.TemporaryDirectory() as folder,
            serving(Path(folder), shipped()) as server,
            chromium() as browser,
            visiting(browser, **options, reduced_motion="reduce") as visit,
        ):

            def look(page: str, name: str = name, visit: Visit = visit, server: Server = server) -> None:
                if page in SHOWN:
                    if page == "delivery":
                        _drawn(visit, server)
                    visit.page.screenshot(path=SCREENS / f"console-{page}-{name}.png")

            tour(visit, server, look)
    for page in SHOWN:
        lighten(f"console-{page}-*.png")


def _drawn(visit: Visit, server: Server) -> None:
    """Wait until there is a line to be seen: depth is looked at every five seconds."""
    for number in range(8):
        hit(server, "page_view", f"more-{number}")
        time.sleep(2.5)
    visit.page.reload()


if __name__ == "__main__":
    main()
