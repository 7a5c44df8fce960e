"""A running container whose local Meta repeats what the event said, and a page of another origin in a real browser."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import AGENT, chromium
from tests.browser import PATIENCE as MILLISECONDS
from tests.processes.server import CONFIG, Server, serving

HERE = Path(__file__).parent
TOLD = {
    "measurement_id": "x-ga-measurement_id",
    "client": "client_id",
    "session": "ga_session_id",
    "user": "user_id",
    "title": "page_title",
    "spoken": "language",
    "screen": "screen_resolution",
    "answer": "answer",
    "text": "text",
    "transaction": "transaction_id",
    "tax": "tax",
    "items": "items",
    "properties": "x-ga-mp2-user_properties",
    "agent": "user_agent",
    "address": "ip_override",
    "banner": "",
}
"""What the tag repeats of the event, by the name it gives it; the banner's cookie beside it."""


def telling(origin: str) -> str:
    """The configuration of the tests with processes, with a tag that repeats what it was shown."""
    fields = "\n".join(f"  told_{name}: {{ jsonpath: \"$['{key}']\" }}" for name, key in TOLD.items() if key)
    tells = ", ".join(f'told_{name}: "{{{{ told_{name} }}}}"' for name in TOLD)
    # The client id stands in for a user id: a back end's event has no browser to be matched by.
    matching = 'user_data: { external_id: "{{ told_client }}" }'
    options = f"personal_data: keep, {matching}, custom_data: {{ {tells} }}"
    return (
        CONFIG.replace("listen: 127.0.0.1:0", f'listen: 127.0.0.1:0, origins: ["{origin}"]')
        .replace("triggers:", f"variables:\n{fields}\n  told_banner: {{ cookie: cmp_marketing }}\ntriggers:")
        .replace("$META_ACCESS_TOKEN }", f"$META_ACCESS_TOKEN, {options} }}")
    )


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing about it."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="package")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The origin of a shop: an empty page, and the tracker it loads."""
    folder = tmp_path_factory.mktemp("shop")
    shutil.copy(HERE / "node_modules" / "@minimal-analytics" / "ga4" / "dist" / "index.js", folder / "ga4.js")
    (folder / "index.html").write_text("<!doctype html><title>The shop</title><p>Shoes</p>")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="package")
def server(shop: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("container"), telling(shop)) as running:
        yield running


@pytest.fixture
def told(server: Server) -> Iterator[Callable[[int], list[dict[str, object]]]]:
    """What the container was told by so many events, as its tag repeats it; forgotten after the test."""
    yield lambda count: [one["event"] for one in server.delivered(count)]
    server.post("/sandbox/reset")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture
def page(browser: Browser, shop: str, server: Server) -> Iterator[Page]:
    """A page of the shop, in a browser that has the banner's cookie for this machine."""
    context = browser.new_context(user_agent=AGENT, locale="de-DE")
    context.set_default_timeout(MILLISECONDS)
    context.add_cookies([{"name": "cmp_marketing", "value": "yes", "url": server.url, "sameSite": "Lax"}])
    page = context.new_page()
    page.goto(f"{shop}/index.html?campaign=spring")
    yield page
    context.close()
