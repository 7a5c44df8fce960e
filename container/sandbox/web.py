"""What the sandbox's endpoints share: reading a bounded body, hiding secrets in what is kept, JSON answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from .record import Exchange

SECRETS = ("access_token", "appsecret_proof")
BODY_KEPT = 16_384


class JSON(Response):
    """A JSON answer."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        return content if isinstance(content, bytes) else msgspec.json.encode(content)


async def read_body(request: Request, most: int) -> bytes | None:
    """The whole body, or nothing when it is longer than `most` bytes."""
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > most:
                return None
            parts.append(part)
    except ClientDisconnect:
        return None
    return b"".join(parts)


async def read_multipart(request: Request, body: bytes) -> dict[str, list[object]] | None:
    """The text fields of a multipart body, none when it cannot be read; nothing when the body is of another kind."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return None

    async def whole() -> AsyncGenerator[bytes, None]:
        yield body

    fields: dict[str, list[object]] = {}
    try:
        parser = MultiPartParser(request.headers, whole(), max_files=0, max_part_size=len(body) + 1)
        for key, value in (await parser.parse()).multi_items():
            if not isinstance(value, UploadFile):
                fields.setdefault(key, []).append(value)
    except (MultiPartException, KeyError, ValueError):
        return {}
    return fields


def exchange_of(request: Request, body: bytes, now: float, secrets: Iterable[str | None] = ()) -> Exchange:
    """The request as it may be shown: without its token, its body cut at `BODY_KEPT` bytes."""
    hidden = [secret for secret in secrets if secret]
    for secret in {name for one in hidden for name in (one, quote(one, safe=""), quote(one))}:
        body = body.replace(secret.encode("utf-8", "replace"), b"***") if len(secret) > 2 else body
    query = request.url.query
    if any(name in query for name in SECRETS) or "%" in query:
        pairs = parse_qsl(query, keep_blank_values=True)
        if any(key in SECRETS for key, _ in pairs):
            query = urlencode([(key, "***" if key in SECRETS else value) for key, value in pairs], safe="*")
    return Exchange(
        received=now,
        method=request.method,
        target=(request.url.path + ("?" + query if query else ""))[:BODY_KEPT],
        content_type=request.headers.get("content-type", "")[:200],
        body=body[:BODY_KEPT],
        cut=len(body) > BODY_KEPT,
        status=200,
        answer=b"",
    )


def number(query: Mapping[str, str], name: str, most: int) -> int | None:
    """A whole number of a query, within 1..`most`; nothing when it is missing or not a number."""
    text = query.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return None
    return max(1, min(int(text), most))
