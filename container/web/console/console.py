"""The console as an ASGI application: the lock before every page, the same policy on every answer."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from math import ceil
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from container.web.answering import Receive, Scope, Send
from container.web.console.drawing import Drawing
from container.web.console.files import serve_file
from container.web.console.lock import CSRF_HEADER, LASTS, Lock, Visitor, home
from container.web.console.page import ROOT, Ask, Done, Missing, Page, Refused, pages, wants_json
from container.web.console.streaming import stream
from container.web.json import to_bytes

if TYPE_CHECKING:
    from container.web.app import App

MOST_FORM = 512 * 1024
"""Bytes of a form; the largest is a draft of a configuration."""

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # with none at all a form of ours would come from the origin "null"
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}

Answer = Callable[[Request, Visitor], "asyncio.Future[Response]"]


class Console:
    """Mounted at ``/console``. ``ending`` is set when the server ends, so that streams end too."""

    def __init__(self, app: App, lock: Lock, end: Callable[[str], None], ending: asyncio.Event) -> None:
        self._app, self._lock, self._end, self._ending = app, lock, end, ending
        self._pages = pages()
        self._drawing = Drawing(self._pages)
        routes = [
            Route("/login", self._login, methods=["GET", "POST"]),
            Route("/logout", self._logout, methods=["POST"]),
            Route("/session", self._session),
            Route("/static/{name}", serve_file),
        ]
        for page in self._pages:
            routes += self._routes(page)
        self._routed = Starlette(routes=[*routes, Route("/{path:path}", self._nothing, methods=["GET", "POST"])])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._routed(scope, receive, send)

    def _routes(self, page: Page) -> list[Route]:
        made = [
            Route(f"{page.path.rstrip('/')}/{name}", self._acting(page, name), methods=["POST"])
            for name in page.actions
        ]
        made += [Route(f"{page.path.rstrip('/')}/{name}", self._filing(page, name)) for name in page.files]
        if page.stream is not None:
            made.append(Route(f"{page.path.rstrip('/')}/stream", self._streaming(page)))
        bare = "/index" if page.path == "/" else page.path
        return [*made, Route(f"{bare}.json", self._showing(page, json=True)), Route(page.path, self._showing(page))]

    def _showing(self, page: Page, json: bool = False) -> Callable[[Request], object]:
        async def show(request: Request) -> Response:
            return await self._let_in(request, shown, json or wants_json(request))

        async def shown(request: Request, visitor: Visitor) -> Response:
            ask = self._ask(request, visitor)
            data = await page.data(ask)
            if json or wants_json(request):
                return Response(to_bytes(data), media_type="application/json")
            return self._drawing.page(page, data, ask, self._lock.csrf(visitor))

        return show

    def _streaming(self, page: Page) -> Callable[[Request], object]:
        async def show(request: Request) -> Response:
            return await self._let_in(request, shown, True)

        async def shown(request: Request, visitor: Visitor) -> Response:
            assert page.stream is not None

            def may() -> bool:
                return self._lock.visitor(request) == visitor and not self._lock.place(request)

            return stream(page.stream(self._ask(request, visitor)), self._ending, may)

        return show

    def _filing(self, page: Page, name: str) -> Callable[[Request], object]:
        async def show(request: Request) -> Response:
            return await self._let_in(request, shown, wants_json(request))

        async def shown(request: Request, visitor: Visitor) -> Response:
            return _file(await page.files[name](self._ask(request, visitor)))

        return show

    def _acting(self, page: Page, name: str) -> Callable[[Request], object]:
        async def act(request: Request) -> Response:
            return await self._let_in(request, acted, wants_json(request))

        async def acted(request: Request, visitor: Visitor) -> Response:
            form = await _form(request)
            if not self._lock.meant(request, visitor, form.pop("csrf", "") or request.headers.get(CSRF_HEADER, "")):
                return self._refuse(request, 403, "This change did not come from a page of this console.")
            if visitor.role != "full" and name not in page.looks:
                return self._refuse(request, 403, "You may look, and change nothing: this takes the full token.")
            ask = self._ask(request, visitor)
            done = await page.actions[name](ask, form)
            if done.download:
                return _file(done)
            if done.show is not None and not wants_json(request):
                made = self._drawing.page(page, done.show, ask, self._lock.csrf(visitor))
                made.status_code = 422 if done.bad else 200
                return made
            if not visitor.session or wants_json(request):
                body = {"done": not done.bad, "text": done.text, **(done.data or done.show or {})}
                return Response(to_bytes(body), 422 if done.bad else 200, media_type="application/json")
            return self._drawing.after(done, home(ROOT + (done.to or _filled(page.path, request))))

        return act

    async def _let_in(self, request: Request, answer: Callable[[Request, Visitor], object], json: bool) -> Response:
        """The answer for who may have it, with the headers every answer has."""
        why = self._lock.place(request)
        if why:
            return self._refuse(request, 403, why)
        given = request.query_params.get("token")
        if given and request.method == "GET":
            return self._by_link(request, given)
        visitor = self._lock.visitor(request)
        if visitor is None:
            if json or "authorization" in request.headers or not (request.method == "GET" or _browses(request)):
                return self._refuse(request, 401, _no_token(request))
            if request.method != "GET":
                return _headed(self._drawing.login(_way_back(request), "", 401, not_sent=True))
            there = urlencode({"next": request.url.path + (f"?{request.url.query}" if request.url.query else "")})
            return _headed(RedirectResponse(f"{ROOT}/login?{there}", 303))
        try:
            made = await answer(request, visitor)  # type: ignore[misc]
        except Missing as error:
            made = self._refuse(request, 404, str(error), visitor)
        except Refused as error:
            made = self._refuse(request, 400, str(error), visitor)
        except ClientDisconnect:
            made = Response(status_code=400)  # nobody is left to be answered
        assert isinstance(made, Response)
        return _headed(_smaller(request, made))

    def _by_link(self, request: Request, given: str) -> Response:
        """The link that is printed at the start: the token is turned into a session and taken out of the address."""
        rest = [(name, value) for name, value in request.query_params.multi_items() if name != "token"]
        there = home(request.url.path) + (f"?{urlencode(rest)}" if rest else "")
        return self._try(request, given, there)

    def _try(self, request: Request, given: str, there: str) -> Response:
        peer = self._lock.peer(request)
        wait = self._lock.attempts.wait(peer)
        if wait:
            text = f"Too many wrong tokens. Try again in {ceil(wait)} seconds."
            return _headed(self._drawing.login(there, text, 429))
        role = self._lock.role(given.strip())
        if role is None:
            self._lock.attempts.failed(peer)
            return _headed(self._drawing.login(there, "This is not the token of this server.", 401))
        made = RedirectResponse(there, 303)
        made.set_cookie(
            self._lock.cookie, self._lock.admit(role), max_age=int(LASTS), path=ROOT,
            secure=request.url.scheme == "https", httponly=True, samesite="strict",
        )  # fmt: skip
        return _headed(made)

    async def _login(self, request: Request) -> Response:
        why = self._lock.place(request)
        if why:
            return self._refuse(request, 403, why)
        if request.method == "GET":
            return _headed(self._drawing.login(home(request.query_params.get("next", "")), ""))
        if not self._lock.same_site(request):
            return self._refuse(request, 403, "This did not come from a page of this console.")
        form = await _form(request)
        return self._try(request, form.get("token", ""), home(form.get("next", "")))

    async def _session(self, request: Request) -> Response:
        """Whether a page that is open may still be read; what is no stream asks it every few seconds."""
        why = self._lock.place(request)
        if why:
            return self._refuse(request, 403, why)
        return _headed(JSONResponse({"signed_in": self._lock.visitor(request) is not None}))

    async def _logout(self, request: Request) -> Response:
        async def out(request: Request, visitor: Visitor) -> Response:
            form = await _form(request)
            if not self._lock.meant(request, visitor, form.get("csrf", "")):
                return self._refuse(request, 403, "This change did not come from a page of this console.")
            self._end(visitor.session)
            made = RedirectResponse(f"{ROOT}/login", 303)
            made.delete_cookie(self._lock.cookie, path=ROOT, httponly=True, samesite="strict")
            return made

        return await self._let_in(request, out, False)

    async def _nothing(self, request: Request) -> Response:
        async def nothing(request: Request, visitor: Visitor) -> Response:
            raise Missing("There is no such page.")

        return await self._let_in(request, nothing, wants_json(request))

    def _ask(self, request: Request, visitor: Visitor) -> Ask:
        return Ask(self._app, request, visitor.role, visitor.session, self._drawing.fragment)

    def _refuse(self, request: Request, status: int, text: str, visitor: Visitor | None = None) -> Response:
        if wants_json(request) or request.url.path.endswith("/stream"):
            return _headed(JSONResponse({"error": text}, status))
        csrf = self._lock.csrf(visitor) if visitor is not None else ""
        return _headed(self._drawing.refusal(status, text, visitor, csrf, self._app))


def _file(done: Done) -> Response:
    """A text to keep; its name is ours."""
    headers = {"content-disposition": f'attachment; filename="{done.download}"'}
    return PlainTextResponse(done.text, headers=headers)


def _smaller(request: Request, response: Response) -> Response:
    """A page compressed. Nobody can learn a secret in it by its size: no other site's request has the session."""
    page = response.headers.get("content-type", "").startswith("text/html") and len(response.body) > 1000
    if page and "gzip" in request.headers.get("accept-encoding", ""):
        response.body = gzip.compress(bytes(response.body), 5)
        response.headers["content-length"] = str(len(response.body))
        response.headers["content-encoding"] = "gzip"
        response.headers["vary"] = "accept-encoding"
    return response


def _headed(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _browses(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _no_token(request: Request) -> str:
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and given.strip():
        return "this token is not valid"
    return "send the token as Authorization: Bearer <token>"


def _way_back(request: Request) -> str:
    """The page a form stood on: its action is one step below the page's path."""
    path = home(request.url.path.rpartition("/")[0])
    came = urlsplit(request.headers.get("referer", ""))
    return f"{path}?{came.query}" if came.query and came.path == path else path


def _filled(path: str, request: Request) -> str:
    for name, value in request.path_params.items():
        path = path.replace(f"{{{name}}}", str(value))
    return path


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form, or of a JSON object of texts; anything else has none."""
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MOST_FORM:
        raise Refused(f"The form is larger than {MOST_FORM} bytes.")
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        try:
            body = await request.json()
        except ValueError:
            raise Refused("The body is not JSON.") from None
        return {str(key): str(value) for key, value in body.items()} if isinstance(body, dict) else {}
    form: FormData = await request.form(max_files=0, max_fields=200)
    return {key: value for key, value in form.items() if isinstance(value, str)}
