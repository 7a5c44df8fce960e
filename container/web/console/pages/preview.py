"""The page Preview: a link that lets one browser's hits be followed, and tried against a configuration to come."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import sqlite3
from collections.abc import AsyncIterator, Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from container.config.snapshot import Snapshot
from container.config.versions import VersionError
from container.preview import COOKIE, TEST_CODE_HEADER, test_event_code
from container.problem import Problem
from container.web.console.page import Ask, Done, Page, Sent
from container.web.tap.sessions import LASTS

_MOST_VERSIONS = 20
_LONGEST_DRAFT = 256 * 1024
_MOST_PROBLEMS = 20
_LONGEST_LINE = 200
_LOOK = 1.0
"""Seconds between two looks at which previews there are."""
_DRAFT, _NONE = "draft", ""


class _Faulty(Exception):
    """A form that no preview can begin with: why, and the problems of a draft at their lines."""

    def __init__(self, text: str, problems: list[dict[str, Any]] | None = None) -> None:
        self.text, self.problems = text, problems or []
        super().__init__(text)


async def data(ask: Ask) -> dict[str, Any]:
    """The previews that are under way, and what a new one can be tried against."""
    desk, app = ask.app.desk, ask.app
    shop = _shop(ask)
    running = app.reloading.running
    versions = [] if app.reloading.versions is None else await asyncio.to_thread(app.reloading.versions.list)
    chosen = ask.query.get("shop", "")
    there = chosen if urlsplit(chosen).scheme in ("http", "https") else shop
    sessions = [one.to_json() for one in desk.tap.sessions.all()]
    if ask.may_change:  # who may only look must not become a visitor whose hits carry a code
        for told, one in zip(sessions, desk.tap.sessions.all(), strict=False):
            told["link"] = _link(there, desk.tap.sessions.token(one))
    return {
        "sessions": sessions,
        "shop": there,
        "started": ask.query.get("started", ""),
        "minutes": int(LASTS // 60),
        "versions": [
            {"version": one.hash[:12], "kept": one.kept, "applied": one.applied}
            for one in versions[:_MOST_VERSIONS]
            if one.hash != running.hash
        ],
        "running": running.short,
        "text": (text := _running_text(ask) if ask.may_change else ""),
        "mark": _mark(text),
        "code": "",
        "against": _NONE,
        "wrong": "",
        "problems": [],
        "loader": app.configuration.container.loader,
    }


async def stream(ask: Ask) -> AsyncIterator[Sent]:
    """Which previews are under way, and again whenever that is otherwise: one was ended here or in the shop, its hour
    is over, or another began."""
    told: list[str] | None = None
    while True:
        with contextlib.suppress(sqlite3.Error):  # a file that cannot be read now is read the next time
            now = [one.id for one in ask.app.desk.tap.sessions.all()]
            if now != told:
                told = now
                yield Sent("previews", {"ids": now})
        await asyncio.sleep(_LOOK)


async def start(ask: Ask, form: Mapping[str, str]) -> Done:
    """Begin a preview. ``against`` is "" for the running configuration, ``draft`` for the text of ``draft``, or a kept
    version; a text that was edited is the draft to try where nothing else is chosen. What is wrong is said on the same
    form, filled as it was."""
    try:
        return await _started(ask, form)
    except _Faulty as faulty:
        told = {"problems": faulty.problems}
        filled = {
            "shop": form.get("shop", ""), "code": form.get("test_event_code", ""), "against": _against(form),
            "text": form.get("draft", ""), "mark": form.get("mark", ""), "wrong": faulty.text, **told,
        }  # fmt: skip
        return Done(faulty.text, data=told, bad=True, show={**await data(ask), **filled})


async def _started(ask: Ask, form: Mapping[str, str]) -> Done:
    code = form.get("test_event_code", "").strip()
    if code and not test_event_code({TEST_CODE_HEADER: code}):
        raise _Faulty("A test event code is made of letters, digits, - and _, 40 of them at most.")
    shop = form.get("shop", "").strip() or _shop(ask)
    if urlsplit(shop).scheme not in ("http", "https") or not urlsplit(shop).netloc:
        raise _Faulty("Write the page to open with its https://")
    against = _against(form)
    name = ""
    draft: dict[str, str] = {}
    if against:
        name, draft = await _draft(ask, against, form.get("draft", ""))
    sessions = ask.app.desk.tap.sessions
    session = sessions.start(code, name, draft)
    link = _link(shop, sessions.token(session))
    query = urlencode({"started": session.id, "shop": shop})
    text = "The preview has begun. Open its link in the browser to follow."
    if against == _DRAFT and form.get("against", "") == _NONE:
        text += " It tries the draft, since you edited that."
    elif against not in (_DRAFT, _NONE) and _edited(form):
        text += f" It tries {name}, as chosen, and not the draft you edited."
    return Done(text, f"/preview?{query}", {"session": session.to_json(), "link": link})


async def end(ask: Ask, form: Mapping[str, str]) -> Done:
    """End a preview: its token is worth nothing from now on, whoever has it."""
    ask.app.desk.tap.sessions.end(form.get("session", ""))
    return Done("The preview has ended.", "/preview")


def _against(form: Mapping[str, str]) -> str:
    against = form.get("against", "")
    return _DRAFT if against == _NONE and _edited(form) else against


def _edited(form: Mapping[str, str]) -> bool:
    """Whether the draft is another text than the form was shown with."""
    text = form.get("draft", "")
    return bool(text.strip()) and _mark(text) != form.get("mark", "")


def _mark(text: str) -> str:
    """What a text is known by; browsers end its lines in their own way and may drop an empty first line."""
    return hashlib.sha256("\n".join(text.splitlines()).strip().encode("utf-8", "replace")).hexdigest()[:16]


async def _draft(ask: Ask, against: str, text: str) -> tuple[str, dict[str, str]]:
    """A draft's name and texts. Raises _Faulty with its problems when it is none that could run."""
    app, drafts = ask.app, ask.app.desk.drafts
    if against == _DRAFT:
        if not text.strip() or len(text) > _LONGEST_DRAFT:
            raise _Faulty("Write the draft of config.yaml into its field.")
        version = drafts.beside(text.replace("\r\n", "\n"))
        name = f"draft {version.short}"
    else:
        try:
            if app.reloading.versions is None:
                raise VersionError("no versions are kept")
            version = await asyncio.to_thread(app.reloading.versions.read, against)
        except VersionError as error:
            raise _Faulty(str(error)) from None
        name = f"version {version.short}"
    loaded = await asyncio.to_thread(drafts.read, version)
    if loaded.configuration is None:
        problems = [_problem(one, version) for one in loaded.errors[:_MOST_PROBLEMS]]
        more = len(loaded.errors) - len(problems)
        count = "an error" if len(loaded.errors) == 1 else f"{len(loaded.errors)} errors"
        kind = "This draft" if against == _DRAFT else f"The {name}"
        raise _Faulty(f"{kind} has {count} and cannot be tried." + (f" The first {len(problems)}:" if more else ""),
                      problems)  # fmt: skip
    return name, _texts(version)


