"""The peers: what the workers of one server know together of destinations and of today's counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from container.delivery.state import DestinationState
from container.web.console.today import Flow, Today, joined

if TYPE_CHECKING:
    from container.web.app import App

KNOWN, RESUME = "/-/known", "/-/resume"
"""Where a worker is asked by another one what it knows, and told to let destinations go on."""

_GRAVEST = ("closed", "half-open", "open", "parked")


class _Told(msgspec.Struct):
    destinations: list[DestinationState]
    flow: Flow


@dataclass(frozen=True, slots=True)
class Known:
    """How every destination is, today's counts, and the workers that did not answer."""

    destinations: list[DestinationState]
    flow: Flow
    silent: list[int]


class Peers:
    """Asks the other workers, and answers them."""

    def __init__(self, app: App, today: Today) -> None:
        self._app, self._today = app, today

    def routes(self) -> list[BaseRoute]:
        """Where other workers ask; nobody else is answered."""
        return [Route(KNOWN, self._known), Route(RESUME, self._resume, methods=["POST"])]

    async def known(self) -> Known:
        """What all workers know."""
        told, silent = [self._own()], []
        for one in await self._app.workers.ask("GET", KNOWN):
            try:
                told.append(msgspec.json.decode(one.body, type=_Told))
            except msgspec.MsgspecError:
                silent.append(one.worker)
        states = merged(state for one in told for state in one.destinations)
        return Known(states, joined([one.flow for one in told]), silent)

    async def resume(self, tag: str, destination: str) -> int:
        """Let a destination go on in every worker; how many of them had it parked."""
        count = await self._unpark(tag, destination)
        for one in await self._app.workers.ask("POST", f"{RESUME}?{urlencode({'tag': tag, 'to': destination})}"):
            count += int(one.body) if one.status == 200 and one.body.isdigit() else 0
        return count

    def _own(self) -> _Told:
        deliveries = [self._app.delivery, *(one.delivery for one in self._app.adoption.adopted.values())]
        return _Told([state for one in deliveries for state in one.destinations()], self._today.flow())

    async def _unpark(self, tag: str, destination: str) -> int:
        deliveries = [self._app.delivery, *(one.delivery for one in self._app.adoption.adopted.values())]
        return sum([await one.unpark(tag, destination) for one in deliveries])

    async def _known(self, request: Request) -> Response:
        if not self._app.workers.asks(request):
            return PlainTextResponse("there is no such page\n", 404)
        return Response(msgspec.json.encode(self._own()), media_type="application/json")

    async def _resume(self, request: Request) -> Response:
        if not self._app.workers.asks(request):
            return PlainTextResponse("there is no such page\n", 404)
        query = request.query_params
        return PlainTextResponse(str(await self._unpark(query.get("tag", ""), query.get("to", ""))))


def merged(states: Iterable[DestinationState]) -> list[DestinationState]:
    """One state for each tag and destination: the gravest of all workers, the newest words, everything else added."""
    found: dict[tuple[str, str], DestinationState] = {}
    for one in states:
        name = (one.tag, one.destination)
        found[name] = _both(found[name], one) if name in found else one
    return [found[name] for name in sorted(found)]


def _both(one: DestinationState, other: DestinationState) -> DestinationState:
    graver = max(one, other, key=lambda state: _GRAVEST.index(state.state))
    newer = max(one, other, key=lambda state: state.last_at or 0.0)
    waits = [state.next_attempt for state in (one, other) if state.next_attempt is not None]
    return msgspec.structs.replace(
        one,
        state=graver.state,
        parked_for=one.parked_for or other.parked_for,
        failures=max(one.failures, other.failures),
        next_attempt=min(waits, default=None),
        last_status=newer.last_status,
        last_words=newer.last_words,
        last_at=newer.last_at,
        in_flight=one.in_flight + other.in_flight,
        pending=one.pending + other.pending,
        delivered=one.delivered + other.delivered,
        buried=one.buried + other.buried,
        rate=one.rate + other.rate,
        requests=dict(Counter(one.requests) + Counter(other.requests)),
    )
