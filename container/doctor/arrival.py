"""The arrival: one event of the doctor's on its whole way from the hit to the local Meta, once for each tag."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from container.config.document import Binding
from container.doctor.finding import Status
from container.doctor.patient import Patient
from container.doctor.probe import Shot
from container.doctor.server import Server, ServerError

T = TypeVar("T")

_WITHIN = 10.0
_PAUSE = 0.1


class ArrivalError(Exception):
    """It did not arrive: why, how bad that is, and what to do."""

    def __init__(self, status: Status, text: str, next: str) -> None:
        super().__init__(text)
        self.status, self.next = status, next


@dataclass(frozen=True, slots=True)
class Arrival:
    """``name`` and ``pixel`` are as Meta knows them."""

    server: Server
    shot: Shot
    name: str
    pixel: str

    def copies(self) -> list[dict[str, Any]]:
        """All that the local Meta accepted under the event's id for its pixel. Raises ``ServerError``."""
        found = self.server.json("/sandbox/good", event_id=self.shot.event_id, pixel_id=self.pixel)
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def arrival(patient: Patient, binding: Binding) -> Arrival:
    """Send an event of the tag, or remember the one that was sent. Raises ``ArrivalError``."""
    found = patient.arrivals.get(binding.name)
    if found is None:
        try:
            found = _arrive(patient, binding)
        except ArrivalError as error:
            found = error
        except ServerError as error:
            found = ArrivalError("fail", f"{binding.name}: {error}", "see the server's log")
        patient.arrivals[binding.name] = found
    if isinstance(found, ArrivalError):
        raise found
    return found


def poll(look: Callable[[], T | None], within: float = _WITHIN) -> T | None:
    """What is there within so many seconds."""
    deadline = time.monotonic() + within
    while (found := look()) is None and time.monotonic() < deadline:
        time.sleep(_PAUSE)
    return found


def _arrive(patient: Patient, binding: Binding) -> Arrival:
    shot = patient.probe.shot(binding)
    name = binding.name
    if shot is None:
        text = f"{name}: no hit could be made up that fires it: {patient.probe.why_not}"
        raise ArrivalError("warn", text, "write a test that fires it, and the doctor takes that test's hit")
    server = patient.server()
    status = server.hit(shot.hit)
    if status >= 300:
        raise ArrivalError("fail", f"{name}: the hit was answered {status}", "docs/serving.md tells what that means")
    item = poll(lambda: _kept(server, shot.event_id))
    if item is None:
        wait = patient.configuration.delivery.batch.wait
        text = f"{name}: {shot.event_id} was accepted and did not reach the sandbox within {_WITHIN:g} s"
        raise ArrivalError("fail", text, f"tagdock outbox status tells why; delivery.batch.wait is {wait:g} s")
    error = item.get("error")
    if error is not None:
        said = error.get("error_user_msg") or error.get("message") if isinstance(error, dict) else ""
        raise ArrivalError(
            "fail", f"{name}: the local Meta refused it: {said}", "docs/sandbox.md lists what it refuses"
        )
    event = item.get("event", {})
    return Arrival(server, shot, str(event.get("event_name", "")), str(item.get("pixel_id", "")))


def _kept(server: Server, event_id: str) -> dict[str, Any] | None:
    for page in ("/sandbox/good", "/sandbox/bad"):
        found = server.json(page, event_id=event_id)
        if isinstance(found, list) and found and isinstance(found[0], dict):
            return found[0]
    return None
