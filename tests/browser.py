"""A real headless Chromium with a visitor's user agent, and pages whose errors fail the test that met them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE = 60_000
"""Milliseconds a page may take for anything: a busy machine is slow, and what is there sooner is seen sooner."""

expect.set_options(timeout=PATIENCE)

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's browser, started as it works as root and without a network."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=list(ARGUMENTS))
        yield browser
        browser.close()


class Visit:
    """One visitor with cookies of their own, the page they look at, and what went wrong on it."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        self.context = browser.new_context(**{"user_agent": AGENT, "locale": "en-GB", **options})
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.requests: list[Request] = []
        self.context.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.context.on("weberror", lambda error: self.errors.append(str(error.error)))
        self.context.on("request", lambda request: self.requests.append(request))

    def sent(self, text: str) -> list[Request]:
        """The requests so far whose address holds a text; lets the browser go on for a moment."""
        self.page.wait_for_timeout(10)
        return [one for one in self.requests if text in one.url]

    def close(self) -> None:
        self.context.close()


@contextmanager
def visiting(browser: Browser, **options: Any) -> Iterator[Visit]:
    """A visit on which nothing may go wrong, in the console or uncaught."""
    visit = Visit(browser, **options)
    try:
        yield visit
        assert visit.errors == []
    finally:
        visit.close()
