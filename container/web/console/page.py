"""The page of the console: what it is called, what it shows, what can be changed on it; and how pages are found."""

from __future__ import annotations

import pkgutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from starlette.requests import Request

if TYPE_CHECKING:
    from container.web.app import App

ROOT = "/console"
"""Where the console is."""

Role = Literal["full", "read"]


class Missing(Exception):
    """There is no such thing; the text says what was looked for."""


class Refused(Exception):
    """What was asked for cannot be done; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request for a page, by somebody who was let in. ``role`` is ``read`` for who may only look."""

    app: App
    request: Request
    role: Role
    session: str = ""
    fragment: Callable[[str, dict[str, Any]], str] = lambda _, __: ""
    """Draws a template of its own, for what is sent into a page later."""

    @property
    def program(self) -> bool:
        """Whether a program asks, which is answered by JSON."""
        return wants_json(self.request)

    @property
    def query(self) -> Mapping[str, str]:
        """The query's parameters."""
        return self.request.query_params

    @property
    def path(self) -> Mapping[str, str]:
        """The parts of the page's path that were left open."""
        return self.request.path_params

    @property
    def may_change(self) -> bool:
        """Whether changes are allowed to them."""
        return self.role == "full"


@dataclass(frozen=True, slots=True)
class Done:
    """What an action came to: a text for people, where to go next (a path below the console's), data for programs.

    With ``download`` the text is a file of this name instead. With ``show`` the page itself is the answer, with these
    data: for what must not be found under an address.
    """

    text: str
    to: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    bad: bool = False
    download: str = ""
    show: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """One server-sent event: its name, JSON, and the id a reader comes back with (Last-Event-ID) when cut off."""

    event: str
    data: Any
    id: str = ""


def wants_json(request: Request) -> bool:
    """Whether a request is for JSON: by its path, by what it accepts, or as a program with the token."""
    if request.url.path.endswith(".json"):
        return True
    accept = request.headers.get("accept", "")
    return "text/html" not in accept and ("application/json" in accept or "authorization" in request.headers)


Data = Callable[[Ask], Awaitable[dict[str, Any]]]
Action = Callable[[Ask, Mapping[str, str]], Awaitable[Done]]
Stream = Callable[[Ask], AsyncIterator[Sent]]
File = Callable[[Ask], Awaitable[Done]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page. ``path`` is below the console's and may have open parts (``/hit/{id}``).

    Pages with a ``place`` are in the navigation, in that order. ``scripts`` are files of ``static/``. ``looks`` names
    actions that change nothing that stays, so that who may only look may do them. ``files`` are texts to keep, each at
    ``GET {path}/{name}``.
    """

    path: str
    title: str
    template: str
    data: Data
    place: int = 0
    actions: Mapping[str, Action] = field(default_factory=dict)
    stream: Stream | None = None
    scripts: tuple[str, ...] = ()
    looks: frozenset[str] = frozenset()
    files: Mapping[str, File] = field(default_factory=dict)


def pages() -> list[Page]:
    """Every page there is: the ``PAGE`` of each file in ``pages/``, those in the navigation first."""
    package = import_module("container.web.console.pages")
    found = [import_module(f"{package.__name__}.{one.name}").PAGE for one in pkgutil.iter_modules(package.__path__)]
    return sorted(found, key=lambda page: (page.place or 1000, page.path))
