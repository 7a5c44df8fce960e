"""The trace: what happened to one hit and why, for preview, tests, simulate and the console."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from container.component import Incoming
from container.context import Context
from container.event import Event
from container.record import ConsentState

OUTCOMES = ("fired", "not_triggered", "blocked", "no_consent", "suppressed", "failed")
"""What can become of a tag for one event."""


@dataclass(slots=True)
class TagTrace:
    """One tag's decision about one event; ``payload`` is the vendor event as it would be sent.

    ``context`` is the event as the tag was shown it, for who wants to look closer; None when it was shown none.
    """

    tag: str
    type: str
    outcome: str
    reason: str
    payload: dict[str, Any] | None = None
    notes: list[str] = field(default_factory=list)
    context: Context | None = field(default=None, repr=False, compare=False)

    def to_json(self) -> dict[str, Any]:
        """The contract's shape; ``payload`` only where there is one."""
        shape: dict[str, Any] = {"tag": self.tag, "type": self.type, "outcome": self.outcome, "reason": self.reason}
        if self.payload is not None:
            shape["payload"] = self.payload
        if self.notes:
            shape["notes"] = self.notes
        return shape


@dataclass(slots=True)
class EventTrace:
    """One event: its data after the transformations for all tags, its consent, every tag's decision.

    For who wants to look closer: ``incoming`` is the event as its client read it, ``context`` as the triggers saw it,
    ``said`` who decided each purpose of consent.
    """

    event: Event
    consent: Mapping[str, str]
    tags: list[TagTrace] = field(default_factory=list)
    implicit: Mapping[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    incoming: Incoming | None = field(default=None, repr=False, compare=False)
    context: Context | None = field(default=None, repr=False, compare=False)
    said: ConsentState | None = field(default=None, repr=False, compare=False)

    def to_json(self) -> dict[str, Any]:
        """The contract's shape."""
        shape: dict[str, Any] = {
            "event": self.event,
            "consent": dict(self.consent),
            "tags": [one.to_json() for one in self.tags],
        }
        if self.implicit:
            shape["implicit_consent"] = dict(self.implicit)
        if self.notes:
            shape["notes"] = self.notes
        return shape


@dataclass(slots=True)
class Trace:
    """One hit: the client that took it, what it was answered, its events, and what was odd about it."""

    hit: str
    client: str | None
    status: int
    events: list[EventTrace] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The shape of ``tagdock simulate --json`` and of preview."""
        return {
            "hit": self.hit,
            "client": self.client,
            "response": {"status": self.status},
            "events": [one.to_json() for one in self.events],
            "problems": self.problems,
        }
