"""The test surface: `/all`, `/good`, `/bad`, `/reset` and `/faults`, as JSON."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from .faults import Faults
from .record import CHANNELS, Row
from .store import Store
from .told import Told
from .web import JSON, number, read_body, refusal

PAGE = 500
FILTERS = ("event_name", "event_id", "pixel_id", "test_event_code", "channel")
LISTED = (*FILTERS, "limit")
_ITEM = "SELECT id, pixel_id, channel, body, deduplicated_by, test_event_code, error, received FROM event"


class Surface:
    """Endpoints for looking at what arrived, starting afresh, and asking for faults."""

    def __init__(self, store: Store, faults: Faults, told: Told) -> None:
        self._store, self._reading, self._faults, self._told = store, store.reading, faults, told

    async def all(self, request: Request) -> Response:
        """Counts since the last reset; with filters, counts of the kept events that pass them."""
        refused = refusal(request.query_params, FILTERS)
        if refused is not None:
            return refused
        where, values = condition(request.query_params)
        if not values:
            return JSON(self._store.counts())
        return JSON(await self._reading.run(self._filtered, where, values))

    async def good(self, request: Request) -> Response:
        """Accepted events, copies included, oldest first; `limit` takes the newest of them."""
        return self._list(request, "good")

    async def bad(self, request: Request) -> Response:
        """Refused events with Graph's error, oldest first."""
        return self._list(request, "NOT good")

    async def reset(self, request: Request) -> Response:
        """Forget events, counts and faults."""
        self._faults.clear()
        await self._store.run(self._store.reset)
        await self._told.reset()
        return JSON(self._store.counts())

    async def faults(self, request: Request) -> Response:
        """GET lists the faults to come, POST adds one or a list, DELETE forgets them."""
        if request.method == "POST":
            body = await read_body(request, 65_536)
            wrong = self._faults.ask(body) if body is not None else "the body is too long"
            if wrong:
                return JSON({"error": f"not a fault: {wrong}"}, 400)
        elif request.method == "DELETE":
            self._faults.clear()
        return JSON({"faults": self._faults.listing()})

    def _filtered(self, where: str, values: list[object]) -> dict[str, object]:
        row = self._reading.select(
            "SELECT count(*), coalesce(sum(good), 0), coalesce(sum(NOT good), 0), coalesce(sum(first IS NOT NULL), 0), "
            f"coalesce(sum(channel = 0), 0), coalesce(sum(channel = 1), 0) FROM event WHERE {where}",
            values,
        )[0]
        return dict(zip(("total", "good", "bad", "deduplicated", "server", "browser"), row, strict=True))

    def _list(self, request: Request, which: str) -> Response:
        refused = refusal(request.query_params, LISTED)
        if refused is not None:
            return refused
        where, values = condition(request.query_params)
        limit = number(request.query_params, "limit", 1_000_000)
        return StreamingResponse(self._stream(f"{which} AND {where}", values, limit), media_type="application/json")

    async def _stream(self, where: str, values: list[object], limit: int | None) -> AsyncIterator[bytes]:
        """A JSON list, read page by page so that a long one costs no memory and holds nobody up."""
        after = 0
        if limit is not None:
            after = await self._reading.run(self._before_newest, where, values, limit)
        yield b"["
        comma = b""
        while True:
            query = f"{_ITEM} WHERE {where} AND id > ? ORDER BY id LIMIT {PAGE}"
            rows = await self._reading.run(self._reading.select, query, [*values, after])
            if not rows:
                break
            yield comma + b",".join(map(_item, rows))
            comma, after = b",", int(rows[-1][0])
        yield b"]"

    def _before_newest(self, where: str, values: list[object], limit: int) -> int:
        rows = self._reading.select(
            f"SELECT id FROM event WHERE {where} ORDER BY id DESC LIMIT 1 OFFSET ?", [*values, limit]
        )
        return int(rows[0][0]) if rows else 0


def condition(query: Mapping[str, str]) -> tuple[str, list[object]]:
    """The filters of a query that was not refused, as an SQL condition and its values."""
    parts, values = ["1"], []
    for name in FILTERS:
        if name in query:
            value: object = query[name]
            if name == "channel":
                value = CHANNELS.index(query[name])
            parts.append(f"{name} = ?")
            values.append(value)
    return " AND ".join(parts), values


def _item(row: Row) -> bytes:
    _, pixel, channel, body, deduplicated_by, code, error, received = row
    item: dict[str, object] = {
        "pixel_id": pixel,
        "channel": CHANNELS[channel],
        "event": msgspec.Raw(_bytes(body)),
        "deduplicated": deduplicated_by is not None,
        "deduplicated_by": deduplicated_by,
        "test_event_code": code,
        "received": received,
    }
    if error is not None:
        item["error"] = msgspec.Raw(_bytes(error))
    return msgspec.json.encode(item)


def _bytes(value: object) -> bytes:
    assert isinstance(value, bytes)
    return value
