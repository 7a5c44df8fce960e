"""Times and periods as the commands of the ledger take them."""

from __future__ import annotations

import re
import time

import click

from container.cli.common import moment

_AGO = re.compile(r"(\d+)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

HELP = "as 2026-03-01, 2026-03-01T12:00:00Z, or 7d for seven days ago"


def a_time(text: str | None, option: str, otherwise: float) -> float:
    """Unix seconds of an option; ``otherwise`` when it was not given. Ends with 2 when it is no time."""
    if text is None or not text:
        return otherwise
    ago = _AGO.fullmatch(text)
    if ago:
        return time.time() - int(ago[1]) * _SECONDS[ago[2]]
    try:
        return moment(text)
    except ValueError:
        raise click.BadParameter(f"'{text}' is not a time; write it {HELP}", param_hint=option) from None


def a_period(text: str, option: str) -> tuple[float, float]:
    """The beginning and the end of ``A..B``; either may be left out. Ends with 2 when it is no period."""
    begin, dots, end = text.partition("..")
    if not dots:
        raise click.BadParameter(f"'{text}' is not a period; write 2026-03-01..2026-03-08", param_hint=option)
    span = a_time(begin, option, 0.0), a_time(end, option, 1e18)
    if span[0] >= span[1]:
        raise click.BadParameter(f"'{text}' ends before it begins", param_hint=option)
    return span
