"""The console's own pages as pictures: ``python -m tests.console.pictures`` writes those in docs/screens/ anew."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.browser import Visit, chromium, visiting
from tests.demo.pictures import LOOKS, SCREENS, lighten
from tests.processes.server import TOKEN, Server, serving

PAGES = [
    "login", "live-empty", "live", "hit", "hit-request", "hit-event", "hit-consent", "hit-variables", "hit-payloads",
    "hit-delivery", "hit-response", "hit-log", "preview", "preview-started", "log", "missing",
]  # fmt: skip
SHOWN = {"login", "live", "hit", "hit-consent", "hit-payloads", "preview-started", "log"}
"""Those that are kept as pictures; the others are looked at by the tests alone."""

CONFIG = """
container: { name: shop, listen: 127.0.0.1:0 }
clients: { browser: ga4, pixel: meta_pixel }
variables: { order_value: { jsonpath: $.value } }
triggers:
  page_view: { event: page_view }
  purchase: { event: purchase, where: { order_value: { greater_than: 0 } } }
  bot: { where: { event.user_agent: { matches: "(?i)bot|crawler" } } }
transformations:
  no_click_id: { exclude: [gclid] }
  with_profit: { augment: { profit: 48 }, for: meta }
tags:
  meta:
    meta_capi:
      { pixel_id: "1234567890", access_token: $META_ACCESS_TOKEN, custom_data: { profit: "{{ event.profit }}" } }
    fires_on: [page_view, purchase]
    blocked_by: bot
    needs_consent: [ad_storage, ad_user_data]
delivery: { outbox: "sqlite:data/outbox.db", batch: { at_most: 20, wait: 20ms } }
"""
_ORDER = (
    "&cu=EUR&epn.value=120&ep.event_id=o-17&ep.transaction_id=o-17&ep.gclid=x&pr1=idCUP-01~nmEspresso+cup~pr18"
    "&ep.user_data.email_address=ana.lima%40example.com&dl=https%3A%2F%2Fshop.example%2Fthanks"
)
_HITS = (
    ("page_view&gcs=G111&dl=https%3A%2F%2Fshop.example%2F", {}),
    ("page_view&gcs=G111&dl=https%3A%2F%2Fshop.example%2Fteapot", {"user-agent": "ExampleBot/2.1 (crawler)"}),
    ("scroll&gcs=G111&dl=https%3A%2F%2Fshop.example%2Fteapot", {}),
    ("purchase&gcs=G100&cu=EUR&epn.value=64&ep.event_id=o-16&dl=https%3A%2F%2Fshop.example%2Fthanks", {}),
    (f"purchase&gcs=G111{_ORDER}", {}),
)


def walk(visit: Visit, server: Server, look: Callable[[str], None]) -> None:
    """Over every page; ``look`` is called with its name once all there is to see is there."""
    page = visit.page
    page.goto(f"{server.url}/console/")
    look("login")
    page.goto(f"{server.url}/console/?token={TOKEN}")
    expect(page.locator("#state")).to_have_text("live")
    look("live-empty")
    for hit, headers in _HITS:
        server.get(f"/g/collect?v=2&tid=G-1&cid=7.8&en={hit}", headers=headers)
    expect(page.locator("#rows tr")).to_have_count(len(_HITS))
    look("live")
    server.delivered(1, event_id="o-17")
    page.get_by_role("link", name="purchase").first.click()
    look("hit")
    for name in PAGES[4:12]:
        page.locator(f"[aria-controls={name.removeprefix('hit-')}]").click()
        look(name)
    page.get_by_role("link", name="Preview").click()
    look("preview")
    page.get_by_label("Test event code").fill("TEST4711")
    page.get_by_role("button", name="Start preview").click()
    page.get_by_text("The preview has begun").wait_for()
    look("preview-started")
    page.goto(f"{server.url}/console/log")
    look("log")
    page.goto(f"{server.url}/console/hit/77", wait_until="commit")
    page.get_by_role("heading", name="Not here").wait_for()
    look("missing")
    visit.errors.clear()  # the browser itself says that a page was not found


def main() -> None:
    """Write the pictures."""
    for name, options in LOOKS.items():
        if name == "360-dark":
            continue
        with (
            tempfile.TemporaryDirectory() as folder,
            serving(Path(folder), CONFIG) as server,
            chromium() as browser,
            visiting(browser, **options, reduced_motion="reduce") as visit,
        ):
            keep = str(SCREENS / f"console-{{}}-{name}.png")

            def look(page: str, keep: str = keep, visit: Visit = visit) -> None:
                if page in SHOWN:
                    visit.page.screenshot(path=keep.format(page))

            walk(visit, server, look)
    for page in SHOWN:
        lighten(f"console-{page}-*.png")


if __name__ == "__main__":
    main()
