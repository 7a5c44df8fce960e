"""Whether the console and the pages for operators are kept from the public."""

from __future__ import annotations

import httpx2

from container.doctor.finding import Finding, fail, ok, warn
from container.doctor.patient import Patient

_PRIVATE = ("/-/metrics", "/sandbox/all")
_WITHIN = 5.0
_HIDE = "keep /-/, /console and /sandbox from the public at your proxy"


def console(patient: Patient) -> Finding:
    """By the file, and from outside where the public name is known and ``--url`` leads there."""
    if patient.configuration.container.console.public:
        return warn("container.console.public shows it to other machines", "keep it behind HTTPS, or remove the line")
    url = patient.url.rstrip("/")
    if not (url and patient.public):
        return ok("shown on this machine only", _HIDE)
    for path in _PRIVATE:
        status = _status(f"{url}{path}")
        if status == 200:
            return fail(f"the public can read {url}{path}", _HIDE)
    if _status(f"{url}/console/") == 200:
        return warn(f"the public can see {url}/console/", _HIDE)
    return ok(f"not shown at {url}, nor are the numbers")


def _status(url: str) -> int:
    try:
        return httpx2.get(url, timeout=_WITHIN).status_code
    except (httpx2.HTTPError, httpx2.InvalidURL):
        return 0
