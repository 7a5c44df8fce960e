"""Delivered: what became of a hit's payloads, out of the outbox and, in sandbox mode, of what the vendor was asked."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec

from container.outbox.files import files_of
from container.outbox.find import find
from container.outbox.look import Kept
from container.outbox.outbox import OutboxError
from container.web.console.inside import sandbox

if TYPE_CHECKING:
    from container.web.app import App

_MOST = 40


async def delivered(app: App, payloads: list[dict[str, Any]], accepted: float) -> list[dict[str, Any]]:
    """For each payload its state: ``pending``, ``dead``, or ``gone`` from the outbox, which is delivered or a copy.

    With its attempts, and with what the vendor's stand-in was sent and answered.
    """
    states = {(one.tag, one.destination): one for one in app.delivery.destinations()}
    found = []
    for payload in payloads[:_MOST]:
        tag, destination, identity = payload["tag"], payload["destination"], payload["event_id"]
        told: dict[str, Any] = dict(payload)
        try:
            kept = await asyncio.to_thread(_kept, app.configuration.delivery.store, payload, accepted)
            told |= _state(kept)
        except OutboxError as error:
            told |= {"state": "unknown", "reason": str(error), "attempts": []}
        state = states.get((tag, destination))
        if state is not None:
            told["parked_for"] = state.parked_for
            told["next_attempt"] = told.get("due") or state.next_attempt
        told["vendor"] = await _vendor(app, identity, payload["event_name"], destination)
        found.append(told)
    return found


def _kept(store: str, payload: dict[str, Any], accepted: float) -> Kept | None:
    for path in files_of(store).values():
        kept = find(path, payload["tag"], payload["destination"], payload["event_id"], accepted)
        if kept is not None:
            return kept
    return None


def _state(kept: Kept | None) -> dict[str, Any]:
    if kept is None:
        return {"state": "gone", "attempts": []}
    return {
        "state": kept.state,
        "payload": kept.id,
        "status": kept.status,
        "reason": kept.reason,
        "due": kept.due,
        "attempts": [{"time": one.time, "status": one.status, "reason": one.reason} for one in kept.history],
    }


async def _vendor(app: App, identity: str, name: str, destination: str) -> list[dict[str, Any]]:
    """What the local Meta made of the events with this id, and what it answered."""
    pixel = destination.partition(":")[0]
    if not identity or not pixel.isdigit():
        return []
    said = await sandbox(app, "/test-events", event_id=identity, event_name=name, channel="server", limit=5)
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
