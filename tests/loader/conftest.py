"""The loader on pages of a site, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import Visit, chromium, visiting
from tests.loader.site import Site, site


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture
def shop() -> Iterator[Site]:
    """A site of the test's own: what a page of an earlier one sends late reaches nobody."""
    with site() as one:
        yield one


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    with visiting(browser) as one:
        yield one


@pytest.fixture
def page(visit: Visit) -> Page:
    return visit.page
