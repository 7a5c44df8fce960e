"""The loader's hits on their way to the sandbox: each says where the browser's own copy of its event is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from container.hit import parse_parameters
from container.pixel.loader import COPIES, SENT
from container.web.answering import Receive, Scope, Send

Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Tell = Callable[[str, str, str, str], None]
_LONGEST = 100


def hits(path: str) -> str:
    """Where a loader at ``path`` sends its hits: ``/loader/tr`` for ``/loader.js``; a path of the meta_pixel client."""
    return f"{path.removesuffix('.js')}/tr"


class Copies:
    """Tells the sandbox what a hit says (pixel, event name, event id, copy), and passes the hit on as it is."""

    def __init__(self, collect: Application, tell: Tell) -> None:
        self._collect, self._tell = collect, tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        said: dict[str, str] = {}
        for name, value in parse_parameters(scope["query_string"].decode("latin-1")):
            said.setdefault(name, value[:_LONGEST])
        if scope["method"] == "POST" and said.get("ev") and said.get(SENT) in COPIES:
            self._tell(said.get("id", ""), said["ev"], said.get("eid", ""), said[SENT])
        await self._collect(scope, receive, send)
