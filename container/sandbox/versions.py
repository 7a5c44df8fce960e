"""Which Graph versions answer, and until when (Meta's published calendar; a version without a date is the newest)."""

from __future__ import annotations

from datetime import UTC, date, datetime

EXPIRES: dict[str, date | None] = {
    "v26.0": None,
    "v25.0": date(2028, 7, 29),
    "v24.0": date(2028, 2, 18),
    "v23.0": date(2027, 10, 8),
    "v22.0": date(2027, 5, 20),
    "v21.0": date(2027, 1, 21),
    "v20.0": date(2026, 9, 24),
    "v19.0": date(2026, 5, 21),
    "v18.0": date(2026, 1, 26),
    "v17.0": date(2025, 9, 12),
    "v16.0": date(2025, 5, 14),
}
NEWEST = "v26.0"


def state(version: str, now: float) -> str:
    """Whether `version` is `current`, `expired` or `unknown` at `now` (unix seconds)."""
    if version in EXPIRES:
        last = EXPIRES[version]
        return "current" if last is None or datetime.fromtimestamp(now, UTC).date() < last else "expired"
    major = version[1:].partition(".")[0]
    old = version[:1] == "v" and major.isascii() and major.isdigit() and len(major) <= 2 and 0 < int(major) < 16
    return "expired" if old else "unknown"
