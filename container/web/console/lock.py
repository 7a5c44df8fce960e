"""The lock: who may see the console and change things in it, and from where."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request

from container.config.document import ConsoleSection
from container.web.console.attempts import Attempts
from container.web.console.page import ROOT, Role
from container.web.seal import Seal, fresh
from container.web.workers import Workers

LASTS = 12 * 3600.0
"""Seconds a session lasts."""

PEER_HEADER = "x-tagdock-console-peer"
"""Who is at the other end, as told by the worker that passes a request on to the one that has the console."""

CSRF_HEADER = "x-tagdock-csrf"

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "x-forwarded-host")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who was let in: by a session's cookie, or as a program by the token itself (``session`` is "")."""

    role: Role
    session: str = ""


class Lock:
    """Lets in who has the token or a session made with it.

    ``section`` gives the settings that hold just now; ``token`` allows everything, the settings' read-only one allows
    looking. Sessions are signed, so that they outlive a restart; those that were ended are remembered by ``ended``.
    """

    def __init__(
        self,
        token: str,
        section: Callable[[], ConsoleSection],
        workers: Workers,
        port: int,
        clock: Callable[[], float],
        ended: Callable[[str], bool],
    ) -> None:
        self._token = token
        self._section = section
        self._workers = workers
        self._seal = Seal(token, "console session", clock)
        self._ended = ended
        self.attempts = Attempts(clock)
        # Cookies know no ports: two consoles on one machine must not sign each other out.
        self.cookie = f"tagdock_console_{port}"

    def place(self, request: Request) -> str:
        """Why the console is not shown at this address, "" when it is."""
        if self._section().public or self._workers.asks(request):
            return ""
        peer = request.client.host if request.client else ""
        forwarded = any(name in request.headers for name in _FORWARDED)
        if _loopback(peer) and _loopback(host_of(request)) and not forwarded:
            return ""
        return (
            "The console is shown on this machine only. To show it elsewhere, put HTTPS before it and write "
            "container: { console: { public: true } }"
        )

    def role(self, token: str) -> Role | None:
        """What a token allows, None when nothing."""
        if self._token and Seal.same(token, self._token):
            return "full"
        reading = self._section().read_only_token
        return "read" if reading and Seal.same(token, reading) else None

    def visitor(self, request: Request) -> Visitor | None:
        """Who asks; None when nobody who may. A program is asked for the token itself, and has no session."""
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            role = self.role(given.strip())
            return None if role is None else Visitor(role)
        text = self._seal.open(request.cookies.get(self.cookie, "")) or ""
        role_word, _, session = text.partition("_")
        if not session or self._ended(session):
            return None
        reading = self._section().read_only_token
        if role_word == f"r{self._mark(reading)}" and reading:
            return Visitor("read", session)
        return Visitor("full", session) if role_word == "full" else None

    def admit(self, role: Role) -> str:
        """The value of a new session's cookie. One that may only look ends when its token is changed."""
        word = role if role == "full" else f"r{self._mark(self._section().read_only_token)}"
        return self._seal.sign(f"{word}_{fresh()}", LASTS)

    def csrf(self, visitor: Visitor) -> str:
        """What a form must bring that was made for this session."""
        return self._seal.mark(visitor.session)

    def same_site(self, request: Request) -> bool:
        """Whether a change was asked for by a page of this very origin (Fetch Metadata, else Origin)."""
        site = request.headers.get("sec-fetch-site")
        if site is not None and site != "same-origin":
            return False
        origin = request.headers.get("origin")
        if origin is None:
            return site == "same-origin"
        if self._workers.asks(request):
            return site == "same-origin"  # the worker that was asked compared the names
        return urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()

    def meant(self, request: Request, visitor: Visitor, given: str) -> bool:
        """Whether somebody meant this change: their own page sent it with what only that page knows."""
        if not visitor.session:
            return True  # no browser adds a token in a header by itself
        return self.same_site(request) and Seal.same(given, self.csrf(visitor))

    def peer(self, request: Request) -> str:
        """The address that attempts are counted by."""
        if self._workers.asks(request):
            return request.headers.get(PEER_HEADER, "")
        return request.client.host if request.client else ""

    def _mark(self, token: str) -> str:
        return self._seal.mark(f"read {token}")[:16]


def host_of(request: Request) -> str:
    """The name in the Host header, without a port."""
    name = request.headers.get("host", "").lower()
    return name.partition("]")[0].lstrip("[") if name.startswith("[") else name.partition(":")[0]


def _loopback(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def home(path: str) -> str:
    """A path below the console's, from what a request asked for; the console's first page when it is no such path."""
    safe = path.startswith(f"{ROOT}/") and not any(one in path for one in "\\\r\n") and "//" not in path
    return path if safe else f"{ROOT}/"
