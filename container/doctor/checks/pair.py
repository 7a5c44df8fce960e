"""Whether a browser's copy and a server's copy of one event count once."""

from __future__ import annotations

from typing import Any

from container.config.document import Binding
from container.doctor.arrival import Arrival, ArrivalError, arrival, poll
from container.doctor.finding import Finding, fail, ok, skipped, together
from container.doctor.patient import Patient
from container.doctor.server import ServerError
from container.hit import Hit


def pair(patient: Patient) -> Finding:
    """Both copies go to the local Meta under one id, which must take the later for the same event."""
    found = [_tag(patient, one) for one in patient.metas]
    finding = together(found, skipped("no tag sends to Meta"))
    if patient.live and finding.status == "ok":
        look = "live: under Test Events an order must show as Browser and as Server, one of them deduplicated"
        return Finding("ok", f"{finding.text}, in the sandbox", look)
    return finding


def _tag(patient: Patient, binding: Binding) -> Finding:
    try:
        found = arrival(patient, binding)
        return _copies(binding, found)
    except ArrivalError as error:
        return skipped(f"{binding.name}: no event of it arrived", f"see the test event: {error.next}")
    except ServerError as error:
        return fail(str(error), "see its log")


def _copies(binding: Binding, found: Arrival) -> Finding:
    event = found.shot.event_id
    query = f"id={found.pixel}&ev={found.name}&eid={event}&dl=https%3A%2F%2Fshop.example%2F"
    found.server.hit(Hit("GET", "/sandbox/tr", query, {"user-agent": found.shot.hit.user_agent}))
    copies = poll(lambda: _both(found.copies()))
    if copies is None:
        return fail(f"{binding.name}: the browser's copy of {event} did not arrive", "see the server's log")
    counted = sum(not one.get("deduplicated") for one in copies)
    if counted == 1:
        return ok(f"{binding.name}: both copies of {event} count once")
    text = f"{binding.name}: the copies of {event} count as {counted}"
    return fail(text, "give both the same event_name and event_id, see docs/meta.md")


def _both(copies: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """The copies once there is one of each side; several tags may have sent the server's."""
    return copies if {one.get("channel") for one in copies} == {"browser", "server"} else None
