"""Hits go the short way; what they get is what uvicorn's own way would have given them, in the order they asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from container.component import Entry
from container.outbox.outbox import OutboxUnavailable
from container.record import EventRecord
from tests.processes.server import TOKEN
from tests.web.connections import HIT, Connection, Reply, Running, play, request, soon

SHORT_AND_LONG = [
    ("a GET", HIT + "1", "GET", "", {}),
    ("a POST", "/g/collect?v=2&tid=G-1&cid=7.8", "POST", "en=page_view&ep.event_id=1\r\nen=scroll&ep.event_id=2", {}),
    ("an image pixel", "/tr?id=1234567890&ev=PageView&eid=1", "GET", "", {}),
    ("a hit no client reads", "/nobody?x=1", "GET", "", {}),
    ("a hit from a page", HIT + "1", "GET", "", {"Origin": "https://shop.example", "Cookie": "a=b"}),
    ("a preview", HIT + "1", "GET", "", {"X-Tagdock-Preview": TOKEN}),
    ("a broken body", "/mp/collect", "POST", "{not json", {"Content-Type": "application/json"}),
    ("a path with escapes", "/%67/collect?v=2&tid=G-1&cid=7.8&en=page_view", "GET", "", {}),
]


@pytest.mark.parametrize(
    ("target", "method", "body", "headers"),
    [row[1:] for row in SHORT_AND_LONG],
    ids=[row[0] for row in SHORT_AND_LONG],
)
def test_both_ways_give_the_same_answer(
    tmp_path: Path, target: str, method: str, body: str, headers: dict[str, str]
) -> None:
    async def scenario(running: Running) -> None:
        async with running.connection() as one, running.connection() as other:
            short = await one.ask(request(target, method, body, **headers))
            long = await other.ask(request(target, method, body, **headers, Connection="close"))
        assert short.status == long.status
        assert short.body == long.body
        assert {**short.headers, "connection": "close"} == long.headers

    play(tmp_path, scenario)


def test_one_connection_carries_many_hits(tmp_path: Path) -> None:
    async def scenario(running: Running) -> None:
        async with running.connection() as one:
            for number in range(5):
                assert (await one.ask(request(f"{HIT}{number}"))).status == 204
        assert await running.accepted() == 5

    play(tmp_path, scenario)


def test_answers_come_in_the_order_of_the_requests_whichever_way_each_goes(tmp_path: Path) -> None:
    async def scenario(running: Running) -> None:
        async with running.connection() as one:
            healthy = request("/healthy")
            one.send(request(HIT + "1") + healthy + request(HIT + "2") + request("/nobody") + healthy)
            replies = [await one.reply() for _ in range(5)]
            assert [reply.status for reply in replies] == [204, 200, 204, 404, 200]
            assert (await one.ask(request(HIT + "3"))).status == 204
        assert await running.accepted() == 3

    play(tmp_path, scenario)


def test_a_request_may_come_in_any_pieces(tmp_path: Path) -> None:
    async def scenario(running: Running) -> None:
        whole = request("/g/collect?v=2&tid=G-1&cid=7.8", "POST", "en=page_view&ep.event_id=1\r\nen=a&ep.event_id=2")
        async with running.connection() as one:
            for start in range(0, len(whole), 7):
                one.send(whole[start : start + 7])
                await asyncio.sleep(0)
            assert (await one.reply()).status == 204
        assert await running.accepted() == 2

    play(tmp_path, scenario)


def test_half_a_hit_is_none(tmp_path: Path) -> None:
    async def scenario(running: Running) -> None:
        async with running.connection() as one:
            one.send(request("/g/collect?v=2&tid=G-1&cid=7.8&en=page_view", "POST", "en=a&ep.event_id=2")[:-3])
            await asyncio.sleep(0.05)
        await soon(lambda: running.hits("", "cut_short"))
        assert await running.accepted() == 0

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (request("/tr", "POST", "4\r\nid=1\r\n0\r\n\r\n", Transfer_Encoding="chunked"), 200),
        (request("/g/collect", "POST", "x" * 300_000), 413),
        (request("/mp/collect", "POST", "{}", Expect="100-continue"), 100),
        (request(HIT + "1", "OPTIONS", Origin="https://shop.example"), 204),
        (request("http://shop.example" + HIT + "1"), 204),
        (request(HIT + "1", "PUT"), 404),
        (b"\x16\x03\x01 not http at all\r\n\r\n", 400),
        (request(HIT + "1", Content_Length="-5"), 400),
    ],
    ids=[
        "chunks",
        "a body too large",
        "100-continue",
        "preflight",
        "a whole URL",
        "another method",
        "no HTTP",
        "a length below zero",
    ],
)
def test_what_is_out_of_the_ordinary_is_answered_too(tmp_path: Path, data: bytes, status: int) -> None:
    async def scenario(running: Running) -> None:
        async with running.connection() as one:
            assert (await one.ask(data)).status == status

    play(tmp_path, scenario)


def test_an_old_client_that_wants_its_connection_closed_gets_that(tmp_path: Path) -> None:
    async def scenario(running: Running) -> None:
        async with running.connection() as one:
            assert (await one.ask(request(HIT + "1", version="1.0"))).status == 204
            assert await one.closed()

    play(tmp_path, scenario)


def test_a_header_of_a_hit_starts_no_header_of_the_answer(tmp_path: Path) -> None:
    async def scenario(running: Running) -> None:
        async with running.connection() as one:
            reply = await one.ask(request(HIT + "1", Origin="https://shop.example\x0bSet-Cookie: a=b"))
            assert "set-cookie" not in reply.headers
            assert "\x0b" not in "".join(reply.headers.values())

    play(tmp_path, scenario)


def test_a_connection_on_which_nothing_comes_is_closed(tmp_path: Path) -> None:
    async def scenario(running: Running) -> None:
        async with running.connection() as one:
            assert (await one.ask(request(HIT + "1"))).status == 204
            assert await one.closed()

    play(tmp_path, scenario, keep_alive=1)


def test_an_outbox_that_takes_nothing_means_503_for_every_hit_of_a_burst(tmp_path: Path) -> None:
    async def scenario(running: Running) -> None:
        async def refuse(entries: list[Entry]) -> None:
            raise OutboxUnavailable("the disk is full")

        running.app.reception.accepting = _Hindered(refuse)
        replies = await _at_once(running, [HIT + str(number) for number in range(5)])
        assert [reply.status for reply in replies] == [503] * 5
        assert {reply.headers["retry-after"] for reply in replies} == {"30"}
        assert running.hits("browser", "unavailable") == 5

    play(tmp_path, scenario)


def test_what_one_hit_of_a_burst_meets_is_not_held_against_the_others(tmp_path: Path) -> None:
    async def scenario(running: Running) -> None:
        async def refuse(entries: list[Entry]) -> None:
            if any(entry.event_id == "3" for entry in entries):
                raise OutboxUnavailable("not this one")

        running.app.reception.accepting = _Hindered(refuse)
        replies = await _at_once(running, [HIT + str(number) for number in range(5)])
        assert sorted(reply.status for reply in replies) == [204, 204, 204, 204, 503]
        assert replies[3].status == 503

    play(tmp_path, scenario)


def test_a_failure_of_ours_is_answered_and_costs_the_others_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(running: Running) -> None:
        take = running.app.reception.take

        def failing(asked: object) -> object:
            if getattr(asked, "query", "").endswith("=1"):
                raise RuntimeError("ana@example.com")
            return take(asked)  # type: ignore[arg-type]

        monkeypatch.setattr(running.app.reception, "take", failing)
        replies = await _at_once(running, [HIT + str(number) for number in range(3)])
        assert [reply.status for reply in replies] == [204, 500, 204]

    play(tmp_path, scenario)
    assert "a hit could not be taken: RuntimeError" in caplog.text
    assert "ana@example.com" not in caplog.text


def test_the_answer_that_is_under_way_goes_out_before_the_server_ends(tmp_path: Path) -> None:
    async def scenario(running: Running) -> None:
        async def wait(entries: list[Entry]) -> None:
            running.server.should_exit = True
            await asyncio.sleep(0.3)

        running.app.reception.accepting = _Hindered(wait)
        async with running.connection() as one:
            assert (await one.ask(request(HIT + "1"))).status == 204
            assert await one.closed()

    play(tmp_path, scenario)


class _Hindered:
    """Stands before the outbox."""

    def __init__(self, accept: Callable[[list[Entry]], Awaitable[None]]) -> None:
        self.accept = accept

    def note(self, record: EventRecord) -> None:
        raise AssertionError("nothing is suppressed here")


async def _at_once(running: Running, targets: list[str]) -> list[Reply]:
    """Every target on a connection of its own, sent together; the replies in that order."""
    connections: list[Connection] = []
    for _ in targets:
        connections.append(Connection(*await asyncio.open_connection("127.0.0.1", running.port)))
    for one, target in zip(connections, targets, strict=True):
        one.send(request(target))
    replies = [await one.reply() for one in connections]
    for one in connections:
        one.writer.close()
    return replies
