"""The record: what is written down about an event and its payloads: names, states and decisions, never a raw value."""

from __future__ import annotations

from typing import NamedTuple

import msgspec


class Decision(NamedTuple):
    """What became of one tag for one event. ``outcome`` is one of the trace's; ``reason`` is in a few fixed words: the
    trigger that fired or blocked it, the purpose that was refused, why it was suppressed."""

    tag: str
    outcome: str
    reason: str


class ConsentState(NamedTuple):
    """Consent for an event, in the order of ``CONSENT_PURPOSES``, and who said so.

    ``states`` are granted, denied or unset; ``sources`` are ``hit``, ``trigger NAME``, ``implicit`` or "" for nobody.
    """

    states: tuple[str, ...]
    sources: tuple[str, ...]


class EventRecord(msgspec.Struct):
    """One event that at least one tag listens for. What is equal for many events is one object for all of them.

    ``time`` is the arrival in unix seconds; ``order_id`` is the event's transaction_id; ``basis`` is the legal ground
    that the sender's consent platform told, in a few words; ``decisions`` has every tag that listens for events of this
    name, in the file's order.
    """

    time: float
    client: str
    event_name: str
    event_id: str
    order_id: str
    consent: ConsentState
    decisions: tuple[Decision, ...] = ()
    basis: str = ""
