"""What a parked destination means for a payload that is pending: why it waits, and what to do."""

from __future__ import annotations

from container.cli.common import shown
from container.delivery.destination import gone


def parked_in_words(since: str, reason: str, tag: str) -> str:
    """Why, and how it goes on; ``since`` is "" or as in " since 2026-03-01T12:00:00Z"."""
    mend = "put it back and reload" if reason == gone(tag) else "renew the token, or mend what it says, and reload"
    return f"destination parked{since}: {shown(reason)}; {mend}"
