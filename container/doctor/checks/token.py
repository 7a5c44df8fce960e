"""Whether the token of preview, reload and console is its owner's alone."""

from __future__ import annotations

import os
import stat

from container.doctor.finding import Finding, fail, ok, skipped
from container.doctor.patient import Patient


def token(patient: Patient) -> Finding:
    """The file beside the outbox can be read by nobody else."""
    path = patient.data / "token"
    if not path.exists():
        return skipped(f"{path} is made by the first start")
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return fail(f"{path} is open to other users of this machine", f"chmod 600 {path}")
    return ok(f"{path} is its owner's alone")
