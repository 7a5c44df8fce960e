"""The life of one event: its hit, its consent, what every tag decided, and what became of each payload."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from container.ledger.copies import copies
from container.ledger.entry import LedgerEntry, consent, written
from container.ledger.parking import Parking, parking
from container.ledger.reading import Choice, Watch, entries
from container.outbox.look import look
from container.preview import mask


def life(
    paths: Iterable[Path],
    reference: str,
    *,
    sandbox: Path | None = None,
    at_meta: Callable[[str], bool] = lambda _: False,
    reveal: bool = False,
    watch: Watch = lambda _: None,
) -> list[dict[str, Any]]:
    """Every event of this id, or of this order, as plain data by its arrival; the same id may have come more than once.

    An event has ``time``, ``client``, ``event_id``, ``order_id``, ``consent``, ``basis``, ``decisions`` by tag, and
    ``payloads``. A payload is an entry of the ledger with its ``history`` of attempts, ``body`` while it is kept
    (masked unless ``reveal``), ``parked`` with ``reason`` and ``since`` while nothing is sent to its destination, and
    ``copies``: whether the browser's copy met it, which the file of the ``sandbox`` tells of tags that are ``at_meta``;
    without that file nobody does. Raises ``OutboxUnavailable``.
    """
    found: dict[tuple[int, str], list[LedgerEntry]] = {}
    kept: dict[int, Any] = {}
    held: dict[int, Parking] = {}
    for path in paths:
        for entry in entries([path], Choice(reference=reference), watch):
            found.setdefault((int(entry.time * 1000), entry.client), []).append(entry)
            if entry.outcome in ("pending", "dead") and entry.payload:
                one = look(path, entry.payload)
                if one is not None:
                    kept[entry.payload] = _body(one.body) if reveal else mask(_body(one.body))
                stopped = parking(path, entry.tag, entry.destination) if entry.outcome == "pending" else None
                if stopped is not None:
                    held[entry.payload] = stopped
    lives = []
    for _, some in sorted(found.items()):
        made = _event(some)
        made["payloads"] = [
            {
                **entry.to_json(),
                "history": [
                    {"time": written(one.time), "status": one.status, "reason": one.reason} for one in entry.history
                ],
                "body": kept.get(entry.payload),
                "parked": _parked(held.get(entry.payload)),
                "copies": copies(sandbox, entry) if at_meta(entry.tag) else "",
            }
            for entry in some
            if entry.payload
        ]
        lives.append(made)
    return lives


def _event(some: list[LedgerEntry]) -> dict[str, Any]:
    """What its entries say of the event itself; a payload may have been given another id than the event had."""
    told = max(some, key=lambda entry: len(entry.profile.decisions))
    ids = [entry for entry in some if not entry.payload] or some
    decisions = [{"tag": one.tag, "outcome": one.outcome, "reason": one.reason} for one in told.profile.decisions]
    return {
        "time": written(told.time),
        "client": told.client,
        "event_name": ids[0].event_name,
        "event_id": ids[0].event_id,
        "order_id": told.order_id,
        "consent": consent(told.profile),
        "basis": told.profile.basis,
        "decisions": decisions,
    }


def _parked(found: Parking | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"reason": found.reason, "since": written(found.since) if found.since else None}


def _body(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except msgspec.MsgspecError:
        return body.decode("utf-8", "replace")
