"""Bytes that are hardly HTTP, sent to a real server, leave it healthy and its log without a traceback."""

from __future__ import annotations

import random
import socket

import pytest

from tests.processes.server import PATIENCE, TOKEN, Server, serving

HEAD = b"Host: shop.example\r\nUser-Agent: x\r\nConnection: close\r\n"
GA4 = b"/g/collect?v=2&tid=G-1&cid=7.8"


def exchange(server: Server, request: bytes) -> bytes:
    """Send bytes as they are, end the sending, and give everything that comes back."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            return b""  # it has heard enough
        found = b""
        while True:
            try:
                part = connection.recv(65536)
            except ConnectionResetError:
                return found
            if not part:
                return found
            found += part


def post(path: bytes, body: bytes, length: int | None = None, more: bytes = b"") -> bytes:
    size = len(body) if length is None else length
    return b"POST %s HTTP/1.1\r\n%s%sContent-Length: %d\r\n\r\n%s" % (path, HEAD, more, size, body)


def get(more: bytes) -> bytes:
    return b"GET %s&en=a HTTP/1.1\r\n%s%s\r\n" % (GA4, HEAD, more)


CHUNKED = b"POST %s HTTP/1.1\r\n%sTransfer-Encoding: chunked\r\n\r\n" % (GA4, HEAD)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> object:
    with serving(tmp_path_factory.mktemp("hostile")) as running:
        yield running


REQUESTS = {
    "broken escapes": b"GET " + GA4 + b"&en=%&ep.%zz=%e2%82%ff HTTP/1.1\r\n" + HEAD + b"\r\n",
    "raw bytes in the query": b"GET " + GA4 + b"&en=\xff\xfe\x80 HTTP/1.1\r\n" + HEAD + b"\r\n",
    "raw bytes in the path": b"GET /\xff\xfe/g/collect?v=2&en=a HTTP/1.1\r\n" + HEAD + b"\r\n",
    "a path that climbs": b"GET /../../etc/passwd HTTP/1.1\r\n" + HEAD + b"\r\n",
    "raw bytes in headers": get(b"Cookie: \xff=\xfe; a=%ff\r\nOrigin: \xff\r\n"),
    "a header repeated": get(b"Cookie: a=1\r\nCookie: b=2\r\nX: 1\r\nX: 2\r\n"),
    "a body shorter than it says": post(GA4, b"en=a", length=1000),
    "a body that is far too long": post(GA4, b"x" * 2_000_000),
    "chunks without an end": CHUNKED + b"5\r\nen=ab\r\n",
    "chunks that are far too long": CHUNKED + b"FFFF\r\n" + (b"x" * 0xFFFF + b"\r\nFFFF\r\n") * 10,
    "chunks and a length": post(GA4, b"0\r\n\r\n", more=b"Transfer-Encoding: chunked\r\n"),
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "a header of 200,000 characters": get(b"X: " + b"a" * 200_000 + b"\r\n"),
    "a query of 60,000 characters": b"GET " + GA4 + b"&en=a&" + b"a=1&" * 15_000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n",
    "another upgrade": get(b"Upgrade: websocket\r\nSec-WebSocket-Key: eA==\r\nSec-WebSocket-Version: 13\r\n"),
    "half a request": b"GET /g/coll",
    "a newline for the log": b"GET /a%0AERROR%20forged HTTP/1.1\r\n" + HEAD + b"\r\n",
    "faults that are none": post(b"/sandbox/faults", b"[" * 10_000),
    "a graph request that is none": post(b"/sandbox/graph/v26.0/1/events", b'{"data":' * 10_000),
    "a token that is none": get(b"X-Tagdock-Preview: \xff\xfe\r\n"),
    "a reload by nobody": post(b"/-/reload", b"", more=b"Authorization: Bearer \xff\r\n"),
}  # fmt: skip


@pytest.mark.parametrize("what", REQUESTS)
def test_whatever_is_sent_the_server_answers_the_next_one_and_logs_no_traceback(server: Server, what: str) -> None:
    answer = exchange(server, REQUESTS[what])
    assert not answer.startswith((b"HTTP/1.1 500", b"HTTP/1.1 502", b"HTTP/1.1 503")), answer
    assert server.get("/healthy").text == "ok"
    log = server.log()
    assert "Traceback" not in log
    assert "forged" not in log
    assert TOKEN not in log.partition("try it:")[2].partition("\n  curl '")[2]


def test_three_hundred_mutated_requests_leave_it_healthy(server: Server) -> None:
    chance = random.Random(5)
    for _ in range(300):
        request = bytearray(chance.choice(list(REQUESTS.values()))[:3000])
        for _ in range(chance.randrange(1, 6)):
            request[chance.randrange(len(request))] = chance.randrange(256)
        answer = exchange(server, bytes(request))
        assert not answer.startswith(b"HTTP/1.1 5"), bytes(request)
    assert server.get("/healthy").text == "ok"
    assert "Traceback" not in server.log()


def test_of_a_body_that_was_cut_short_nothing_is_kept(server: Server) -> None:
    server.post("/sandbox/reset")
    whole = b"en=purchase&cu=EUR&ep.event_id=cut&epn.value=1250"
    exchange(server, post(GA4, whole[:-2], length=len(whole)))  # 12 instead of 1250
    exchange(server, CHUNKED + b"%x\r\n%s\r\n" % (len(whole) - 2, whole[:-2]))
    exchange(server, post(GA4, whole))
    (kept,) = server.delivered(1, event_id="cut")
    assert kept["event"]["custom_data"]["value"] == 1250
    assert 'tagdock_hits_total{client="",outcome="cut_short"}' in server.get("/-/metrics").text
