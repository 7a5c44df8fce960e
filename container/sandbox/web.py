"""What the sandbox's endpoints share: reading a bounded body, hiding secrets in what is kept, JSON answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from .record import CHANNELS, Exchange

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


def refusal(query: Mapping[str, str], known: Sequence[str]) -> JSON | None:
    """The answer 400 to a query with a parameter that is not known, or a value that cannot be: whoever tests with a
    slip in it must not be told that all is well."""
    for name in query:
        if name not in known:
            what = f"known are {', '.join(known)}" if known else "there are none here"
            return JSON({"error": f"'{name[:50]}' is not a parameter; {what}"}, 400)
    if "limit" in query and not _counts(query["limit"]):
        return JSON({"error": f"limit: '{query['limit'][:50]}' is not a number from 1 on"}, 400)
    if "channel" in query and query["channel"] not in CHANNELS:
        return JSON({"error": f"channel: '{query['channel'][:50]}' is none; known are {', '.join(CHANNELS)}"}, 400)
    return None


def number(query: Mapping[str, str], name: str, most: int) -> int | None:
    """A whole number of a query that was not refused, at most `most`; nothing when it is missing."""
    text = query.get(name, "")
    return min(int(text[:10]), most) if _counts(text) else None


def _counts(text: str) -> bool:
    return text.isascii() and text.isdigit() and text[0] != "0"
