"""The ledger entry: what is written down of one payload, or of one tag's decision not to make one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from container.event import CONSENT_PURPOSES
from container.outbox.history import Attempt
from container.outbox.profile import NOTHING, Profile

OUTCOMES = (
    "delivered", "pending", "dead", "suppressed", "blocked", "no_consent", "failed", "not_triggered", "forgotten",
)  # fmt: skip
"""What can have become of an event for a tag; ``forgotten`` is an erasure, which is of no tag."""

COLUMNS = (
    "time", "tag", "destination", "outcome", "reason", "event_name", "event_id", "order_id", "client", "attempts",
    "status", "ended", "identifiers", *CONSENT_PURPOSES, "basis", "limited", "payload",
)  # fmt: skip
"""The columns of a table of entries; the source of a consent stands behind it in parentheses."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """Times are unix seconds: ``time`` is the arrival of the hit, ``ended`` the end, None while there is none.

    ``reason`` is why it was not delivered, or the answer before it was. ``attempts`` counts requests it was part of,
    ``payload`` is its number in the outbox, 0 where there was no payload.
    """

    time: float
    outcome: str
    tag: str = ""
    destination: str = ""
    event_name: str = ""
    event_id: str = ""
    order_id: str = ""
    client: str = ""
    reason: str = ""
    attempts: int = 0
    status: int = 0
    ended: float | None = None
    payload: int = 0
    profile: Profile = NOTHING
    history: list[Attempt] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The entry as plain data, its consent by purpose."""
        return {
            "time": written(self.time),
            "tag": self.tag,
            "destination": self.destination,
            "outcome": self.outcome,
            "reason": self.reason,
            "event_name": self.event_name,
            "event_id": self.event_id,
            "order_id": self.order_id,
            "client": self.client,
            "attempts": self.attempts,
            "status": self.status,
            "ended": None if self.ended is None else written(self.ended),
            "identifiers": identifiers(self.profile),
            "consent": consent(self.profile),
            "basis": self.profile.basis,
            "limited": self.profile.limited,
            "payload": self.payload,
        }

    def row(self) -> list[str]:
        """The entry as one line of a table, in the order of ``COLUMNS``."""
        told = self.to_json()
        told |= {"identifiers": " ".join(self.profile.identifiers), "limited": "yes" if self.profile.limited else ""}
        for purpose in CONSENT_PURPOSES:
            said = told["consent"].get(purpose, {"state": "", "source": ""})
            told[purpose] = f"{said['state']} ({said['source']})" if said["source"] else said["state"]
        return ["" if told[name] in (None, 0) else str(told[name]) for name in COLUMNS]


def consent(profile: Profile) -> dict[str, dict[str, str]]:
    """The consent of an event by purpose: its state, and who said so; empty when it was not written down."""
    named = zip(CONSENT_PURPOSES, *profile.consent, strict=False)
    return {purpose: {"state": state, "source": source} for purpose, state, source in named}


def identifiers(profile: Profile) -> list[dict[str, Any]]:
    """The identifiers of a payload by name, each with whether it was hashed."""
    return [{"name": one.removeprefix("#"), "hashed": one.startswith("#")} for one in profile.identifiers]


def written(time: float) -> str:
    """Unix seconds as they are written, to the millisecond."""
    try:
        return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return str(time)
