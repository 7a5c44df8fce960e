"""A shop's web server that serves pages, the loader and a stand-in for the pixel, and writes down every hit it gets."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Page

from container.web.loader.script import PARTS, stripped
from tests.processes.server import until

PIXEL = "1234567890"
STUB = """<script NONCE>
window.fbq || (function (w) {
  var n = w.fbq = function () { n.callMethod ? n.callMethod.apply(n, arguments) : n.queue.push(arguments) };
  if (!w._fbq) w._fbq = n;
  n.push = n; n.loaded = true; n.version = '2.0'; n.queue = [];
  var s = document.createElement('script'); s.async = true; s.src = '/fbevents.js';
  document.head.appendChild(s);
})(window);
</script>"""
"""What Meta asks sites to put on their pages."""

SEEN = """(function () {
  window.seen = [];
  fbq.callMethod = function () { seen.push(Array.prototype.slice.call(arguments)); };
  while (fbq.queue.length) fbq.callMethod.apply(null, fbq.queue.shift());
})();"""
"""A pixel that writes down what it is told."""


@dataclass
class Got:
    """One hit of a loader."""

    query: dict[str, str]
    body: dict[str, str]
    headers: dict[str, str]

    @property
    def said(self) -> dict[str, str]:
        """Query and body together, as the container reads them."""
        return {**self.body, **self.query}


@dataclass
class Site:
    """Pages by path; ``pixel`` is the script behind ``/fbevents.js``, None for one that is not there."""

    url: str = ""
    pages: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    pixel: str | None = SEEN
    got: list[Got] = field(default_factory=list)
    previews: dict[str, dict[str, object]] = field(default_factory=dict)
    """What is told of each token that is alive."""
    asked: list[dict[str, str]] = field(default_factory=list)
    """What was asked of previews."""
    away: bool = False
    """Whether nobody answers that."""

    def page(
        self,
        script: str = "",
        *,
        path: str = "/",
        first: str = "",
        stub: bool = True,
        late: bool = False,
        loads: bool = True,
        attributes: str = "",
        nonce: str = "",
        **headers: str,
    ) -> str:
        """Add a page and give its address.

        ``first`` runs before everything; ``late`` puts the loader behind the pixel and the page's own ``script``;
        with ``loads`` False the page has no loader.
        """
        # A loader behind the pixel hears what waits in its queue: the pixel must not have come by then.
        mark = f'nonce="{nonce}"' if nonce else ""
        loader = f'<script {mark} src="/loader.js" {attributes}></script>' if loads else ""
        stubbed = (
            STUB
            if not late
            else STUB.replace(
                "document.head.appendChild(s)",
                "document.addEventListener('DOMContentLoaded', function () { document.head.appendChild(s) })",
            )
        )
        own = f"{stubbed if stub else ''}<script NONCE>{script}</script>".replace("NONCE", mark)
        head = f"<script {mark}>{first}</script>" + (own + loader if late else loader + own)
        text = f'<!doctype html><title>Shop</title><link rel="icon" href="data:,">{head}<p>Shoes</p>'
        self.pages[path] = (text, {name.replace("_", "-"): value for name, value in headers.items()})
        return self.url + path

    def hits(self, count: int) -> list[Got]:
        """The hits, once there are so many; no more may be there."""
        until(lambda: len(self.got) >= count, f"{count} hits, there are {len(self.got)}")
        assert len(self.got) == count, [one.query for one in self.got]
        return list(self.got)


def settled(page: Page) -> None:
    """What the page was about to do is done, and what it sent until then had a whole way to the site to arrive."""
    ask = "fetch('/loader.js', { cache: 'no-store' }).then((answer) => answer.text())"
    page.evaluate(f"new Promise((done) => setTimeout(() => {ask}.then(done)))")


class _Server(ThreadingHTTPServer):
    request_queue_size = 512  # a browser opens a connection for every beacon of a burst


@contextmanager
def site() -> Iterator[Site]:
    """A running site."""
    found = Site()
    with _Server(("127.0.0.1", 0), _handler(found)) as server:
        found.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield found
        server.shutdown()
        thread.join()


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/loader.js":
                name = parts.query if parts.query in PARTS else "loader"
                self._answer(200, stripped(name), {"content-type": "text/javascript"})
            elif parts.path == "/fbevents.js" and site.pixel is not None:
                self._answer(200, site.pixel.encode(), {"content-type": "text/javascript"})
            elif parts.path in site.pages:
                text, headers = site.pages[parts.path]
                self._answer(200, text.encode(), {"content-type": "text/html; charset=utf-8", **headers})
            else:
                self._answer(404, b"", {})

        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            said = dict(parse_qsl(body, keep_blank_values=True))
            if parts.path == "/loader/preview":
                self._preview(said)
                return
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            site.got.append(Got(query, said, {key.lower(): value for key, value in self.headers.items()}))
            self._answer(200 if parts.path == "/loader/tr" else 404, b"", {})

        def _preview(self, said: dict[str, str]) -> None:
            site.asked.append(said)
            if "end" in said:
                site.previews.pop(said["token"], None)
            told = site.previews.get(said["token"], {"alive": False})
            self._answer(404 if site.away else 200, json.dumps(told).encode(), {"content-type": "application/json"})

        def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    return Handler
