"""Answering: an answer as bytes of HTTP, with the headers that let a page of another origin read it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from container.component import Answer, Cookie

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_LONGEST_ORIGIN = 300
"""Characters of an origin: a host name has 253 at most."""

_LONGEST_KEPT = 256
"""Bytes of a body whose response is kept ready."""

_CONTROL = bytes([*range(9), *range(10, 32), 127])


async def respond(send: Send, answer: Answer, headers: Headers) -> None:
    """Send an answer as ASGI does; a browser must not keep any of them."""
    raw = _raw_headers(_length(answer.status, answer.body), answer.content_type, answer.headers)
    await send({"type": "http.response.start", "status": answer.status, "headers": [*raw, *_sound(headers)]})
    await send({"type": "http.response.body", "body": answer.body})


def response(answer: Answer, headers: Headers) -> bytes:
    """The same answer as the bytes of an HTTP/1.1 response on a connection that stays open."""
    if not headers and len(answer.body) <= _LONGEST_KEPT:
        return _whole(answer.status, answer.body, answer.content_type, answer.headers)
    head = _head(answer.status, _length(answer.status, answer.body), answer.content_type, answer.headers)
    further = b"".join(b"%b: %b\r\n" % header for header in _sound(headers))
    return b"%b%b\r\n%b" % (head, further, answer.body)


def plain(status: int, text: str) -> Answer:
    """An answer of one line of text."""
    return Answer(status, f"{text}\n".encode(), "text/plain; charset=utf-8")


def cors(origin: str, origins: frozenset[str]) -> tuple[tuple[bytes, bytes], ...] | None:
    """The headers that let a page read the answer: its exact origin, with credentials. None refuses the page.

    With no ``origins`` named, every page may.
    """
    if not origin:
        return ()
    if len(origin) > _LONGEST_ORIGIN:
        return None
    return _cors(origin, origins)


@lru_cache(maxsize=256)
def _cors(origin: str, origins: frozenset[str]) -> tuple[tuple[bytes, bytes], ...] | None:
    if origins and origin.lower() not in origins:
        return None
    return (
        (b"access-control-allow-origin", origin.encode("latin-1", "replace")),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    )


def own_page(headers: Mapping[str, str]) -> tuple[tuple[bytes, bytes], ...] | None:
    """What ``cors`` gives to a page of the very host and port that was asked, whatever the list; None for any other.

    An origin is a scheme, a host and a port (RFC 6454, section 6.1). The scheme is not compared: behind a proxy that
    ends TLS the container is asked over http for a page of https.
    """
    origin = headers.get("origin", "")
    place = origin.partition("://")[2].lower()
    return cors(origin, frozenset()) if place and place == headers.get("host", "").lower() else None


def preflight(headers: Mapping[str, str]) -> Headers:
    """What a browser asks before it sends a hit with headers of its own."""
    wanted = headers.get("access-control-request-headers", "content-type")
    return [
        (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
        (b"access-control-allow-headers", wanted[:1024].encode("latin-1", "replace")),
        (b"access-control-max-age", b"86400"),
        (b"allow", b"GET, POST, OPTIONS"),
    ]


def set_cookie(cookie: Cookie) -> tuple[bytes, bytes]:
    """The header that sets a cookie."""
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


def _sound(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The headers without those whose value, which may come from a hit, holds a control character."""
    return [(name, value) for name, value in headers if value.translate(None, _CONTROL) == value]


def _length(status: int, body: bytes) -> int:
    return -1 if status == 204 else len(body)  # a 204 has no length


@lru_cache(maxsize=256)
def _raw_headers(length: int, content_type: str, headers: tuple[tuple[str, str], ...]) -> Headers:
    """The headers of an answer as they go out. Clients give the same few answers to all hits."""
    raw: Headers = [(b"content-length", str(length).encode())] if length >= 0 else []
    if content_type:
        raw.append((b"content-type", content_type.encode("latin-1")))
    raw += [(name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]
    if not any(name == b"cache-control" for name, _ in raw):
        raw.append((b"cache-control", b"no-store"))
    return _sound(raw)


@lru_cache(maxsize=256)
def _whole(status: int, body: bytes, content_type: str, headers: tuple[tuple[str, str], ...]) -> bytes:
    """A whole short response: clients give the same few to nearly all hits."""
    return b"%b\r\n%b" % (_head(status, _length(status, body), content_type, headers), body)


@lru_cache(maxsize=256)
def _head(status: int, length: int, content_type: str, headers: tuple[tuple[str, str], ...]) -> bytes:
    """The status line and these headers; the empty line that ends a head is not in it."""
    lines = [b"HTTP/1.1 %d %b\r\n" % (status, HTTPStatus(status).phrase.encode())]
    lines += [b"%b: %b\r\n" % header for header in _raw_headers(length, content_type, headers)]
    return b"".join(lines)
