"""A console for the tests of each file, and a browser with a running server for those that need one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium
from tests.console.desk import Room, room


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with room(tmp_path_factory.mktemp("console")) as one:
        yield one


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one file: while it is there its loop runs in this thread, and no other can be run."""
    with chromium() as one:
        yield one