def _problem(one: Problem, version: Snapshot) -> dict[str, Any]:
    """A fault with the line it stands in; ``draft`` says whether that is one of the draft's own text."""
    name = next((name for name in version.files if PurePath(one.file).parts[-len(PurePath(name).parts):]
                 == PurePath(name).parts), PurePath(one.file).name)  # fmt: skip
    lines = version.files.get(name, b"").decode("utf-8", "replace").splitlines()
    source = lines[one.line - 1] if 0 < one.line <= len(lines) else ""
    return {**one.to_json(), "file": name, "draft": name == version.config, "source": source[:_LONGEST_LINE]}


def _running_text(ask: Ask) -> str:
    running = ask.app.reloading.running
    return running.files.get(running.config, b"").decode("utf-8", "replace")


def _texts(version: Snapshot) -> dict[str, str]:
    return {name: text.decode("utf-8", "replace") for name, text in version.files.items()}


def _shop(ask: Ask) -> str:
    """The page to open where nobody says which: the demo shop, else the first origin that may read answers."""
    configuration = ask.app.configuration
    if configuration.delivery.to != "live":
        url = ask.request.url
        return f"{url.scheme}://{url.netloc}/demo/"
    origins = configuration.container.origins
    return f"{origins[0]}/" if origins else ""


def _link(shop: str, token: str) -> str:
    parts = urlsplit(shop)
    query = "&".join(filter(None, [parts.query, urlencode({COOKIE: token})]))
    return urlunsplit(parts._replace(query=query))


PAGE = Page("/preview", "Preview", "preview.html", data, place=2, actions={"start": start, "end": end},
            stream=stream, scripts=("preview.js", "again.js"))  # fmt: skip
