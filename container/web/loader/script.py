"""The loader's scripts as they are served: without comments and indentation, compressed once, with a strong ETag."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

PARTS = ("match", "preview")
"""What few pages need; the loader fetches it from its own address with the part's name as the query."""

_FOLDER = Path(__file__).parent
_HEADERS = {
    # An hour, so that a page is never long behind the container it sends to; then one question, mostly answered 304.
    "cache-control": "public, max-age=3600, stale-while-revalidate=86400",
    "x-content-type-options": "nosniff",
    # Any page may load it, also one that isolates itself or checks what it loads.
    "cross-origin-resource-policy": "cross-origin",
    "access-control-allow-origin": "*",
    "vary": "Accept-Encoding",
}


@cache
def stripped(name: str) -> bytes:
    """A script without what only its readers need: blank lines, indentation and the lines that are comments.

    Nothing else is touched, so that no text or expression can be broken; the sources keep comments to lines of their
    own and no text runs over two lines.
    """
    lines = (line.strip() for line in (_FOLDER / f"{name}.js").read_text("utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")).encode()


@cache
def compressed(name: str) -> bytes:
    """The same, gzipped; equal bytes on every machine."""
    return gzip.compress(stripped(name), 9, mtime=0)


async def serve_script(request: Request) -> Response:
    """The loader, or the part its query names; 304 to a browser that has it already."""
    query = request.url.query
    name = query if query in PARTS else "loader"
    small = "gzip" in request.headers.get("accept-encoding", "")
    body = compressed(name) if small else stripped(name)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**_HEADERS, "etag": tag}
    known = request.headers.get("if-none-match", "")
    if known.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in known.split(",", 20)]:
        return Response(None, 304, headers)
    if small:
        headers["content-encoding"] = "gzip"
    return Response(body, 200, headers, "text/javascript; charset=utf-8")
