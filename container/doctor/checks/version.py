"""Whether Meta's Graph still speaks the versions the tags speak, and can be reached."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from container.config.document import Binding
from container.doctor.finding import Finding, fail, ok, skipped, together, warn
from container.doctor.patient import Patient
from container.meta import rules
from container.meta.answers import read

_RETIRED = (2635, 2500)
"""Graph's codes for a version that is no more, and one that never was."""


def version(patient: Patient) -> Finding:
    """By Meta's calendar; in live mode the address is asked too, without a token."""
    return together([_tag(patient, one) for one in patient.metas], skipped("no tag sends to Meta"))


def address(binding: Binding) -> str:
    """An address of Graph that needs no token to be answered."""
    tag: Any = binding.tag
    return f"{tag.endpoint.rstrip('/')}/{tag.version}/"


def _tag(patient: Patient, binding: Binding) -> Finding:
    tag: Any = binding.tag
    today = datetime.fromtimestamp(patient.now(), UTC).date()
    newest = next(iter(rules.VERSIONS))
    mend = f"write version: {newest} for {binding.name}, or remove the line"
    name = binding.name
    trouble = rules.version_trouble(tag.version, today)
    end = rules.VERSIONS.get(tag.version)
    if trouble and end is not None and end <= today:
        return fail(f"{name}: {trouble}", mend)
    if trouble:
        return warn(f"{name}: {trouble}", mend)
    lasts = f"{tag.version} works until {end.isoformat()}" if end is not None else f"{tag.version} is the newest"
    if not patient.live:
        return ok(f"{name}: {lasts}; not asked in sandbox mode")
    answer = patient.ask(address(binding))
    if answer.status == 0:
        reason = answer.failure or "no answer"
        return fail(f"{name}: {tag.endpoint}: {reason}", "let this machine reach it: firewall, DNS, HTTPS_PROXY")
    error = (read(answer.body) or {}).get("error")
    if isinstance(error, dict) and error.get("code") in _RETIRED:
        return fail(f"{name}: {tag.endpoint} says that {tag.version} is no version of its own", mend)
    if answer.status >= 500:
        return warn(f"{name}: {tag.endpoint} answers HTTP {answer.status}", "try again in a while")
    return ok(f"{name}: {lasts}, and {tag.endpoint} answers")
