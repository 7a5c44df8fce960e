"""Whether the configuration is in order, as ``tagdock lint`` sees it."""

from __future__ import annotations

from container.doctor.finding import Finding, fail, ok, warn
from container.doctor.patient import Patient


def configuration(patient: Patient) -> Finding:
    """No error; warnings are told."""
    loaded = patient.loaded
    lint = f"tagdock lint --config {patient.config}"
    if loaded.configuration is None:
        first = loaded.errors[0]
        more = f", and {len(loaded.errors) - 1} more" if len(loaded.errors) > 1 else ""
        return fail(f"{first.file}:{first.line}: {first.text}{more}", f"mend it; {lint} shows everything")
    tags = len(loaded.configuration.bindings)
    if not tags:
        return fail("there is no tag, so nothing would ever leave", "write one under tags:, see docs/configuration.md")
    if loaded.problems:
        first = loaded.problems[0]
        return warn(f"{len(loaded.problems)} warnings, the first: {first.file}:{first.line}: {first.text}", lint)
    clients = _count(len(loaded.configuration.clients), "client")
    return ok(f"{patient.config} is in order: {clients}, {_count(tags, 'tag')}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
