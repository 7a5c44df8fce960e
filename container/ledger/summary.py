"""The summary: of every tag and destination which identifiers were sent, when, how often, and under which consent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from container.event import CONSENT_PURPOSES
from container.ledger.cells import Cell
from container.ledger.entry import OUTCOMES, written


def summary(cells: Iterable[Cell]) -> list[dict[str, Any]]:
    """A mapping for every tag and destination, in the order of their names.

    ``outcomes`` counts entries; the rest is of what was sent: the ``first`` and ``last`` time, each of ``identifiers``
    with its times and count, ``consent`` by purpose with state and source, ``basis``, and how many were ``limited``.
    What a tag made no payload of has no destination.
    """
    found: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        found.setdefault((cell.tag, cell.destination), []).append(cell)
    return [_summed(tag, destination, some) for (tag, destination), some in sorted(found.items())]


def _summed(tag: str, destination: str, cells: list[Cell]) -> dict[str, Any]:
    outcomes: Counter[str] = Counter()
    consent: Counter[tuple[str, str, str]] = Counter()
    basis: Counter[str] = Counter()
    names: dict[str, list[Cell]] = {}
    sent = [cell for cell in cells if cell.sent]
    for cell in cells:
        outcomes[cell.outcome] += cell.count
    for cell in sent:
        for said in zip(CONSENT_PURPOSES, *cell.profile.consent, strict=False):
            consent[said] += cell.count
        if cell.profile.basis:
            basis[cell.profile.basis] += cell.count
        for name in cell.profile.identifiers:
            names.setdefault(name, []).append(cell)
    return {
        "tag": tag,
        "destination": destination,
        "outcomes": {name: outcomes[name] for name in OUTCOMES if outcomes[name]},
        "sent": _span(sent),
        "identifiers": [
            {"name": name.removeprefix("#"), "hashed": name.startswith("#"), **_span(some)}
            for name, some in sorted(names.items(), key=lambda one: one[0].removeprefix("#"))
        ],
        "consent": [
            {"purpose": purpose, "state": state, "source": source, "count": count}
            for (purpose, state, source), count in consent.most_common()
        ],
        "basis": dict(basis.most_common()),
        "limited": sum(cell.count for cell in sent if cell.profile.limited),
    }


def _span(cells: list[Cell]) -> dict[str, Any]:
    """How many, and when the first and the last came."""
    return {
        "count": sum(cell.count for cell in cells),
        "first": written(min(cell.first for cell in cells)) if cells else None,
        "last": written(max(cell.last for cell in cells)) if cells else None,
    }
