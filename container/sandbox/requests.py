"""The stand-in for every vendor but Meta: keeps the requests tags made, and answers that all is well."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from .reading import Reading
from .record import Row
from .web import JSON, number, read_body, refusal

MOST_BYTES = 4 * 1024 * 1024
KEPT = 1000
"""Requests that are kept; the oldest go first."""

_BODY_KEPT = 65_536
_HIDDEN = ("token", "secret", "key", "auth", "cookie", "signature", "password")
_OWN_HEADERS = frozenset({"host", "accept", "accept-encoding", "connection", "content-length", "user-agent"})
_TABLE = """
CREATE TABLE IF NOT EXISTS request (
    id INTEGER PRIMARY KEY, received REAL NOT NULL, type TEXT NOT NULL, host TEXT NOT NULL, content BLOB NOT NULL)
"""


class Requests:
    """What arrived at ``/http/{type}/{host}/...``, where ``host`` is the one the request was meant for.

    Kept in the sandbox's file, or in memory. Values of headers and parameters that are named like a token are hidden.
    ``answer`` gives the JSON that means success to a type of tag.
    """

    def __init__(self, path: str | Path, clock: Callable[[], float], answer: Callable[[str], bytes]) -> None:
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        connection.execute("PRAGMA busy_timeout=5000")
        connection.execute(_TABLE)
        self._kept = Reading(connection, ThreadPoolExecutor(1, "sandbox-requests"))
        self._clock, self._answer = clock, answer

    async def take(self, request: Request) -> Response:
        """Keep a request and answer 200 as its vendor would."""
        body = await read_body(request, MOST_BYTES)
        if body is None:
            return JSON({"error": "the body is too long"}, 413)
        host, path = request.path_params["host"], request.path_params["path"]
        content = {
            "method": request.method,
            "url": f"{host}/{path}{_query(request.url.query)}",
            "headers": {
                name: "***" if _hidden(name) else value
                for name, value in request.headers.items()
                if name not in _OWN_HEADERS
            },
            "body": _body(body, request.headers.get("content-type", "")),
        }
        kind = request.path_params["type"]
        await self._kept.run(self._keep, (self._clock(), kind, host, msgspec.json.encode(content)))
        return JSON(self._answer(kind))

    async def show(self, request: Request) -> Response:
        """GET lists the requests, oldest first; ``type``, ``host`` and ``limit`` choose. DELETE forgets them."""
        refused = refusal(request.query_params, ("type", "host", "limit"))
        if refused is not None:
            return refused
        if request.method == "DELETE":
            await self.reset()
        rows = await self._kept.run(self._listed, request.query_params)
        return JSON([_item(row) for row in rows])

    async def reset(self) -> None:
        """Forget all requests."""
        await self._kept.run(self._kept.select, "DELETE FROM request")

    def close(self) -> None:
        """Finish what was begun and close the file."""
        self._kept.close()

    def _keep(self, row: Row) -> None:
        self._kept.select("INSERT INTO request (received, type, host, content) VALUES (?,?,?,?)", row)
        self._kept.select("DELETE FROM request WHERE id <= (SELECT max(id) FROM request) - ?", (KEPT,))

    def _listed(self, query: Any) -> list[Row]:
        chosen = [name for name in ("type", "host") if name in query]
        where = " AND ".join(["1", *(f"{name} = ?" for name in chosen)])
        limit = number(query, "limit", KEPT) or KEPT
        values = [*(query[name] for name in chosen), limit]
        rows = self._kept.select(f"SELECT * FROM request WHERE {where} ORDER BY id DESC LIMIT ?", values)
        return rows[::-1]


def _item(row: Row) -> dict[str, Any]:
    _, received, kind, host, content = row
    return {"type": kind, "host": host, "received": received, **msgspec.json.decode(content)}


def _hidden(name: str) -> bool:
    lower = name.lower()
    return any(word in lower for word in _HIDDEN)


def _query(query: str) -> str:
    if not query:
        return ""
    pairs = [(name, "***" if _hidden(name) else value) for name, value in parse_qsl(query, keep_blank_values=True)]
    return "?" + urlencode(pairs, safe="*")


def _body(body: bytes, content_type: str) -> Any:
    """JSON as what it says, a form by its names, anything else as text; cut where it is long."""
    if "json" in content_type and len(body) <= _BODY_KEPT:
        try:
            return msgspec.json.decode(body)
        except (msgspec.DecodeError, RecursionError):
            pass  # shown as the text it is
    text = body[:_BODY_KEPT].decode("utf-8", "replace")
    return dict(parse_qsl(text, keep_blank_values=True)) if "x-www-form-urlencoded" in content_type else text
