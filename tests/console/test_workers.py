"""The console of a server with several workers: any of them shows it, and it shows what all of them take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2

from tests.processes.server import CONFIG, PATIENCE, TOKEN, Server, until

HEADERS = {"authorization": f"Bearer {TOKEN}"}
HIT = "/g/collect?v=2&tid=G-1&cid=7.8&gcs=G111&en=purchase&cu=EUR&epn.value=1&ep.event_id="


def test_any_worker_shows_what_all_of_them_take(tmp_path: Path) -> None:
    server = Server(tmp_path, CONFIG)
    try:
        process = server.launch("--workers", "2")
        until(lambda: "listens on" in server.log() or process.poll() is not None, "the greeting")
        server.url = server.log().rpartition("listens on ")[2].split()[0]
        for number in range(40):  # a connection each, so that both have some
            with httpx2.Client(timeout=PATIENCE) as one:
                assert one.get(f"{server.url}{HIT}{number}").status_code == 204
                assert one.get(f"{server.url}/console/log.json", headers=HEADERS).status_code == 200
        rows = until(lambda: _shown(server), "hits of both workers")
        workers = set()
        for row in rows:
            found = server.get(f"/console/hit/{row['id']}.json", headers=HEADERS).json()
            workers.add(found["worker"])
        assert workers == {0, 1}
        _signs_in(server)
        link = server.post("/console/preview/start", headers=HEADERS).json()["link"]
        token = link.partition("tagdock_preview=")[2]
        for number in range(6):
            _follows(server, number, token)
        until(lambda: len(_rows(server, "?session=any")) == 6, "the hits of the preview")
        assert server.stop() == 0
        assert "Traceback" not in server.log()
    finally:
        server.close()


def _rows(server: Server, query: str = "") -> list[Any]:
    found: list[Any] = server.get(f"/console/index.json{query}", headers=HEADERS).json()["hits"]
    return found


def _shown(server: Server) -> list[Any]:
    rows = _rows(server)
    return rows if len(rows) >= 30 else []


def _follows(server: Server, number: int, token: str) -> None:
    """A stream that came through whichever worker tells of the preview's next hit, whichever worker took it."""
    with (
        httpx2.Client(timeout=PATIENCE) as reader,
        httpx2.Client(timeout=PATIENCE, headers={"cookie": f"tagdock_preview={token}"}) as visitor,
        reader.stream("GET", f"{server.url}/console/stream?session=any&after=99999", headers=HEADERS) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        parts = answer.iter_text()
        assert "retry" in next(parts)
        assert visitor.get(f"{server.url}{HIT}p{number}").status_code == 204
        assert any("event: hit" in text for text in parts)


def _signs_in(server: Server) -> None:
    """Whichever worker is asked: a session holds, and a page of another site changes nothing."""
    for _ in range(6):
        with httpx2.Client(timeout=PATIENCE, follow_redirects=True) as one:
            page = one.get(f"{server.url}/console/preview", params={"token": TOKEN}).text
            csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
            form = {"csrf": csrf, "session": "none"}
            foreign = one.post(
                f"{server.url}/console/preview/end", data=form, headers={"origin": "https://evil.example"}
            )
            assert foreign.status_code == 403
            own = one.post(f"{server.url}/console/preview/end", data=form, headers={"origin": server.url})
            assert own.status_code == 200, own.text
