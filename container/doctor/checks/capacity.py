"""Whether the machine lets the server have enough connections, and how many cores it could use."""

from __future__ import annotations

import os

from container.doctor.finding import Finding, fail, ok, warn
from container.doctor.patient import Patient

try:
    import resource
except ImportError:  # where there is none, nothing limits a process this way
    resource = None  # type: ignore[assignment]

_LEAST, _ENOUGH = 256, 1024


def capacity(_: Patient) -> Finding:
    """Open files, of which every connection is one; processors, of which one process uses little more than one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    workers = f"{cores} processors: tagdock serve --workers {cores} uses them" if cores > 1 else "one processor"
    if resource is None:
        return ok(workers)
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if files == resource.RLIM_INFINITY:
        return ok(f"any number of open files, {workers}")
    if files < _ENOUGH:
        finding = fail if files < _LEAST else warn
        return finding(f"a process may have {files} open files, and every connection is one", "ulimit -n 65536")
    return ok(f"{files} open files a process, {workers}")
