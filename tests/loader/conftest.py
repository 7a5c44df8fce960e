"""The loader on pages of a site, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import Visit, chromium, visiting
from tests.loader.site import SEEN, Site, site


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="package")
def running() -> Iterator[Site]:
    with site() as one:
        yield one


@pytest.fixture
def shop(running: Site) -> Site:
    """The site without pages, hits or memories."""
    running.pages.clear()
    running.got.clear()
    running.asked.clear()
    running.previews.clear()
    running.away = False
    running.pixel = SEEN
    return running


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    with visiting(browser) as one:
        yield one


@pytest.fixture
def page(visit: Visit) -> Page:
    return visit.page
