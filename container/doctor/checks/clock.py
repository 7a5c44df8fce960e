"""Whether the clock is right: by the vendor's own, and by what the outbox saw already."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from container.doctor.checks.version import address
from container.doctor.finding import Finding, fail, ok, warn
from container.doctor.patient import Patient
from container.outbox.database import read_only
from container.outbox.files import files_of

AHEAD = 60.0
"""Seconds ahead past which Meta refuses an event's time."""

_EARLIEST = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
_SET = "set the clock; let NTP keep it (timedatectl set-ntp true)"


def clock(patient: Patient) -> Finding:
    """Not before what is in the outbox, and within a minute of Meta's Date when live."""
    now = patient.now()
    if now < _EARLIEST:
        return fail(f"it is {_moment(now)} here, before this program was written", _SET)
    latest = max((_latest(path) for path in files_of(patient.configuration.delivery.store).values()), default=0.0)
    if latest > now + AHEAD:
        return fail(f"it is {_moment(now)} here, and the outbox was written at {_moment(latest)}", _SET)
    told = "not before what the outbox saw" if latest else "nothing here to compare it with"
    if not patient.live or not patient.metas:
        return ok(f"{_moment(now)}, {told}; no vendor is asked in sandbox mode")
    answer = patient.ask(address(patient.metas[0]))
    try:
        theirs = parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except (ValueError, TypeError):
        return warn(f"{_moment(now)}, {told}; the vendor told no time", "compare it with another clock")
    apart = patient.now() - theirs
    if apart > AHEAD:
        return fail(f"it is {apart:.0f} seconds ahead of the vendor's, who refuses events of the future", _SET)
    if apart < -AHEAD:
        return warn(f"it is {-apart:.0f} seconds behind the vendor's", _SET)
    return ok(f"within {max(1, abs(apart)):.0f} s of the vendor's")


def _latest(path: Path) -> float:
    """When the file was written last, or the last payload that waits in it was accepted, whichever is later."""
    statement = "SELECT max(accepted) FROM (SELECT accepted FROM pending ORDER BY id DESC LIMIT 1)"
    try:
        with read_only(path) as connection:
            accepted = float(connection.execute(statement).fetchone()[0] or 0.0)
    except (OSError, sqlite3.Error):
        accepted = 0.0  # a server is busy with it, or it is broken, which other commands tell
    return max(accepted, path.stat().st_mtime)


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
