"""``tagdock doctor``: the checklist before going live, one line a check."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from container.cli.common import config_option, json_option, out, shown, write
from container.doctor.examination import CHECKS, Check, examine
from container.doctor.finding import Finding
from container.doctor.patient import Patient
from container.web.json import to_bytes

_MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red"), "skipped": ("-", "dim")}
_COLUMN = max(len(one.title) for one in CHECKS) + 2


@click.command()
@config_option
@json_option
@click.option("--url", default="", metavar="URL", help="The running container; by default at container.listen.")
@click.option("--host", default="", metavar="NAME", help="The name the public reaches the container under.")
@click.option("--test-code", default="", metavar="CODE", help="A test event code, for the test event when live.")
def doctor(config: str, as_json: bool, url: str, host: str, test_code: str) -> None:
    """Go through the checklist before going live.

    In sandbox mode nothing leaves this machine. A server that runs is used; where none does, one is started for the
    examination, in a folder that is gone afterwards. In live mode one event goes to Meta for each pixel, under a test
    event code and never without. Events the doctor makes up have ids that begin with tagdock-doctor-. Ends with 1 when
    a check fails.
    """
    if url and not re.fullmatch(r"https?://[^\s/?#]+/?", url):
        raise click.BadParameter(f"'{url}' is not an address; write https://data.shop.example", param_hint="--url")
    if test_code and not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", test_code):
        raise click.BadParameter(f"'{test_code}' is no test event code; write TEST12345", param_hint="--test-code")
    patient = Patient(Path(config), os.environ, url.rstrip("/"), host.strip().lower(), test_code)
    found: list[tuple[Check, Finding]] = []
    try:
        for check, finding in examine(patient):
            found.append((check, finding))
            if not as_json:
                _print(check, finding)
    finally:
        patient.close()
    counts: Counter[str] = Counter(finding.status for _, finding in found)
    if as_json:
        checks = [_json(check, finding) for check, finding in found]
        write(to_bytes({"good": not counts["fail"], "checks": checks}))
    else:
        _summary(patient, counts)
    if counts["fail"]:
        raise SystemExit(1)


def _print(check: Check, finding: Finding) -> None:
    mark, style = _MARKS[finding.status]
    line = Text.assemble((f"{mark} ", style), (f"{check.title:<{_COLUMN}}", "bold"))
    line.append(shown(finding.text), "dim" if finding.status == "skipped" else "")
    out.print(line)
    if finding.next:
        out.print(Text.assemble(" " * (_COLUMN + 2), ("→ ", style), shown(finding.next)))


def _summary(patient: Patient, counts: Counter[str]) -> None:
    parts = [f"{counts[status]} {word}" for status, word in _WORDS.items() if counts[status]]
    out.print()
    if counts["fail"]:
        out.print(Text(f"{', '.join(parts)}: not ready; mend what failed and run it again", "red"))
    elif patient.live:
        out.print(Text(f"{', '.join(parts)}: ready, and live", "green"))
    else:
        out.print(Text(f"{', '.join(parts)}: ready; TAGDOCK_TARGET=live makes it so, see docs/start.md", "green"))


_WORDS = {"ok": "good", "warn": "to decide on", "fail": "failed", "skipped": "not looked at"}


def _json(check: Check, finding: Finding) -> dict[str, Any]:
    return {"check": check.name, "status": finding.status, "text": finding.text, "next": finding.next}
