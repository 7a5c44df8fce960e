"""The demo shop in a real browser, on a real server with the configuration that tagdock comes with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import Visit, chromium, visiting
from tests.processes.server import Server, serving

ROOT = Path(__file__).parents[2]


def shipped() -> str:
    """The shipped configuration, on a free port and in a hurry."""
    text = (ROOT / "config.yaml").read_text()
    for was, now in (("127.0.0.1:8080", "127.0.0.1:0"), ("wait: 1s", "wait: 20ms")):
        assert was in text
        text = text.replace(was, now)
    return text


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("shop"), shipped()) as one:
        yield one


@pytest.fixture
def server(running: Server) -> Server:
    """The running server; its sandbox is empty."""
    running.post("/sandbox/reset")
    return running


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    with visiting(browser) as one:
        yield one
