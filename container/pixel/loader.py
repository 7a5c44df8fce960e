"""The loader's word: what tagdock's own script on the page adds to a pixel's hit."""

from __future__ import annotations

from container.event import CONSENT_PURPOSES, CONSENT_REFUSED, DROP, Event

SENT = "td"
"""The parameter that tells a loader's hit from a pixel's own, and where the browser's copy of the event is."""

COPIES = ("sent", "blocked", "offline", "unknown", "refused", "none")
"""What can have become of the browser's copy: it left; the pixel's script never came; the browser was offline; the page
was left before anybody could tell; the visitor refused consent; the page has no pixel for this event."""


_WORDS = {"g": "granted", "d": "denied"}
_LONGEST = 80


def add_loader(event: Event, plain: dict[str, str], notes: list[str]) -> dict[str, str]:
    """Add what the loader says to the event; gives the consent the page told it, by purpose.

    ``td`` is one of `COPIES`; ``tdc`` has a letter for each purpose: g(ranted), d(enied) or ``-``; ``tde`` names an
    error the loader swallowed. None of it is the vendor's: its names are those that stay in the container.
    """
    copy = plain[SENT]
    if copy not in COPIES:
        return {}
    event["x-tagdock-browser"] = copy
    if copy == "refused":
        event[DROP] = CONSENT_REFUSED
        notes.append(CONSENT_REFUSED)
    trouble = plain.get("tde", "")[:_LONGEST]
    if trouble and trouble.isprintable():
        event["x-tagdock-trouble"] = trouble
        notes.append(f"the loader on the page met an error: {trouble}")
    letters = plain.get("tdc", "")
    return {
        purpose: _WORDS[letter] for purpose, letter in zip(CONSENT_PURPOSES, letters, strict=False) if letter in _WORDS
    }
