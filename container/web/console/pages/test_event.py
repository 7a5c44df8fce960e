"""The page of one action: its copies field by field, the requests they came with, and the answers."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import msgspec

from container.preview import mask
from container.web.console.known_hits import hits_of
from container.web.console.page import Ask, Missing, Page
from container.web.console.unmet import explain

SIDES = ("browser", "server")
_MOST_FIELDS = 300


async def data(ask: Ask) -> dict[str, Any]:
    """Everything that is kept of one action, personal data masked."""
    number = ask.path["id"]
    sandbox = ask.app.sandbox
    if sandbox is None:
        raise Missing("There is no sandbox in live mode.")
    small = number.isascii() and number.isdigit() and len(number) < 16
    couple = await sandbox.couple(int(number)) if small else None
    if couple is None:
        raise Missing(f"The sandbox has no action {number[:20]} any more.")
    for side in SIDES:
        for one in couple[side]:
            one["request"] = _request(one["request"])
    couple["hit"] = (await hits_of(ask, [couple["event_id"]])).get(couple["event_id"] or "", 0)
    await explain(ask, [couple])
    shown: dict[str, Any] = mask(couple)
    return {**shown, "fields": fields(couple, shown)}


def fields(couple: dict[str, Any], shown: dict[str, Any]) -> list[dict[str, Any]]:
    """Each field of either copy as it may be shown: ``same``, ``differs``, or on which side alone it is.

    They are compared as they are, in clear: masked, two ids look alike that are not.
    """
    compared = {one["path"]: one["how"] for one in _compared(*_first(couple))}
    return [{**one, "how": compared.get(one["path"], one["how"])} for one in _compared(*_first(shown))]


def _first(couple: dict[str, Any]) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The event of each side's first copy."""
    browser, server = (next((one["event"] for one in couple[side]), None) for side in SIDES)
    return browser, server


def _compared(browser: dict[str, Any] | None, server: dict[str, Any] | None) -> list[dict[str, Any]]:
    left, right = dict(_flat(browser or {}, "")), dict(_flat(server or {}, ""))
    found = []
    for path in [*left, *(one for one in right if one not in left)][:_MOST_FIELDS]:
        one: dict[str, Any] = {"path": path, "browser": left.get(path), "server": right.get(path)}
        if path not in right or path not in left:
            one["how"] = "browser" if path in left else "server"
        else:
            one["how"] = "same" if _alike(left[path], right[path]) else "differs"
        found.append(one)
    return found


def _alike(one: Any, other: Any) -> bool:
    """A list of one is what stands in it: the pixel sends ``em`` as a text, a server may send a list."""
    if isinstance(one, list) and len(one) == 1:
        one = one[0]
    if isinstance(other, list) and len(other) == 1:
        other = other[0]
    return bool(one == other)


def _flat(value: Any, path: str) -> list[tuple[str, Any]]:
    if not isinstance(value, dict) or not value:
        return [(path, value)] if path else []
    return [found for key, one in value.items() for found in _flat(one, f"{path}.{key}" if path else str(key))]


def _request(request: dict[str, Any] | None) -> dict[str, Any] | None:
    """The request as it may be shown: its body as data, so that what is personal in it can be told and masked."""
    if request is None:
        return None
    answer = request["answer"]
    body = None if request["cut"] else _data(request["body"], request["content_type"])
    target, _, query = request["target"].partition("?")
    return {
        "received": request["received"],
        "method": request["method"],
        "target": target,
        "query": dict(parse_qsl(query, keep_blank_values=True)),
        "body": body,
        "hidden": body is None and bool(request["body"]),
        "status": answer["status"],
        "answer": _data(answer["body"], "application/json"),
    }


def _data(text: str, kind: str) -> Any:
    """What a body says, None when that cannot be told."""
    if not text:
        return None
    if "x-www-form-urlencoded" in kind:
        return dict(parse_qsl(text, keep_blank_values=True))
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None


PAGE = Page("/test-events/{id}", "Test event", "test_event.html", data)
