"""The detail: all that is kept of one action, its copies field by field, the raw requests and the answers to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from .reading import Reading

_KEPT = "SELECT id, body, error, exchange FROM event WHERE id IN (SELECT value FROM json_each(?))"
_EXCHANGES = (
    "SELECT id, received, method, target, content_type, body, cut, status, answer FROM exchange "
    "WHERE id IN (SELECT value FROM json_each(?))"
)


def detail(reading: Reading, couple: dict[str, Any]) -> dict[str, Any]:
    """A couple with each copy's ``event``, ``error`` and ``request``. Runs on the reading thread.

    ``request`` is None once so many came later that it is kept no more.
    """
    copies = [one for side in ("browser", "server") for one in couple[side]]
    ids = msgspec.json.encode([one["id"] for one in copies]).decode()
    kept = {row[0]: row[1:] for row in reading.select(_KEPT, (ids,))}
    requests = exchanges(reading, [row[2] for row in kept.values()])
    for one in copies:
        body, error, exchange = kept[one["id"]]
        one["event"] = msgspec.json.decode(body)
        one["error"] = msgspec.json.decode(error) if isinstance(error, bytes) else None
        one["request"] = requests.get(exchange)
    return couple


def exchanges(reading: Reading, numbers: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Raw requests without their tokens, and what was answered, by their number. Runs on the reading thread."""
    rows = reading.select(_EXCHANGES, (msgspec.json.encode(sorted(set(numbers))).decode(),))
    return {
        number: {
            "id": number,
            "received": received,
            "method": method,
            "target": target,
            "content_type": kind,
            "body": _text(body),
            "cut": bool(cut),
            "answer": {"status": status, "body": _text(answer)},
        }
        for number, received, method, target, kind, body, cut, status, answer in rows
    }


def _text(body: object) -> str:
    return body.decode("utf-8", "replace") if isinstance(body, bytes) else ""
