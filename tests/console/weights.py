"""What the console's pages weigh: ``python -m tests.console.weights`` prints the table of docs/console.md."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext

from tests.browser import AGENT, chromium
from tests.console.tour import traffic
from tests.demo.conftest import shipped
from tests.processes.server import TOKEN, Server, serving

PAGES = {
    "Live": "", "One hit": "hit/1", "Preview": "preview", "Test events": "test-events", "Diagnostics": "diagnostics",
    "Quality": "quality", "Delivery": "delivery", "Container": "container", "Log": "log",
}  # fmt: skip


def weigh(context: BrowserContext, address: str) -> float:
    """Kilobytes that came over the line for a page, heads too, until nothing more comes but what a stream tells."""
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    sizes: list[float] = []
    line.on("Network.loadingFinished", lambda done: sizes.append(done["encodedDataLength"]))
    page.goto(address, wait_until="load")
    page.wait_for_timeout(300)
    page.close()
    return sum(sizes) / 1000


def table(browser: Browser, server: Server) -> list[tuple[str, float, float]]:
    """Every page with its weight the first time and after that."""
    signed_in = browser.new_context(user_agent=AGENT)
    signed_in.new_page().goto(f"{server.url}/console/?token={TOKEN}")
    state = signed_in.storage_state()
    traffic(server)
    found = []
    for name, place in PAGES.items():
        context = browser.new_context(user_agent=AGENT, storage_state=state)
        address = f"{server.url}/console/{place}"
        found.append((name, weigh(context, address), weigh(context, address)))
        context.close()
    return found


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), shipped()) as server, chromium() as browser:
        for name, first, later in table(browser, server):
            sys.stdout.write(f"| {name} | {first:.1f} | {later:.1f} |\n")


if __name__ == "__main__":
    main()
