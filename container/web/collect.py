"""Collecting: the ASGI endpoint every hit goes through; its answer waits for durability, never for a vendor."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import quote

from container.component import Answer, Cookie, Entry
from container.config.document import Configuration
from container.hit import Hit
from container.metrics import Metrics
from container.outbox.outbox import OutboxError
from container.preview import COOKIE, HEADER, REVEAL_HEADER, allowed, mask, test_event_code
from container.runtime import Routed, route
from container.web.address import TrustedProxies
from container.web.json import to_bytes

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

log = logging.getLogger("tagdock.collect")

VERSION_HEADER = "X-Tagdock-Version"
"""The header of a preview's answer that names the version of the configuration that served the hit."""


class Accepting(Protocol):
    """Where accepted payloads go: the outbox, and a nudge to delivery."""

    async def accept(self, entries: list[Entry]) -> None:
        """Returns when the entries are durable; raises OutboxError."""

    def suppressed(self, tag: str, reason: str) -> None:
        """Enter in the books what a tag decided not to send."""


class Live:
    """What of a configuration the collecting needs, made once when it is applied and swapped as a whole.

    ``version`` is the hash of its texts, which a preview's answer names.
    """

    __slots__ = ("configuration", "limit", "origins", "proxies", "version")

    def __init__(self, configuration: Configuration, version: str = "") -> None:
        self.configuration = configuration
        self.version = version
        self.limit = configuration.container.body_limit
        self.origins = frozenset(one.rstrip("/").lower() for one in configuration.container.origins)
        self.proxies = TrustedProxies(configuration.container.trusted_proxies)


class TooLarge(Exception):
    """The body of a hit is larger than the configuration allows."""


class CutShort(Exception):
    """The sender went away in the midst of the body; half an amount would be another amount."""


class Collect:
    """ASGI application for hits."""

    def __init__(
        self, live: Live, accepting: Accepting, metrics: Metrics, clock: Callable[[], float], token: str
    ) -> None:
        self.live = live
        self._accepting = accepting
        self._metrics = metrics
        self._clock = clock
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read, route, keep and answer one hit. One configuration serves it from beginning to end."""
        live = self.live
        headers = read_headers(scope["headers"])
        origin = headers.get("origin", "")
        cors = _cors(origin, live.origins) if origin else ()
        if cors is None:
            self._metrics.hits["", "origin_refused"] += 1
            await respond(send, _plain(403, "this origin is not in container.origins"), [])
            return
        if scope["method"] == "OPTIONS":
            await respond(send, Answer(204), [*cors, *_preflight(headers)])
            return
        try:
            body = await _body(headers, receive, live.limit) if _has_body(headers) else b""
        except CutShort:
            self._metrics.hits["", "cut_short"] += 1
            return  # nobody is left to be answered
        except TooLarge:
            self._metrics.hits["", "too_large"] += 1
            await respond(send, _plain(413, f"the body is larger than {live.limit} bytes"), list(cors))
            return
        client = scope.get("client")
        hit = Hit(
            scope["method"],
            scope["path"],
            scope["query_string"].decode("latin-1"),
            headers,
            body,
            live.proxies.visitor(client[0] if client else "", headers),
        )
        given = headers.get(HEADER) or (hit.cookies.get(COOKIE, "") if COOKIE in headers.get("cookie", "") else "")
        preview = bool(given) and allowed(given, self._token)
        now = self._clock()
        code = test_event_code(headers) if preview else ""
        routed = route(hit, live.configuration, now, explain=preview, test_event_code=code)
        answer, extra = await self._keep(routed)
        if preview and answer is routed.answer:
            answer = _echo(routed, live.version, reveal=REVEAL_HEADER in headers)
        await respond(send, answer, [*cors, *extra, *(_set_cookie(one) for one in routed.cookies)])

    async def _keep(self, routed: Routed) -> tuple[Answer, Headers]:
        """Make the payloads durable and count; the answer is the client's unless they could not be kept."""
        metrics = self._metrics
        name = routed.client or ""
        for failure in routed.failures:
            metrics.failures[failure.partition(":")[0]] += 1
            log.error("%s", failure)
        if routed.outgoing:
            try:
                await self._accepting.accept(routed.outgoing)
            except OutboxError as error:
                metrics.hits[name, "unavailable"] += 1
                log.error("a hit was refused with 503, nothing of it was kept: %s", error)
                return _plain(503, "the hit cannot be kept just now; send it again"), [(b"retry-after", b"30")]
        for tag, reason in routed.suppressed:
            self._accepting.suppressed(tag, reason)
        if routed.client is None:
            metrics.hits["", "unclaimed"] += 1
        else:
            metrics.hits[name, "answered"] += 1
            metrics.events[name] += routed.events
        return routed.answer, []


