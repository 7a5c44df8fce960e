"""Following: what became of the payloads of the hits the console keeps, asked of the outbox while somebody looks."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from container.outbox.fate import Asked, Fate, accepted_first, fates
from container.outbox.files import files_of
from container.outbox.outbox import OutboxError
from container.web.tap.ring import Kept, Ring

if TYPE_CHECKING:
    from container.web.app import App

EVERY = 0.5
"""Seconds between two looks while somebody looks at the console; nobody looks, and the outbox is not asked."""

SOON = 0.1
"""Seconds within which a look is not repeated."""

FORGOTTEN = 10.0
"""Seconds after which a payload of which nothing is written down is looked for no more: it was durable before its hit
was kept, so that the ledger has dropped it, or its id is not shown as it was."""

ENDED = frozenset({"delivered", "copy", "purged"})
"""What becomes nothing else. A dead letter may be sent again."""

Change = tuple[int, dict[str, Any], bool]


class Following:
    """Costs a hit nothing: only what the ring holds is looked for, and only until it reached its end."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._looked = float("-inf")
        self._looking = asyncio.Lock()

    async def run(self) -> None:
        """Look again and again, as long as somebody looks at the console."""
        while True:
            await asyncio.sleep(EVERY)
            if self._app.desk.tap.open:
                await self.look()

    async def look(self) -> None:
        """Bring the rows up to date. What cannot be read stays as it was; the page Delivery says why."""
        async with self._looking:
            if time.monotonic() - self._looked < SOON:
                return
            tap = self._app.desk.tap
            try:
                kept = await tap.ask(Ring.unsettled)
                if kept:
                    now, store = self._app.desk.clock(), self._app.configuration.delivery.store
                    found = await asyncio.to_thread(_changes, store, kept, now)
                    if any(one.get("became") == "copy" for _, row, _ in found for one in row["sent"]):
                        every = await tap.ask(lambda ring: ring.rows(limit=1000))
                        _name_originals(found, every)
                    if found:
                        await tap.ask(lambda ring: ring.settle(found))
                        tap.ring_bell()
            except (OutboxError, OSError, sqlite3.Error):
                return
            finally:
                self._looked = time.monotonic()


def asked_of(payload: Mapping[str, Any], accepted: float) -> Asked:
    """A payload of a hit as the outbox is asked for it."""
    names = (payload["tag"], payload["destination"], payload["event_name"], payload["event_id"])
    return Asked(*names, accepted, payload.get("payload", 0))


def became(fate: Fate) -> str:
    """The fate of a payload in a word: ``delivered``, ``waiting``, ``refused`` (a dead letter for what the vendor
    answered), ``dead`` (one without an answer), ``purged``, ``copy``."""
    if fate.state == "dead":
        return "refused" if 400 <= fate.status < 500 else "dead"
    return {"pending": "waiting", "suppressed": "copy"}.get(fate.state, fate.state)


def _changes(store: str, kept: Sequence[Kept], now: float) -> list[Change]:
    """The rows that are otherwise than they were."""
    paths = list(files_of(store).values())
    asked = [asked_of(one, hit.row["time"]) for hit in kept for one in _open(hit)]
    told = iter(zip(asked, fates(paths, asked), strict=True))
    found: list[Change] = []
    for hit in kept:
        ended = {place for place, one in enumerate(hit.row["sent"]) if one.get("became") in ENDED}
        sent = [one if place in ended else _told(one, *next(told), paths) for place, one in enumerate(hit.row["sent"])]
        old = now - hit.row["time"] > FORGOTTEN
        settled = all(one.get("became", "purged" if old else "") in ENDED for one in sent)
        if settled or sent != hit.row["sent"]:
            found.append((hit.id, {**hit.row, "sent": sent}, settled))
    return found


def _open(hit: Kept) -> list[dict[str, Any]]:
    return [one for one in hit.row["sent"] if one.get("became") not in ENDED]


def _told(payload: dict[str, Any], asked: Asked, fate: Fate | None, paths: Iterable[Path]) -> dict[str, Any]:
    """A payload of a row with what became of it; as it was where nothing is written down."""
    if fate is None:
        return payload
    told = {
        **payload, "became": became(fate), "payload": fate.number, "status": fate.status, "reason": fate.reason[:300],
    }  # fmt: skip
    if fate.state == "suppressed":
        told |= {"first": accepted_first(paths, asked), "copy_of": 0}
    return told


def _name_originals(found: Iterable[Change], every: Sequence[Kept]) -> None:
    """For each copy the newest hit before it that brought the same event and was none, 0 where none is kept."""
    sent = {number: row["sent"] for number, row, _ in found}
    known: dict[tuple[str, ...], list[int]] = {}
    for hit in every:
        for one in sent.get(hit.id, hit.row.get("sent", ())):
            if one.get("became") != "copy":
                known.setdefault(_event(one), []).append(hit.id)
    for number, payloads in sent.items():
        for one in payloads:
            if one.get("became") == "copy":
                before = [other for other in known.get(_event(one), ()) if other <= number]
                one["copy_of"] = max(before, default=0)


def _event(payload: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(payload[name]) for name in ("tag", "destination", "event_name", "event_id"))
