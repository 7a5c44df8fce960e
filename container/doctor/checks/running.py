"""Whether a server takes hits, and runs what the file says."""

from __future__ import annotations

from container.config.snapshot import snapshot
from container.doctor.finding import Finding, fail, ok, warn
from container.doctor.patient import Patient
from container.doctor.server import ServerError, address, ready


def server(patient: Patient) -> Finding:
    """The one that runs is ready and has this configuration; where none does, one of our own starts."""
    url = patient.url or address(patient.configuration)
    found = ready(url)
    if found is None:
        if patient.url:
            return fail(f"no container answers at {url}", "start it with tagdock serve, or leave out --url")
        try:
            patient.server()
        except ServerError as error:
            return fail(str(error), "tagdock serve tells more")
        return ok(f"none runs at {url}; one of the doctor's own starts and is used")
    if found.status_code != 200:
        return fail(f"{url} answers: {found.text.strip()[:200]}", "see its log")
    runs, says = found.headers["x-tagdock-version"], snapshot(patient.config).short
    if runs != says:
        text = f"{url} takes hits and runs version {runs}, while the file is {says}"
        return warn(text, "start it anew, or see its log for why it was not taken over")
    return ok(f"{url} takes hits and runs this file")
