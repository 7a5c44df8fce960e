"""The examination: every check in turn, none able to stop or hang the others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from container.doctor.checks.capacity import capacity
from container.doctor.checks.clock import clock
from container.doctor.checks.configuration import configuration
from container.doctor.checks.consent import consent
from container.doctor.checks.console import console
from container.doctor.checks.limited import limited
from container.doctor.checks.outbox import outbox
from container.doctor.checks.pair import pair
from container.doctor.checks.proxy import proxy
from container.doctor.checks.running import server
from container.doctor.checks.secret import secrets
from container.doctor.checks.sending import sending
from container.doctor.checks.site import site
from container.doctor.checks.tests import tests
from container.doctor.checks.token import token
from container.doctor.checks.version import version
from container.doctor.finding import Finding, fail, skipped
from container.doctor.patient import Patient

WITHIN = 45.0
"""Seconds a check may take; each of its own questions has less."""


@dataclass(frozen=True, slots=True)
class Check:
    """``name`` is stable, for programs; ``title`` is for people."""

    name: str
    title: str
    look: Callable[[Patient], Finding]


CHECKS = (
    Check("configuration", "configuration", configuration),
    Check("tests", "its tests", tests),
    Check("secrets", "secrets", secrets),
    Check("token", "token file", token),
    Check("outbox", "outbox", outbox),
    Check("clock", "clock", clock),
    Check("graph_version", "Graph version", version),
    Check("server", "server", server),
    Check("test_event", "test event", sending),
    Check("deduplication", "deduplication", pair),
    Check("consent", "consent", consent),
    Check("limited_data_use", "limited data use", limited),
    Check("first_party", "first-party domain", site),
    Check("proxy", "visitors' addresses", proxy),
    Check("console", "console", console),
    Check("capacity", "capacity", capacity),
)
"""In the order somebody goes live; the first must be good for the others to be looked at."""


def examine(patient: Patient, within: float = WITHIN) -> Iterator[tuple[Check, Finding]]:
    """What each check says, as soon as it says it."""
    broken = False
    for check in CHECKS:
        if broken and check.look is not capacity:
            yield check, skipped("the configuration comes first")
            continue
        found = isolated(check, patient, within)
        broken = broken or (check.look is configuration and patient.loaded.configuration is None)
        yield check, found


def isolated(check: Check, patient: Patient, within: float) -> Finding:
    """A check's word; that it hung or broke is its word too."""
    said: list[Finding] = []

    def look() -> None:
        try:
            said.append(check.look(patient))
        except Exception as error:  # noqa: BLE001 - one check that breaks must not take the others' word
            text = f"the check itself failed: {type(error).__name__}"
            said.append(fail(text, "please report it, with what tagdock doctor --json prints"))

    # A daemon: one that hangs, on a disk that is gone say, must not keep the command from ending.
    thread = threading.Thread(target=look, daemon=True, name=f"doctor-{check.name}")
    thread.start()
    thread.join(within)
    return said[0] if said else fail(f"no answer within {within:g} s", "look what it waits for, and try again")
