"""A vendor that is dead for an hour leaves a healthy one beside it exactly as fast as it was."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from container.component import Request, Response
from container.delivery import Delivery
from container.outbox import Entry, open_outbox
from tests.delivery.simulated import SimulatedLoop, simulate
from tests.delivery.world import DAY, NOW, LetterTag

HOUR = 3600
EVERY = 3.0
ROUND_TRIP = 0.05
TIMEOUT = 30.0


@dataclass
class Vendors:
    """Two vendors. ``fine`` answers in 50 ms; ``dead`` hangs, then refuses connections, then answers 500, then is back.

    A third of an hour each. ``latencies`` are seconds from being put to being taken.
    """

    loop: SimulatedLoop
    requests: Counter[str] = field(default_factory=Counter)
    at_once: Counter[str] = field(default_factory=Counter)
    most_at_once: Counter[str] = field(default_factory=Counter)
    latencies: dict[str, list[float]] = field(default_factory=lambda: {"fine": [], "dead": []})

    async def send(self, request: Request, within: float) -> Response:
        name = request.url.split("/")[0]
        self.requests[name] += 1
        self.at_once[name] += 1
        self.most_at_once[name] = max(self.most_at_once[name], self.at_once[name])
        response = await self._answer(name, within)
        self.at_once[name] -= 1
        if response.status == 200:
            self.latencies[name] += [self.loop.time() - put for put in msgspec.json.decode(request.body)]
        return response

    async def _answer(self, name: str, within: float) -> Response:
        passed = self.loop.time()
        if name == "dead" and passed < HOUR / 3:
            await asyncio.sleep(within)
            return Response(0, failure="no answer in time")
        if name == "dead" and passed < HOUR * 2 / 3:
            return Response(0, failure="no connection")
        await asyncio.sleep(ROUND_TRIP)
        return Response(500 if name == "dead" and passed < HOUR else 200)


def an_hour(folder: Path, names: Sequence[str]) -> tuple[Vendors, int]:
    """An event every three seconds to each of the vendors, for an hour, and two more for what is left.

    Gives the vendors, and how many requests the dead one got while it was dead.
    """

    async def work(loop: SimulatedLoop) -> tuple[Vendors, int]:
        vendors = Vendors(loop)
        outbox = loop.waited_for(open_outbox(f"sqlite:{folder / 'outbox.db'}"))
        tags = {name: LetterTag() for name in names}
        delivery = Delivery(
            outbox,
            vendors,
            lambda: tags,
            lambda tag: next(name for name, one in tags.items() if one is tag),
            clock=lambda: NOW + loop.time(),
            monotonic=loop.time,
            random=lambda: 0.5,
            timeout=TIMEOUT,
        )
        assert await outbox.open() == ""
        await delivery.start()
        for turn in range(int(HOUR / EVERY)):
            at = loop.time()
            entries = [Entry(name, "1", "Lead", f"{name}-{turn}", b"%f" % at, NOW + at) for name in names]
            await outbox.put(entries)
            for _ in names:
                delivery.wake()
            await asyncio.sleep(EVERY)
        while_dead = vendors.requests["dead"]
        await asyncio.sleep(2 * HOUR)
        await delivery.stop(TIMEOUT)
        accounts = {one.tag: one for one in (await outbox.status()).accounts}
        assert {name: accounts[name].delivered for name in names} == dict.fromkeys(names, int(HOUR / EVERY))
        await outbox.close()
        return vendors, while_dead

    folder.mkdir()
    return simulate(work)


def test_an_hour_of_a_dead_vendor_does_not_move_a_healthy_one(tmp_path: Path) -> None:
    alone, _ = an_hour(tmp_path / "alone", ["fine"])
    beside, while_dead = an_hour(tmp_path / "beside", ["dead", "fine"])
    assert len(alone.latencies["fine"]) == HOUR / EVERY
    assert max(alone.latencies["fine"]) < 1.0 + 2 * ROUND_TRIP  # the second a batch is filled for, and the way
    assert beside.requests["fine"] == alone.requests["fine"]
    assert [round(one, 3) for one in beside.latencies["fine"]] == [round(one, 3) for one in alone.latencies["fine"]]
    # Pauses of 0.5, 1, 2 ... 256 s come to 512 s in 10 requests; from there it is one every 450 s.
    assert while_dead <= 4 + 10 + HOUR / 450
    assert beside.most_at_once["dead"] <= 4
    assert max(beside.latencies["dead"]) < DAY
