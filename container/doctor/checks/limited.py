"""Whether Meta is told to limit its use of data where the visitor or the law asks for it."""

from __future__ import annotations

from typing import Any

import msgspec

from container.config.document import Binding
from container.doctor.finding import Finding, fail, ok, skipped, together, warn
from container.doctor.patient import Patient
from container.doctor.probe import with_header


def limited(patient: Patient) -> Finding:
    """By a hit whose browser sends Global Privacy Control."""
    return together([_tag(patient, one) for one in patient.metas], skipped("no tag sends to Meta"))


def _tag(patient: Patient, binding: Binding) -> Finding:
    tag: Any = binding.tag
    section = patient.configuration.consent.limited_data_use
    trigger = f", and where the trigger {section.when} holds" if section is not None else ""
    signals: list[str] = tag.limited_data_use
    if not signals:
        if section is None:
            text = f"{binding.name}: nothing ever limits data use"
            return warn(text, "for visitors in the USA write consent: { limited_data_use: ... }, see docs/meta.md")
        return ok(f"{binding.name}: where the trigger {section.when} holds")
    if "gpc" not in signals:
        return ok(f"{binding.name}: by {', '.join(signals)}{trigger}")
    shot = patient.probe.shot(binding)
    if shot is None or shot.hit.method != "GET":
        return skipped(f"{binding.name}: no browser's hit fires it, so there is no Global Privacy Control to see")
    hit = with_header(shot.hit, "sec-gpc", "1")
    bodies = [msgspec.json.decode(one.body) for one in patient.probe.entries(hit, binding.name)]
    if bodies and all(one.get("data_processing_options") == ["LDU"] for one in bodies):
        return ok(f"{binding.name}: a browser with Global Privacy Control is limited{trigger}")
    return fail(f"{binding.name}: Global Privacy Control changes nothing", "see docs/meta.md, Limited Data Use")
