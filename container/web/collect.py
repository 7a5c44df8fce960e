"""Collecting: the ASGI endpoint every hit can come through; its answer waits for durability, never for a vendor."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter

from container.outbox.outbox import OutboxError
from container.web.answering import Receive, Scope, Send, respond
from container.web.reception import Asked, Reception


class TooLarge(Exception):
    """The body of a hit is larger than the configuration allows."""


class CutShort(Exception):
    """The sender went away in the midst of the body; half an amount would be another amount."""


class Collect:
    """ASGI application for hits."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read, route, keep and answer one hit."""
        reception = self._reception
        limit = reception.live.limit
        headers = read_headers(scope["headers"])
        try:
            body = await _body(headers, receive, limit) if has_body(headers) else b""
        except CutShort:
            reception.metrics.hits["", "cut_short"] += 1
            return  # nobody is left to be answered
        except TooLarge:
            told = reception.refused("too_large", 413, f"the body is larger than {limit} bytes", headers)
            await respond(send, told.answer, told.headers)
            return
        client = scope.get("client")
        peer = client[0] if client else ""
        since = perf_counter()
        query = scope["query_string"].decode("latin-1")
        received = reception.take(Asked(scope["method"], scope["path"], query, headers, body, peer))
        try:
            if received.entries:
                await reception.accepting.accept(received.entries)
        except OutboxError as error:
            reception.lost(received, error)
        else:
            reception.kept(received)
        reception.metrics.answers.observe(perf_counter() - since)
        await respond(send, received.answer, received.headers)
        received.answered()


def read_headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Header names in lower case; repeated ones are joined, cookies by ``"; "``."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in raw}
    return headers if len(headers) == len(raw) else _joined(raw)


def _joined(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    lines: dict[str, list[str]] = {}
    for name, value in raw:
        lines.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    return {name: ("; " if name == "cookie" else ", ").join(values) for name, values in lines.items()}


def has_body(headers: Mapping[str, str]) -> bool:
    """Whether the request brings a body (RFC 9112, section 6.3); most hits bring none, and asking for it costs."""
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


async def _body(headers: Mapping[str, str], receive: Receive, limit: int) -> bytes:
    length = headers.get("content-length", "")
    if length.isdigit() and int(length[:12]) > limit:
        raise TooLarge
    message = await receive()
    if message["type"] == "http.disconnect":
        raise CutShort
    body: bytes = message.get("body", b"")
    if message.get("more_body"):
        parts, size = [body], len(body)
        while message.get("more_body"):
            message = await receive()
            if message["type"] == "http.disconnect":
                raise CutShort
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > limit:
                raise TooLarge
        body = b"".join(parts)
    if len(body) > limit:
        raise TooLarge
    return body
