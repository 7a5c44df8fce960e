"""A request's line and headers are bounded, and a connection on which nothing becomes whole is not kept for ever."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from container.web import protocol
from tests.web.connections import HIT, Connection, Running, play, request

BOUND = 65_536
TOLD = b"the URL and headers are larger than 65536 bytes or 200 lines\n"


async def sent_in_pieces(one: Connection, data: bytes, size: int) -> None:
    for start in range(0, len(data), size):
        one.send(data[start : start + size])
        await one.writer.drain()
        await asyncio.sleep(0)


HEADS = {
    "a URL": request(HIT + "a" * BOUND),
    "a header": request(HIT + "1", X="a" * BOUND),
    "many cookies": request(HIT + "1", Cookie="a=b; " * 20_000),
    "many headers": request(HIT + "1")[:-2] + b"X: y\r\n" * 201 + b"\r\n",
    "very many headers": request(HIT + "1")[:-2] + b"Cookie: y=1\r\n" * 100_000 + b"\r\n",
    "a head without an end": request(HIT + "1")[:-2] + b"X: " + b"a" * 400_000,
    "a page of the console": request("/console/", X="a" * BOUND),
}


@pytest.mark.parametrize("size", [1 << 20, 16_000], ids=["at once", "in pieces"])
@pytest.mark.parametrize("what", HEADS)
def test_a_head_that_is_too_large_is_refused_with_the_reason(tmp_path: Path, what: str, size: int) -> None:
    async def scenario(running: Running) -> None:
        async with running.connection() as one:
            await sent_in_pieces(one, HEADS[what], size)
            reply = await one.reply()
            assert (reply.status, reply.body) == (431, TOLD)
            assert reply.headers["connection"] == "close"
            assert await one.closed()
        assert running.hits("", "too_large") == 1
        async with running.connection() as one:
            assert (await one.ask(request(HIT + "2"))).status == 204
        assert await running.accepted() == 1

    play(tmp_path, scenario)


@pytest.mark.parametrize("size", [1 << 20, 7_000], ids=["at once", "in pieces"])
def test_a_head_just_within_the_bounds_is_a_hit(tmp_path: Path, size: int) -> None:
    lines = {f"X-{number}": "y" for number in range(150)}
    head = request(HIT + "1", Cookie="c=" + "a" * 60_000, **lines)
    assert len(head) > 60_000

    async def scenario(running: Running) -> None:
        async with running.connection() as one:
            for _ in range(2):
                await sent_in_pieces(one, head, size)
                assert (await one.reply()).status == 204
            one.send(request(HIT + "2") * 600)  # many small ones in one piece are no large one
            for _ in range(600):
                assert (await one.reply()).status == 204

    play(tmp_path, scenario)


def test_trailers_without_an_end_close_the_connection(tmp_path: Path) -> None:
    begun = request("/g/collect?v=2&tid=G-1", "POST", Transfer_Encoding="chunked") + b"5\r\nen=ab\r\n0\r\n"

    async def scenario(running: Running) -> None:
        async with running.connection() as one:
            await sent_in_pieces(one, begun + b"X: " + b"a" * 200_000, 16_000)
            assert await one.closed()
        assert await running.accepted() == 0

    play(tmp_path, scenario)


def test_a_body_larger_than_a_head_may_be_comes_in_pieces_as_before(tmp_path: Path) -> None:
    body = "en=page_view&ep.event_id=1&ep.x=" + "a" * 200_000

    async def scenario(running: Running) -> None:
        async with running.connection() as one, running.connection() as other:
            await sent_in_pieces(one, request("/g/collect?v=2&tid=G-1&cid=7.8", "POST", body), 9_000)
            assert (await one.reply()).status == 204
            chunks = b"".join(b"%x\r\n%s\r\n" % (9_000, b"a" * 9_000) for _ in range(20)) + b"0\r\n\r\n"
            head = request("/g/collect?v=2&tid=G-1&cid=7.8", "POST", Transfer_Encoding="chunked")
            await sent_in_pieces(other, head + chunks, 5_000)
            assert (await other.reply()).status == 204

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    "begun", [b"", b"GET /g/coll", request(HIT + "1")[:-2], request("/g/collect", "POST", "en=a")[:-2]]
)
def test_a_connection_on_which_no_request_becomes_whole_is_closed(
    tmp_path: Path, begun: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "PATIENCE", 2)

    async def scenario(running: Running) -> None:
        running.server.config.timeout_keep_alive = 0  # seconds between two looks
        async with running.connection() as one, running.connection() as other:
            one.send(begun)
            assert await one.closed()
            assert (await other.reader.read()) == b""

    play(tmp_path, scenario)