def read_headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Header names in lower case; repeated ones are joined, cookies by ``"; "``."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in raw}
    return headers if len(headers) == len(raw) else _joined(raw)


def _joined(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name_bytes, value_bytes in raw:
        name, value = name_bytes.decode("latin-1"), value_bytes.decode("latin-1")
        if name in headers:
            headers[name] += ("; " if name == "cookie" else ", ") + value
        else:
            headers[name] = value
    return headers


def _has_body(headers: dict[str, str]) -> bool:
    """Whether the request brings a body (RFC 9112, section 6.3); most hits bring none, and asking for it costs."""
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


async def _body(headers: dict[str, str], receive: Receive, limit: int) -> bytes:
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


def _cors(origin: str, origins: frozenset[str]) -> tuple[tuple[bytes, bytes], ...] | None:
    """The headers that let a page read the answer: its exact origin, with credentials. None refuses the page."""
    if origins and origin.lower() not in origins:
        return None
    return (
        (b"access-control-allow-origin", origin.encode("latin-1", "replace")),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    )


def _preflight(headers: dict[str, str]) -> Headers:
    wanted = headers.get("access-control-request-headers", "content-type")
    return [
        (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
        (b"access-control-allow-headers", wanted[:1024].encode("latin-1", "replace")),
        (b"access-control-max-age", b"86400"),
        (b"allow", b"GET, POST, OPTIONS"),
    ]


def _set_cookie(cookie: Cookie) -> tuple[bytes, bytes]:
    # A value from a hit must start neither a header nor an attribute of its own; reading a cookie undoes the escapes.
    value = quote(cookie.value, safe="!#$&'()*+-./:<=>?@[]^_`{|}~", errors="replace")
    parts = [f"{cookie.name}={value}", f"Max-Age={cookie.max_age}", "Path=/"]
    if cookie.domain:
        parts.append(f"Domain={cookie.domain}")
    parts.append(f"SameSite={cookie.same_site.capitalize()}")
    if cookie.secure:
        parts.append("Secure")
    if cookie.http_only:
        parts.append("HttpOnly")
    return b"set-cookie", "; ".join(parts).encode("latin-1", "replace")


def _plain(status: int, text: str) -> Answer:
    return Answer(status, f"{text}\n".encode(), "text/plain; charset=utf-8")


def _echo(routed: Routed, version: str, *, reveal: bool) -> Answer:
    trace = routed.trace.to_json() if routed.trace is not None else {}
    status = routed.answer.status if routed.client is None else 200
    headers = ((VERSION_HEADER, version),)
    return Answer(status, to_bytes(trace if reveal else mask(trace)), "application/json", headers)


async def respond(send: Send, answer: Answer, headers: Headers) -> None:
    """Send an answer; a browser must not keep any of them."""
    length = -1 if answer.status == 204 else len(answer.body)
    raw = _raw_headers(length, answer.content_type, answer.headers)
    await send({"type": "http.response.start", "status": answer.status, "headers": [*raw, *headers]})
    await send({"type": "http.response.body", "body": answer.body})


@lru_cache(maxsize=256)
def _raw_headers(length: int, content_type: str, headers: tuple[tuple[str, str], ...]) -> Headers:
    """The headers of an answer as they go out. Clients give the same few answers to all hits."""
    raw: Headers = [(b"content-length", str(length).encode())] if length >= 0 else []  # a 204 has no length
    if content_type:
        raw.append((b"content-type", content_type.encode("latin-1")))
    raw += [(name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]
    if not any(name == b"cache-control" for name, _ in raw):
        raw.append((b"cache-control", b"no-store"))
    return raw
