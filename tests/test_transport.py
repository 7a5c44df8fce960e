"""The transport brings back what a vendor says, and words of its own when nothing comes."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from container.component import Request, Response
from container.transport import LONGEST_ANSWER, Transport

Talk = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextlib.asynccontextmanager
async def vendor(talk: Talk) -> AsyncIterator[tuple[str, list[bytes], list[int]]]:
    """A server on loopback; gives its address, the requests it got, and on which connection each came."""
    requests: list[bytes] = []
    connections: list[int] = []
    talks: list[tuple[asyncio.Task[None] | None, asyncio.StreamWriter]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.append((asyncio.current_task(), writer))
        own = len(talks)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (
                        int(line.split(b":")[1])
                        for line in head.split(b"\r\n")
                        if line.lower().startswith(b"content-le")
                    ),
                    0,
                )
                request = head + await reader.readexactly(length)
                requests.append(request)
                connections.append(own)
                await talk(request, writer)
                await writer.drain()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", requests, connections
    finally:
        server.close()
        for task, writer in talks:
            if task is not None:
                task.cancel()
            writer.close()
        await asyncio.gather(*(task for task, _ in talks if task), return_exceptions=True)
        await asyncio.gather(*(writer.wait_closed() for _, writer in talks), return_exceptions=True)


def saying(answer: bytes) -> Talk:
    async def talk(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    return talk


def send(talk: Talk, path: str = "/", within: float = 5.0, body: bytes = b"{}") -> tuple[Response, list[bytes]]:
    async def run() -> tuple[Response, list[bytes]]:
        transport = Transport()
        async with vendor(talk) as (address, requests, _):
            try:
                return await transport.send(Request("POST", address + path, {"X-Own": "1"}, body), within), requests
            finally:
                await transport.close()

    return asyncio.run(run())


def test_the_request_arrives_as_it_was_made_without_asking_for_compression() -> None:
    response, (request,) = send(saying(OK), "/v1/events?a=1", body=b'{"data":[]}')
    assert response.status == 200
    assert response.body == b"ok"
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    assert lines[0] == b"post /v1/events?a=1 http/1.1"
    assert b"accept-encoding: identity" in lines
    assert b"x-own: 1" in lines
    assert b"content-length: 11" in lines
    assert body == b'{"data":[]}'


def test_an_error_comes_back_with_its_headers_in_lower_case_and_its_body() -> None:
    answer = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nslow"
    response, _ = send(saying(answer))
    assert (response.status, response.headers["retry-after"], response.body) == (429, "7", b"slow")


def test_a_redirect_is_not_followed() -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
    response, requests = send(saying(answer))
    assert response.status == 302
    assert len(requests) == 1


def test_a_connection_is_used_again() -> None:
    async def run() -> list[int]:
        transport = Transport()
        async with vendor(saying(OK)) as (address, _, connections):
            for _ in range(3):
                assert (await transport.send(Request("POST", address, {}, b""), 5.0)).status == 200
            await transport.close()
            return connections

    assert asyncio.run(run()) == [1, 1, 1]


def test_an_endless_answer_is_cut() -> None:
    async def talk(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    response, _ = send(talk)
    assert response.status == 200
    assert len(response.body) == LONGEST_ANSWER


def test_compression_nobody_asked_for_is_left_as_it_came() -> None:
    bomb = b"\x1f\x8b\x08 not worth opening"
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    response, _ = send(saying(head + bomb))
    assert response.body == bomb


def test_no_cookie_is_kept() -> None:
    async def run() -> list[bytes]:
        transport = Transport()
        answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: id=1; Path=/\r\nContent-Length: 0\r\n\r\n"
        async with vendor(saying(answer)) as (address, requests, _):
            for _ in range(2):
                await transport.send(Request("POST", address, {}, b""), 5.0)
            await transport.close()
            return requests

    assert not any(b"cookie" in request.lower() for request in asyncio.run(run()))


def test_a_vendor_that_hangs_with_all_its_connections_leaves_the_others_theirs() -> None:
    async def run() -> None:
        transport = Transport(connections=2)
        async with vendor(silent) as (hanging, _, connections), vendor(saying(OK)) as (healthy, _, _):
            stuck = [asyncio.create_task(transport.send(Request("POST", hanging, {}, b""), 1.0)) for _ in range(5)]
            for _ in range(3):
                assert (await transport.send(Request("POST", healthy, {}, b""), 5.0)).status == 200
            words = Counter([(await one).failure for one in stuck])
            assert words == {"no answer in time": 2, "no free connection in time": 3} or words == {
                "no answer in time": 5  # whichever of the two clocks struck first
            }
            assert len(connections) <= 2
            await transport.close()

    asyncio.run(run())


def test_origins_beyond_the_last_share_their_connections() -> None:
    async def run() -> None:
        transport = Transport(origins=1)
        async with (
            vendor(saying(OK)) as (one, _, _),
            vendor(saying(OK)) as (two, _, _),
            vendor(saying(OK)) as (
                three,
                _,
                _,
            ),
        ):
            for address in (one, two, three, two, one):
                assert (await transport.send(Request("POST", address, {}, b""), 5.0)).status == 200
            await transport.close()

    asyncio.run(run())


def test_a_certificate_nobody_vouches_for_is_a_failure_in_words() -> None:
    async def run() -> Response:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(Path(__file__).with_name("self_signed.pem"))
        server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
        transport = Transport()
        try:
            port = server.sockets[0].getsockname()[1]
            return await transport.send(Request("POST", f"https://127.0.0.1:{port}/", {}, b"{}"), 5.0)
        finally:
            await transport.close()
            server.close()

    response = asyncio.run(run())
    assert (response.status, response.failure) == (0, "its certificate is not valid for us")


def test_https_to_a_server_that_speaks_http_is_a_failure_in_words() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        await writer.drain()
        writer.close()

    async def run() -> Response:
        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        transport = Transport()
        try:
            port = server.sockets[0].getsockname()[1]
            return await transport.send(Request("POST", f"https://127.0.0.1:{port}/", {}, b"{}"), 5.0)
        finally:
            await transport.close()
            server.close()

    assert asyncio.run(run()).failure == "no encrypted connection could be agreed on"


async def silent(request: bytes, writer: asyncio.StreamWriter) -> None:
    """Never answers."""


async def trickling(request: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        writer.write(b"x")
        await asyncio.sleep(0)


async def trickling_its_headers(request: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        writer.write(b"x")
        await asyncio.sleep(0)


async def pouring_headers(request: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: " + b"x" * 8192 + b"\r\n")
        await writer.drain()


async def asking_to_go_on(request: bytes, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await asyncio.sleep(0.001)


async def hanging_up(request: bytes, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def hanging_up_in_its_midst(request: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
    writer.close()


@pytest.mark.parametrize(
    ("talk", "words"),
    [
        (silent, "no answer in time"),
        (trickling, "no answer in time"),
        (trickling_its_headers, "no answer in time"),
        (asking_to_go_on, "no answer in time"),
        (pouring_headers, "the connection was closed or the answer was not HTTP"),
        (hanging_up, "the connection was closed or the answer was not HTTP"),
        (hanging_up_in_its_midst, "the connection was closed or the answer was not HTTP"),
        (saying(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), "the connection was closed or the answer was not HTTP"),
    ],
)
def test_no_answer_is_a_failure_in_words(talk: Talk, words: str) -> None:
    response, _ = send(talk, within=0.3)
    assert (response.status, response.failure) == (0, words)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:1/?access_token=s3cret", "no connection"),
        ("ftp://127.0.0.1/?access_token=s3cret", "the address is not http or https"),
        ("http://127.0.0.1:s3cret/", "the address is not a URL"),
        ("s3cret", "the address is not http or https"),
        ("http://" + "s3cret." * 50 + "example/", None),
        ("http://\x00s3cret/", None),
    ],
)
def test_an_address_that_leads_nowhere_is_a_failure_without_the_address(url: str, words: str | None) -> None:
    async def run() -> Response:
        transport = Transport()
        try:
            return await transport.send(Request("POST", url, {}, b"{}"), 5.0)
        finally:
            await transport.close()

    response = asyncio.run(run())
    assert response.status == 0
    assert response.failure
    assert "s3cret" not in response.failure
    assert words is None or response.failure == words


def test_a_header_that_cannot_be_sent_is_a_failure_without_it() -> None:
    async def run() -> Response:
        transport = Transport()
        async with vendor(saying(OK)) as (address, _, _):
            try:
                return await transport.send(Request("POST", address, {"Authorization": "s3cret\r\nX: y"}, b""), 5.0)
            finally:
                await transport.close()

    response = asyncio.run(run())
    assert response.status == 0
    assert "s3cret" not in response.failure
