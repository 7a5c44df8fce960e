"""The previews as pages ask for them: whether a token is alive, how long yet, and taking it back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from container.hit import parse_parameters
from container.web.json import to_bytes
from container.web.tap.sessions import Sessions

MOST = 1024
"""Bytes of a question; a token has about 80 characters."""

_HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    # As the loader itself: any page may ask, and no cookie comes along. What is told is told to who has the token.
    "access-control-allow-origin": "*",
}
_UNKNOWN = to_bytes({"alive": False})


def previews(path: str) -> str:
    """Where a loader at ``path`` asks: ``/loader/preview`` for ``/loader.js``."""
    return f"{path.removesuffix('.js')}/preview"


class Previews:
    """Answers ``POST`` with the form fields ``token`` and, to take it back, ``end``.

    Only a token that was signed here and has not expired is looked up at all, in what the worker remembers of the
    latest seconds. All others get one answer: ended, expired, made up.
    """

    def __init__(self, sessions: Sessions, clock: Callable[[], float]) -> None:
        self._sessions, self._clock = sessions, clock

    async def serve(self, request: Request) -> Response:
        """Answer one question."""
        try:
            form = dict(parse_parameters((await _body(request)).decode("utf-8", "replace")))
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is left to be answered
        try:
            session = self._sessions.alive(form.get("token", ""))
            if session is not None and form.get("end"):
                self._sessions.end(session.id)
                session = None
        except sqlite3.Error:
            return Response(None, 503, _HEADERS)  # nothing is known: a page must not take it for ended
        if session is None:
            return Response(_UNKNOWN, 200, _HEADERS, "application/json")
        told = {
            "alive": True,
            "seconds": max(0, int(session.expires - self._clock())),
            "test_event_code": session.test_event_code,
            "version": session.version,
        }
        return Response(to_bytes(told), 200, _HEADERS, "application/json")


async def _body(request: Request) -> bytes:
    """What was sent, b"" when it is longer than any question."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST:
            return b""
    return body
