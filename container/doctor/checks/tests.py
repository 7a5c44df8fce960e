"""Whether the configuration's own tests pass."""

from __future__ import annotations

from container.cases import read_cases, run_case
from container.doctor.finding import Finding, fail, ok, warn
from container.doctor.patient import Patient


def tests(patient: Patient) -> Finding:
    """There are some, and all pass."""
    cases, problems = read_cases(patient.loaded)
    failed = [one.name for one in cases if run_case(one, patient.configuration).differences]
    command = f"tagdock test --config {patient.config}"
    if problems:
        return fail(f"{problems[0].file}:{problems[0].line}: {problems[0].text}", f"{command} tells more")
    if failed:
        return fail(f"{len(failed)} of {len(cases)} fail, the first: {failed[0][:120]}", f"{command} shows why")
    if not cases:
        return warn("there are none", "write some, see docs/testing.md; tagdock simulate --save makes one of a hit")
    return ok(f"{len(cases)} pass")
