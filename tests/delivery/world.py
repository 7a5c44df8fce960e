"""A world for delivery: a clock that is told, a vendor that is played, and one outbox between them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from container.component import Request, Response, Tag, Verdict
from container.delivery import Delivery
from container.outbox import Account, Entry, open_outbox

NOW = 1_766_755_500.0
DAY = 86400.0
Answer = Callable[[list[Any]], Response]


def accepts(_: list[Any]) -> Response:
    return Response(200)


def is_down(_: list[Any]) -> Response:
    return Response(0, failure="no connection")


def refuses_bad(bodies: list[Any]) -> Response:
    """A vendor that refuses a whole request when one of its events is bad, as Meta does."""
    return Response(400) if any(body == "bad" for body in bodies) else Response(200)


def says_which(bodies: list[Any]) -> Response:
    """One that says which event it is, the first of them."""
    return Response(400, body=b"%d" % bodies.index("bad")) if "bad" in bodies else Response(200)


def breaks(bodies: list[Any]) -> Response:
    """One that falls over when it sees a certain event, and says nothing of why."""
    return Response(500) if "poison" in bodies else Response(200)


def hangs_up(bodies: list[Any]) -> Response:
    """One that closes the connection on a certain event."""
    return Response(0, failure="the connection was closed") if "poison" in bodies else Response(200)


class Vendor:
    """Answers requests by the host they go to, and remembers them."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.requests: list[tuple[str, list[Any]]] = []
        self.taken: list[Any] = []
        self.gates: dict[str, asyncio.Event] = {}
        self.most_at_once: dict[str, int] = {}
        self._at_once: dict[str, int] = {}
        self._heard = asyncio.Event()

    async def send(self, request: Request, within: float) -> Response:
        where, bodies = request.url, msgspec.json.decode(request.body)
        self.requests.append((where, bodies))
        self._heard.set()
        self._at_once[where] = self._at_once.get(where, 0) + 1
        self.most_at_once[where] = max(self.most_at_once.get(where, 0), self._at_once[where])
        try:
            if where in self.gates:
                await self.gates[where].wait()
        finally:
            self._at_once[where] -= 1
        response = self.answers.get(where, accepts)(bodies)
        if response.status == 200:
            self.taken += bodies
            self._heard.set()
        return response

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait for something that a request brings about."""
        while not happened():
            self._heard.clear()
            await self._heard.wait()

    def to(self, where: str) -> int:
        return sum(url == where for url, _ in self.requests)


class LetterTag(Tag):
    """A tag whose vendor speaks plain HTTP: 400 is one at fault, 401 the token, 410 never again, all else later."""

    type = "letter"
    batch_limit = 1000
    oldest = 7 * 86400.0

    def pack(self, destination: str, bodies: Sequence[bytes], endpoint: str) -> Request:
        if b'"unpackable"' in bodies:
            raise KeyError("someone@example.com")
        return Request("POST", f"{endpoint}/{destination}", {}, b"[" + b",".join(bodies) + b"]")

    def judge(self, response: Response, count: int) -> Verdict:
        if response.status == 666:
            raise ValueError("someone@example.com")
        actions = {200: "done", 400: "split", 401: "park", 410: "bury"}
        wait = response.headers.get("x-wait")
        action: Any = actions.get(response.status, "later")
        at = int(response.body) if response.body else None
        return Verdict(action, f"said {response.status}", float(wait) if wait else None, at)


class World:
    """Everything at ``now``; ``random`` is what the jitter draws. A batch waits for no other payload unless told."""

    def __init__(self, path: Path, **settings: Any) -> None:
        settings.setdefault("batch_wait", 0.0)
        self.now = NOW
        self.passed = 0.0
        self.random = 1.0
        self.vendor = Vendor()
        self.tags: dict[str, Tag] = {"meta": LetterTag()}
        self.outbox = open_outbox(f"sqlite:{path / 'outbox.db'}")
        self.slept: list[float] = []
        self.delivery = Delivery(
            self.outbox,
            self.vendor,
            lambda: self.tags,
            lambda tag: next(name for name, one in self.tags.items() if one is tag),
            clock=lambda: self.now,
            monotonic=lambda: self.passed,
            random=lambda: self.random,
            sleep=self._sleep,
            **settings,
        )
        self._number = 0

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    async def put(self, *bodies: Any, tag: str = "meta", destination: str = "1", time: float | None = None) -> None:
        entries = []
        for body in bodies:
            self._number += 1
            when = self.now if time is None else time
            entries.append(Entry(tag, destination, "Lead", f"e-{self._number}", msgspec.json.encode(body), when))
        await self.outbox.put(entries)

    async def rounds(self) -> float:
        """Let delivery do all it can do at this time; returns the seconds it would rest."""
        while True:
            rest = await self.delivery.step()
            if not self.delivery.under_way:
                return rest
            await self.delivery.settle()

    async def pass_time(self, seconds: float) -> float:
        self.now += seconds
        self.passed += seconds
        return await self.rounds()

    async def account(self, tag: str = "meta", destination: str = "1") -> Account:
        (found,) = [
            one for one in (await self.outbox.status()).accounts if (one.tag, one.destination) == (tag, destination)
        ]
        assert found.accepted == found.delivered + found.suppressed + found.dead + found.pending
        return found


def play(path: Path, work: Callable[[World], Awaitable[None]], **settings: Any) -> None:
    """Open a world, do the work in it, close it."""

    async def run() -> None:
        world = World(path, **settings)
        assert await world.outbox.open() == ""
        try:
            await work(world)
        finally:
            await world.delivery.stop(0)
            await world.outbox.close()

    asyncio.run(run())
