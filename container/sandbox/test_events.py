"""Test Events: browser and server copies as they came, paired, with the raw request and our answer."""

from __future__ import annotations

from collections import defaultdict

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from .detail import exchanges
from .reading import Reading
from .record import CHANNELS, Row
from .surface import LISTED, condition
from .web import JSON, number, refusal

SHOWN = 50
_EVENT = (
    "SELECT id, received, pixel_id, channel, event_name, event_id, action_source, good, first, deduplicated_by, "
    "test_event_code, body, error, exchange FROM event"
)


class TestEvents:
    """`GET /test-events`: the newest events (50 unless `limit` says otherwise), newest last, filtered as `/good` is."""

    __test__ = False  # a name pytest would take for its own

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def show(self, request: Request) -> Response:
        refused = refusal(request.query_params, LISTED)
        if refused is not None:
            return refused
        where, values = condition(request.query_params)
        limit = number(request.query_params, "limit", 500) or SHOWN
        return JSON(await self._reading.run(self._read, where, values, limit))

    def _read(self, where: str, values: list[object], limit: int) -> dict[str, object]:
        rows = self._reading.select(f"{_EVENT} WHERE {where} ORDER BY id DESC LIMIT ?", [*values, limit])[::-1]
        copies = self._related("SELECT first, id, channel FROM event WHERE first IN", [row[0] for row in rows])
        firsts = self._related("SELECT id, id, channel FROM event WHERE id IN", [row[8] for row in rows if row[8]])
        return {
            "events": [_event(row, copies[row[0]], firsts[row[8]]) for row in rows],
            "requests": {
                str(number): one for number, one in exchanges(self._reading, (int(row[13]) for row in rows)).items()
            },
        }

    def _related(self, query: str, ids: list[object]) -> dict[object, list[dict[str, object]]]:
        related: dict[object, list[dict[str, object]]] = defaultdict(list)
        text = msgspec.json.encode(ids).decode()
        for of, event, channel in self._reading.select(
            f"{query} (SELECT value FROM json_each(?)) ORDER BY id", (text,)
        ):
            related[of].append({"id": event, "channel": CHANNELS[channel]})
        return related


def _event(row: Row, copies: list[dict[str, object]], firsts: list[dict[str, object]]) -> dict[str, object]:
    number, received, pixel, channel, name, identity, source, good, first, by, code, body, error, exchange = row
    assert isinstance(body, bytes)
    return {
        "id": number,
        "received": received,
        "pixel_id": pixel,
        "channel": CHANNELS[channel],
        "event_name": name,
        "event_id": identity,
        "action_source": source,
        "test_event_code": code,
        "accepted": bool(good),
        "deduplicated": first is not None,
        "deduplicated_by": by,
        "copy_of": firsts[0] if firsts else None,
        "copies": copies,
        "error": msgspec.Raw(error) if isinstance(error, bytes) else None,
        "event": msgspec.Raw(body),
        "request": str(exchange),
    }
