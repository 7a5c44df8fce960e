"""Drawing: the console's pages out of templates, and the words shown once after a change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from container.web.console.charts import line_chart, written
from container.web.console.files import address
from container.web.console.map_drawing import drawing
from container.web.console.page import ROOT, Ask, Done, Page
from container.web.json import to_bytes

if TYPE_CHECKING:
    from container.web.app import App
    from container.web.console.lock import Visitor

_FOLDER = Path(__file__).parent / "templates"
SAID = "tagdock_console_said"
"""The cookie that carries what an action came to over to the page after it."""

NAME = 60
"""Characters of a name that are shown; a sender may write thousands."""

_LONGEST_SAID = 500
_TYPE = "text/html; charset=utf-8"


class Drawing:
    """Templates with what all of them need. Everything is escaped; a name that is not there is an error."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages = [page for page in pages if page.place]
        self._environment = Environment(
            loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True,
        )  # fmt: skip
        self._environment.globals |= {
            "root": ROOT,
            "static": lambda name: ROOT + address(name),
            "line_chart": line_chart,
            "map_drawing": drawing,
        }
        self._environment.filters |= {
            "iso": iso, "clock": clock, "indented": indented, "written": written, "capped": capped,
        }  # fmt: skip

    def page(self, page: Page, data: dict[str, Any], ask: Ask, csrf: str) -> Response:
        """A page with its data."""
        kind, _, said = unquote(ask.request.cookies.get(SAID, "")).partition(":")
        values = {
            **self._frame(ask.app, page), **data, "role": ask.role, "may_change": ask.may_change, "csrf": csrf,
            "said": said, "said_bad": kind == "bad", "here": ROOT + _filled(page.path, ask.path),
            "query": dict(ask.query),
        }  # fmt: skip
        text = self._environment.get_template(page.template).render(values)
        made = HTMLResponse(text)
        if said:
            made.delete_cookie(SAID, path=ROOT)
        return made

    def fragment(self, template: str, data: dict[str, Any]) -> str:
        """A piece of a page."""
        return self._environment.get_template(template).render(**data).strip()

    def after(self, done: Done, there: str) -> Response:
        """Back to a page, which says once what was done."""
        made = RedirectResponse(there, 303)
        if done.text:
            value = quote(f"{'bad' if done.bad else 'good'}:{done.text[:_LONGEST_SAID]}")
            made.set_cookie(SAID, value, max_age=30, path=ROOT, httponly=True, samesite="strict")
        return made

    def login(self, there: str, wrong: str, status: int = 200, not_sent: bool = False) -> Response:
        """The page that asks for the token. With ``not_sent`` it answers a form whose session was over."""
        text = self._environment.get_template("login.html").render(there=there, wrong=wrong, not_sent=not_sent)
        return HTMLResponse(text, status)

    def refusal(self, status: int, text: str, visitor: Visitor | None, csrf: str, app: App) -> Response:
        """A page that says why there is nothing to see; with the navigation for who was let in."""
        if visitor is None:
            return HTMLResponse(self._environment.get_template("outside.html").render(text=text), status)
        text = self._environment.get_template("refusal.html").render(
            **self._frame(app, None), text=text, status=status, csrf=csrf, role=visitor.role, said="", said_bad=False,
        )  # fmt: skip
        return HTMLResponse(text, status)

    def _frame(self, app: App, page: Page | None) -> dict[str, Any]:
        configuration = app.configuration
        return {
            "pages": self._pages,
            "page": page,
            "container": configuration.container.name,
            "live": configuration.delivery.to == "live",
            "version": app.reception.live.version,
        }


def _filled(path: str, values: Any) -> str:
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", str(value))
    return path


def iso(seconds: float) -> str:
    """Unix seconds as ISO 8601 in UTC, with milliseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def clock(seconds: float, shape: str = "full") -> str:
    """Unix seconds for a reader without script: UTC, and so called."""
    forms = {"time": "%H:%M:%S", "date": "%Y-%m-%d", "full": "%Y-%m-%d %H:%M:%S"}
    return datetime.fromtimestamp(seconds, UTC).strftime(forms.get(shape, forms["full"]))


def indented(value: Any) -> str:
    """A value as indented JSON."""
    return to_bytes(value).decode().rstrip()


def capped(text: str) -> str:
    """A name as it fits a page, with an ellipsis where there is more of it."""
    return text if len(text) <= NAME else text[: NAME - 1] + "…"
