"""A visitor's way through the demo shop, and what the sandbox made of it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.processes.server import Server, until

EVENTS = ["PageView", "PageView", "AddToCart", "PageView", "PageView", "Purchase"]
"""What the pixel is told on the way from the first page to the last, in order; the shipped configuration has a trigger
for each."""


def follow(page: Page, link: str) -> None:
    """To the next page, until its script is there too: a button that is pressed before does nothing."""
    with page.expect_navigation():
        page.get_by_role("link", name=link).click()


def choose(page: Page) -> None:
    """From the first page to a filled basket."""
    follow(page, "Teapot")
    page.get_by_role("button", name="Add to basket").click()
    page.get_by_text("Teapot is in the basket").wait_for()


def pay(page: Page) -> None:
    """From the basket to the last page."""
    follow(page, "To the checkout")
    page.get_by_role("button", name="Place the order").click()
    page.get_by_text("Order K-").wait_for()


def arrived(server: Server, browser: int, servers: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The browser's and the server's copies, once there are so many of them; no more may be there."""

    def counts() -> dict[str, int]:
        found: dict[str, int] = server.get("/sandbox/all").json()
        return found

    until(lambda: counts()["browser"] >= browser and counts()["server"] >= servers, f"{browser} and {servers} events")
    copies: dict[str, list[dict[str, Any]]] = {"browser": [], "server": []}
    for one in server.good():
        copies[one["channel"]].append(one)
    assert server.get("/sandbox/bad").json() == []
    assert (len(copies["browser"]), len(copies["server"])) == (browser, servers)
    return copies["browser"], copies["server"]


def named(copies: list[dict[str, Any]]) -> list[str]:
    """The names of the events in the order in which they happened."""
    return [one["event"]["event_name"] for one in sorted(copies, key=lambda one: float(one["event"]["event_time"]))]


def ids(copies: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Name and id of each event."""
    return {(one["event"]["event_name"], one["event"]["event_id"]) for one in copies}
