"""The demo shop's pages as pictures: ``python -m tests.demo.pictures`` writes docs/screens/ anew."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser import chromium, visiting
from tests.demo.conftest import ROOT, shipped
from tests.demo.walk import choose, follow, pay
from tests.processes.server import serving

SCREENS = ROOT / "docs" / "screens"
LOOKS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1080, "height": 800}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1080, "height": 800}},
    "360": {"color_scheme": "light", "viewport": {"width": 360, "height": 740}},
    "360-dark": {"color_scheme": "dark", "viewport": {"width": 360, "height": 740}},
}


def settled(page: Page, patient: bool) -> None:
    if patient:
        page.wait_for_timeout(100)
        expect(page.get_by_text("on its way", exact=False)).to_have_count(0)


def walk(page: Page, url: str, look: Callable[[str], None], *, patient: bool = True) -> None:
    """From the first page to the last; ``look`` is called on each, if ``patient`` once every verdict is final."""
    page.goto(f"{url}/demo/")
    look("home")
    page.get_by_role("button", name="Accept").click()
    choose(page)
    page.get_by_text("Two copies, counted once").nth(1).wait_for()
    settled(page, patient)
    look("product")
    follow(page, "To the checkout")
    page.get_by_text("Total").wait_for()
    settled(page, patient)
    look("checkout")
    page.go_back()
    page.get_by_role("button", name="Add to basket").click()
    pay(page)
    settled(page, patient)
    look("thanks")


def take(browser: Browser, url: str, name: str, folder: Path) -> None:
    """One picture of every page in one look."""
    with visiting(browser, **LOOKS[name]) as visit:

        def look(page: str) -> None:
            visit.page.evaluate("document.activeElement.blur()")
            visit.page.screenshot(path=folder / f"demo-{page}-{name}.png", full_page=True, animations="disabled")

        walk(visit.page, url, look)


def main() -> None:
    SCREENS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), shipped()) as server, chromium() as browser:
        for name in LOOKS:
            server.post("/sandbox/reset")
            take(browser, server.url, name, SCREENS)
    lighten("demo-*.png")


def lighten(pattern: str) -> None:
    """Write pictures with fewer colours: a third of the bytes, and nothing of it to be seen."""
    pictures = [str(one) for one in SCREENS.glob(pattern)]
    if shutil.which("pngquant") and pictures:
        subprocess.run(["pngquant", "--force", "--ext", ".png", "--strip", "--speed", "1", "64", *pictures], check=True)


if __name__ == "__main__":
    main()
