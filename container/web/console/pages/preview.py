"""The page Preview: a link that lets one browser's hits be followed, and tried against a configuration to come."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from container.config.snapshot import Snapshot
from container.config.versions import VersionError
from container.preview import COOKIE, TEST_CODE_HEADER, test_event_code
from container.web.console.page import Ask, Done, Page, Refused
from container.web.tap.sessions import LASTS

_MOST_VERSIONS = 20
_LONGEST_DRAFT = 256 * 1024


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
        "text": running.files.get(running.config, b"").decode("utf-8", "replace") if ask.may_change else "",
        "loader": app.configuration.container.loader,
    }


async def start(ask: Ask, form: Mapping[str, str]) -> Done:
    """Begin a preview. ``against`` is "" for the running configuration, ``draft`` for the text of ``draft``, or a kept
    version."""
    code = form.get("test_event_code", "").strip()
    if code and not test_event_code({TEST_CODE_HEADER: code}):
        raise Refused("A test event code is made of letters, digits, - and _, 40 of them at most.")
    shop = form.get("shop", "").strip() or _shop(ask)
    if urlsplit(shop).scheme not in ("http", "https") or not urlsplit(shop).netloc:
        raise Refused("Write the page to open with its https://")
    against = form.get("against", "")
    name = ""
    draft: dict[str, str] = {}
    if against:
        name, draft = await _draft(ask, against, form.get("draft", ""))
    sessions = ask.app.desk.tap.sessions
    session = sessions.start(code, name, draft)
    link = _link(shop, sessions.token(session))
    query = urlencode({"started": session.id, "shop": shop})
    return Done("The preview has begun. Open its link in the browser to follow.", f"/preview?{query}",
                {"session": session.to_json(), "link": link})  # fmt: skip


async def end(ask: Ask, form: Mapping[str, str]) -> Done:
    """End a preview: its token is worth nothing from now on, whoever has it."""
    ask.app.desk.tap.sessions.end(form.get("session", ""))
    return Done("The preview has ended.", "/preview")


async def _draft(ask: Ask, against: str, text: str) -> tuple[str, dict[str, str]]:
    """A draft's name and texts. Raises Refused with its first problems when it is none that could run."""
    app, drafts = ask.app, ask.app.desk.drafts
    if against == "draft":
        if not text.strip() or len(text) > _LONGEST_DRAFT:
            raise Refused("Write the draft of config.yaml into its field.")
        version = drafts.beside(text.replace("\r\n", "\n"))
        name = f"draft {version.short}"
    else:
        try:
            assert app.reloading.versions is not None
            version = await asyncio.to_thread(app.reloading.versions.read, against)
        except VersionError as error:
            raise Refused(str(error)) from None
        name = f"version {version.short}"
    loaded = await asyncio.to_thread(drafts.read, version)
    if loaded.configuration is None:
        first = [f"line {one.line}: {one.path}: {one.text}" for one in loaded.errors[:5]]
        raise Refused("This configuration has errors and cannot be tried: " + "; ".join(first))
    return name, _texts(version)


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


PAGE = Page("/preview", "Preview", "preview.html", data, place=2, actions={"start": start, "end": end})
