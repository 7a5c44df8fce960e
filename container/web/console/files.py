"""The console's scripts and style: compressed once, named with a mark of their content so that browsers keep them."""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
_IMPORT = re.compile(rb"(from '\./)([a-z_]+\.js)(';)")


@cache
def _content(name: str) -> tuple[bytes, bytes, str] | None:
    """A file, the same gzipped, and its mark; None when there is no such file."""
    path = _FOLDER / name
    if path.parent != _FOLDER or path.suffix not in _TYPES or not path.is_file():
        return None
    # A module is asked for by the very address of the layout, or a browser would run it twice.
    data = _IMPORT.sub(lambda found: found[1] + address(found[2].decode())[8:].encode() + found[3], path.read_bytes())
    return data, gzip.compress(data, 9, mtime=0), hashlib.sha256(data).hexdigest()[:12]


def address(name: str) -> str:
    """Where a file is found, below the console's path."""
    found = _content(name)
    return f"/static/{name}" + (f"?{found[2]}" if found else "")


async def serve_file(request: Request) -> Response:
    """One file. It holds nothing of anybody's, so it needs no token."""
    name = request.path_params["name"]
    found = _content(name)
    headers = {"x-content-type-options": "nosniff", "cross-origin-resource-policy": "same-origin"}
    if found is None:
        return PlainTextResponse("there is no such file\n", 404, headers)
    plain, small, mark = found
    kept = request.url.query == mark
    headers["cache-control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
    headers["vary"] = "accept-encoding"
    body = plain
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        body = small
    return Response(body, 200, headers, media_type=_TYPES[Path(name).suffix])
