"""Inside: the sandbox asked by the console for what it shows as JSON, without a network between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import httpx2

if TYPE_CHECKING:
    from container.web.app import App


async def sandbox(app: App, path: str, **query: str | int) -> Any:
    """What ``/sandbox{path}`` says to a GET, or None in live mode, where there is none."""
    if app.sandbox is None:
        return None
    given: Mapping[str, str] = {name: str(value) for name, value in query.items() if value not in ("", None)}
    transport = httpx2.ASGITransport(app=app.sandbox.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://sandbox") as client:
        answer = await client.get(path, params=given)
        return answer.json()
