"""Whether a signed test event is accepted: by the sandbox, or by Meta under a test event code when live."""

from __future__ import annotations

from typing import Any

import msgspec

from container.component import Verdict
from container.config.document import Binding
from container.doctor.arrival import Arrival, ArrivalError, arrival
from container.doctor.finding import Finding, fail, ok, skipped, together, warn
from container.doctor.patient import Patient
from container.outgoing.words import masked

EVENT = "TagdockDoctor"
"""The name of the event sent to Meta: none that anybody counts."""


def sending(patient: Patient) -> Finding:
    """Every tag that sends to Meta, each with an event of its own."""
    nothing = skipped("no tag sends to Meta")
    check = _live if patient.live else _sandbox
    return together([check(patient, one) for one in patient.metas], nothing)


def _sandbox(patient: Patient, binding: Binding) -> Finding:
    try:
        found = arrival(patient, binding)
    except ArrivalError as error:
        return Finding(error.status, str(error), error.next)
    event, name = found.shot.event_id, found.name
    return ok(f"{binding.name}: the local Meta took {name} {event}", _left(found))


def _left(found: Arrival) -> str:
    """What stays behind in a server of the user's own."""
    return f"{found.shot.event_id} stays in the sandbox of {found.server.url}" if found.server.running else ""


def _live(patient: Patient, binding: Binding) -> Finding:
    tag: Any = binding.tag
    code = patient.code or tag.test_event_code
    if not code:
        text = f"{binding.name}: nothing is sent to Meta without a test event code"
        return skipped(text, "take one from Events Manager, Test Events: tagdock doctor --test-code TEST12345")
    if not tag.access_token:
        return fail(f"{binding.name}: there is no access_token", "set it in the environment")
    shot = patient.probe.shot(binding)
    if shot is None:
        text = f"{binding.name}: no hit could be made up that fires it: {patient.probe.why_not}"
        return warn(text, "write a test that fires it, and the doctor takes that test's hit")
    findings = []
    for entry in patient.probe.entries(shot.hit, binding.name, code):
        pixel, _, marked = entry.destination.partition(":")
        if marked != code:
            findings.append(
                fail(f"{binding.name}: {code} is not taken for a test event code", "write one as in TEST12345")
            )
            continue
        body = msgspec.json.decode(entry.body)
        body.pop("custom_data", None)
        body["event_name"] = EVENT
        request = tag.pack(entry.destination, [msgspec.json.encode(body)], tag.endpoint)
        verdict: Verdict = tag.judge(patient.send(request), 1)
        findings.append(_judged(binding.name, pixel, shot.event_id, code, verdict))
    return together(findings, warn(f"{binding.name}: the hit made no event", "write a test that fires it"))


def _judged(name: str, pixel: str, event: str, code: str, verdict: Verdict) -> Finding:
    if verdict.action == "done":
        look = f"look at Events Manager, Test Events, {code}: {EVENT} {event} is there"
        return ok(f"{name}: Meta took {EVENT} {event} for pixel {pixel}", look)
    text = f"{name}: pixel {pixel}: {masked(verdict.reason, keep=pixel)}"
    if verdict.action == "park":
        return fail(text, "mend the token, its permission or the pixel's id: nothing would be delivered")
    if verdict.action == "later":
        return fail(text, "try again; while it stays so, payloads wait in the outbox")
    return fail(text, "Meta refuses the event as it is; docs/meta.md tells its rules")
