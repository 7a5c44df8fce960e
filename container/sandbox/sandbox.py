"""The local Meta as one ASGI application, to be mounted at `/sandbox`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .couples import choices, couples
from .detail import detail
from .diagnostics import Diagnostics, diagnostics
from .faults import Faults
from .graph import Events, Quality
from .intake import Intake
from .quality import QualityPage
from .requests import Requests
from .store import Store
from .surface import Surface
from .test_events import TestEvents
from .told import Told
from .tr import Tr
from .trend import trend

T = TypeVar("T")
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]


class Sandbox:
    """A local Meta that takes server events and browser copies, answers as Graph does, and shows what it makes of them.

    `path` is an SQLite file that survives the process, or `:memory:`. `app` handles the paths below its mount
    (`Mount("/sandbox", app=sandbox.app)`). `pixels` names the pixels that exist and the token each expects (`None` for
    any); without it every numeric pixel exists and every token will do. `keep` bounds the events kept. `told` takes
    what a page's loader says of the browser's copies.
    """

    def __init__(
        self,
        path: str | Path = ":memory:",
        clock: Callable[[], float] = time.time,
        *,
        keep: int = 100_000,
        pixels: Mapping[str, str | None] | None = None,
        token_required: bool = True,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        answer: Callable[[str], bytes] = lambda _: b"{}",
    ) -> None:
        self._store = Store(path, keep)
        faults = Faults()
        intake = Intake(self._store, pixels, token_required)
        self.told = Told(path, clock)
        surface = Surface(self._store, faults, self.told)
        tr = Tr(self._store, intake, clock)
        self._quality = QualityPage(self._store.reading, clock, self.told)
        self._requests = requests = Requests(path, clock, answer)

        async def reset(request: Request) -> Response:
            await requests.reset()
            return await surface.reset(request)

        self.app = Starlette(
            routes=[
                Route("/graph/{version}/dataset_quality", Quality(self._store.reading, intake, clock), methods=["GET"]),
                Route(
                    "/graph/{version}/{pixel_id}/events",
                    Events(self._store, intake, faults, clock, sleep),
                    methods=["POST"],
                ),
                Route("/tr", tr, methods=["GET", "POST"]),
                Route("/tr/", tr, methods=["GET", "POST"]),
                Route("/http", requests.show, methods=["GET", "DELETE"]),
                Route("/http/{type}/{host}/{path:path}", requests.take, methods=METHODS),
                Route("/all", surface.all),
                Route("/good", surface.good),
                Route("/bad", surface.bad),
                Route("/reset", reset, methods=["POST"]),
                Route("/faults", surface.faults, methods=["GET", "POST", "DELETE"]),
                Route("/test-events", TestEvents(self._store.reading).show),
                Route("/diagnostics", Diagnostics(self._store.reading, clock).show),
                Route("/quality", self._quality.show),
            ]
        )

    def counts(self) -> dict[str, int]:
        """Events since the last reset by what became of them, and how many are still kept."""
        return self._store.counts()

    async def couples(self, limit: int, **chosen: Any) -> list[dict[str, Any]]:
        """The newest actions, each with its browser's and its server's copies; ``couples`` says how they are chosen."""
        return await self._run(lambda told: couples(self._store.reading, told, limit, **chosen))

    async def couple(self, number: int) -> dict[str, Any] | None:
        """One action by the number of its first copy, with the bodies, the raw requests and the answers to them."""

        def found(told: dict[str, str]) -> dict[str, Any] | None:
            several = couples(self._store.reading, told, 1, id=number)
            return detail(self._store.reading, several[0]) if several else None

        return await self._run(found)

    async def choices(self) -> dict[str, list[str]]:
        """The names, test codes and pixels there are."""
        return await self._store.reading.run(choices, self._store.reading)

    async def diagnostics(self, pixel: str = "") -> list[dict[str, Any]]:
        """What is wrong with the kept events, as ``GET /diagnostics`` tells it."""
        return await self._store.reading.run(diagnostics, self._store.reading, pixel)

    async def quality(self, pixel: str = "") -> dict[str, Any]:
        """What ``GET /quality`` tells."""
        return await self._quality.told(pixel)

    async def trend(
        self, since: float, until: float, buckets: int, pixel: str = "", name: str = ""
    ) -> list[dict[str, Any]]:
        """How the two channels met over time; ``trend`` says what is told."""
        return await self._store.reading.run(trend, self._store.reading, since, until, buckets, pixel, name)

    async def _run(self, work: Callable[[dict[str, str]], T]) -> T:
        told = await self.told.words()
        return await self._store.reading.run(work, told)

    def close(self) -> None:
        """Finish what was begun and close the file."""
        self._requests.close()
        self.told.close()
        self._store.close()
