"""Delivered: what became of a hit's payloads, out of the outbox and, in sandbox mode, of what the vendor was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
import re2

from container.meta import codes
from container.outbox.fate import Fate, accepted_first, fates
from container.outbox.files import files_of
from container.outbox.history import Attempt
from container.outbox.outbox import OutboxError
from container.outgoing import meanings
from container.web.console.following import asked_of, became
from container.web.console.inside import sandbox
from container.web.tap.ring import Kept
from container.web.tap.seen import UNAVAILABLE

if TYPE_CHECKING:
    from container.web.app import App

_MOST = 40
_NEAR = 1.0
"""Seconds by which the vendor's clock and the outbox's may tell the same request apart."""

_GRAPH = re2.compile(r"Graph error (\d{1,9})(?:/(\d{1,9}))?")
"""How the reason of an attempt begins that Graph answered."""


async def delivered(app: App, kept: Kept, found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For each payload of the hit its ``state`` and that in a word (``became``), its attempts and end.

    Of a copy, which hit it repeats. Of any other, what the vendor's stand-in was sent and answered since it came.
    """
    payloads, accepted = found["payloads"][:_MOST], found["time"]
    if found["answer"]["status"] == UNAVAILABLE:
        return [{**one, "state": "lost", "became": "lost", "attempts": [], "explained": [], "vendor": [], "divided": []}
                for one in payloads]  # fmt: skip
    try:
        told = await asyncio.to_thread(_fates, app.configuration.delivery.store, payloads, accepted)
    except (OutboxError, OSError) as error:
        words = {"state": "unknown", "became": "unknown", "reason": str(error)}
        return [{**one, **words, "attempts": [], "explained": [], "vendor": [], "divided": []} for one in payloads]
    sent = kept.row.get("sent", ())
    parked = {(one.tag, one.destination): one for one in app.delivery.destinations()}
    shown = []
    for place, (payload, (fate, first)) in enumerate(zip(payloads, told, strict=True)):
        one = {**payload, **_told(fate)}
        state = parked.get((payload["tag"], payload["destination"]))
        if state is not None:
            one["parked_for"] = state.parked_for
            one["next_attempt"] = one.get("due") or state.next_attempt
        if fate is not None and fate.state == "suppressed":
            one |= {"first": first, "copy_of": sent[place].get("copy_of", 0) if place < len(sent) else 0}
            one |= {"vendor": [], "divided": []}
        else:
            ended = fate.ended if fate is not None else None
            one["vendor"] = await _vendor(app, payload, accepted, ended)
            one["divided"] = app.desk.divided.around(payload["tag"], payload["destination"], accepted, ended)
        for attempt in one["attempts"]:
            known = _traced(attempt, one["vendor"]) or app.desk.refusals.trace(payload["destination"], attempt["time"])
            attempt["fbtrace_id"] = known
        one["explained"] = explained(one["attempts"])
        shown.append(one)
    return shown


def ends(tag: Mapping[str, Any], deliveries: list[dict[str, Any]]) -> list[str]:
    """The ends the payloads of a tag of one event reached, each once; of several events in the hit those of its own."""
    own = [one for one in deliveries if one["tag"] == tag["tag"]] if tag["outcome"] == "fired" else []
    identity = tag["payload"].get("event_id") if isinstance(tag["payload"], dict) else None
    same = [one for one in own if one["event_id"] == identity] or own
    return list(dict.fromkeys(one["became"] for one in same))


def explained(attempts: list[dict[str, Any]]) -> list[dict[str, str]]:
    """What the answers mean in plain words and what to do about each, once for each ``code``, the newest first: by
    Graph's numbers, else by the status."""
    found: dict[str, dict[str, str]] = {}
    for one in reversed(attempts):
        code, subcode = one["code"], one["subcode"]
        name = f"{code}/{subcode}" if subcode else f"{code or one['status'] or 'no answer'}"
        words = (codes.explained(code, subcode or 0) if code else None) or meanings.explained(one["status"])
        if words is not None:
            found.setdefault(name, {"code": name, "means": words.means, "mend": words.mend})
    return list(found.values())


def _fates(store: str, payloads: list[dict[str, Any]], accepted: float) -> list[tuple[Fate | None, float | None]]:
    """The fate of each, and of a copy when the first was accepted."""
    paths = list(files_of(store).values())
    asked = [asked_of(one, accepted) for one in payloads]
    return [
        (fate, accepted_first(paths, one) if fate is not None and fate.state == "suppressed" else None)
        for one, fate in zip(asked, fates(paths, asked), strict=True)
    ]


def _told(fate: Fate | None) -> dict[str, Any]:
    if fate is None:
        return {"state": "unknown", "became": "unknown", "attempts": [],
                "reason": "Nothing is written down of it: the ledger does not reach back so far."}  # fmt: skip
    return {
        "state": fate.state,
        "became": became(fate),
        "payload": fate.number,
        "status": fate.status,
        "reason": fate.reason,
        "due": fate.due,
        "ended": fate.ended,
        "attempts": [_attempt(one) for one in fate.history],
    }


def _attempt(one: Attempt) -> dict[str, Any]:
    """An attempt without success, with Graph's numbers where the answer was Graph's."""
    graph = _GRAPH.match(one.reason.encode("utf-8", "replace").decode())
    code, subcode = graph.groups() if graph else (None, None)
    return {
        "time": one.time, "status": one.status, "reason": one.reason,
        "code": int(code) if code else None, "subcode": int(subcode) if subcode else None,
    }  # fmt: skip


def _traced(attempt: dict[str, Any], vendor: list[dict[str, Any]]) -> str:
    """The ``fbtrace_id`` of the local vendor's answer to an attempt, where that is kept."""
    near = [one for one in vendor if not one["accepted"] and abs(one["received"] - attempt["time"]) <= _NEAR]
    return str(near[0].get("fbtrace_id", "")) if near else ""


async def _vendor(app: App, payload: Mapping[str, Any], accepted: float, ended: float | None) -> list[dict[str, Any]]:
    """What the local Meta made of the events with this id while the payload was on its way, and what it answered."""
    identity, pixel = payload["event_id"], payload["destination"].partition(":")[0]
    if not identity or not pixel.isdigit():
        return []
    query = {"event_id": identity, "event_name": payload["event_name"], "channel": "server", "limit": 20}
    said = await sandbox(app, "/test-events", **query)
    if not isinstance(said, dict) or "events" not in said:
        return []
    return [
        {
            "received": one["received"],
            "accepted": one["accepted"],
            "deduplicated": one["deduplicated"],
            "error": one["error"],
            **_answer(said["requests"].get(one["request"])),
        }
        for one in said["events"]
        if one["pixel_id"] == pixel
        and one["received"] >= accepted - _NEAR
        and (ended is None or one["received"] <= ended + _NEAR)
    ]


def _answer(request: Any) -> dict[str, Any]:
    """The parts of an answer people are asked for by the vendor's support."""
    if not isinstance(request, dict):
        return {}
    text = request["answer"]["body"]
    try:
        body = msgspec.json.decode(text)
    except msgspec.DecodeError:
        body = {}
    error = body.get("error", {}) if isinstance(body, dict) else {}
    error = error if isinstance(error, dict) else {}
    trace = error.get("fbtrace_id") or (body.get("fbtrace_id") if isinstance(body, dict) else "")
    return {
        "status": request["answer"]["status"],
        "code": error.get("code"),
        "subcode": error.get("error_subcode"),
        "message": error.get("error_user_msg") or error.get("message", ""),
        "fbtrace_id": trace or "",
    }
