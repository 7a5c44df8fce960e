"""The slash at the end: who leaves it off the address of the console or of the shop is led there all the same."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response


async def add_slash(request: Request) -> Response:
    """Leads to the same path with a slash behind it; method and query stay as they are (308)."""
    query = request.url.query
    return RedirectResponse(f"{request.scope['path']}/" + (f"?{query}" if query else ""), 308)
