"""The couples: each action once, its browser's copy beside its server's, and why one of them stands alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from .customer import PRESENT
from .deduplication import WINDOW
from .reading import Reading
from .record import BROWSER, CHANNELS, SERVER, Row

STATES = ("deduplicated", "browser_only", "server_only", "refused")
"""What an action may be: met on both channels, seen on one alone, or refused."""

NO_SERVER_COPY = "No server copy with this event_id has come."

_COLUMNS = (
    "id, received, pixel_id, channel, event_name, event_id, event_time, action_source, good, first, deduplicated_by, "
    "test_event_code, match_keys, error"
)
_OTHER = "EXISTS (SELECT 1 FROM event c WHERE c.first = event.id AND c.channel != event.channel)"
_STATE = {
    "deduplicated": f"good AND {_OTHER}",
    "browser_only": f"good AND channel = {BROWSER} AND NOT {_OTHER}",
    "server_only": f"good AND channel = {SERVER} AND NOT {_OTHER}",
    "refused": "NOT good",
}
_ACTIONS = f"""
SELECT {_COLUMNS} FROM event
WHERE first IS NULL AND (:before = 0 OR id < :before) AND (:id = 0 OR id = :id)
  AND (:event_name = '' OR event_name = :event_name) AND (:pixel_id = '' OR pixel_id = :pixel_id)
  AND (:event_id = '' OR event_id = :event_id)
  AND (:test_event_code = '' OR test_event_code = :test_event_code
       OR EXISTS (SELECT 1 FROM event t WHERE t.first = event.id AND t.test_event_code = :test_event_code))
  AND ({{state}})
ORDER BY id DESC LIMIT :limit
"""
_COPIES = f"SELECT {_COLUMNS} FROM event WHERE first IN (SELECT value FROM json_each(?)) ORDER BY id"
_NAMESAKES = f"SELECT {_COLUMNS} FROM event WHERE event_id IN (SELECT value FROM json_each(?)) ORDER BY id"
_BROWSERS = "SELECT EXISTS (SELECT 1 FROM event WHERE channel = 1)"
_CHOICES = "SELECT DISTINCT {0} FROM event WHERE {0} IS NOT NULL AND {0} != '' ORDER BY 1 LIMIT 100"

_LOST = {
    "blocked": "The pixel did not run in this browser (blocked, or it never loaded): only the server told of this.",
    "offline": "The browser went offline before the pixel could send its copy: only the server told of this.",
    "none": "The page told this without a pixel, so there is no browser copy.",
    "sent": "The page says that the pixel sent its copy, and it has not come here.",
}
"""What the loader told of a browser's copy, for people."""


def couples(reading: Reading, told: Mapping[str, str], limit: int, **chosen: Any) -> list[dict[str, Any]]:
    """The newest actions, newest first. Runs on the reading thread.

    ``chosen`` narrows them: ``event_name``, ``event_id``, ``pixel_id``, ``test_event_code``, ``state`` (one of
    ``STATES``), ``before`` (the id of an action). ``told`` is what loaders said of the browser's copies, by event id;
    each action has it as ``said``, and is ``absent`` where its server copy has not come and nothing here says why.
    """
    state = _STATE.get(str(chosen.pop("state", "")), "1")
    words: dict[str, object] = {"before": 0, "id": 0, "event_name": "", "pixel_id": "", "event_id": "", "limit": limit}
    words |= {"test_event_code": "", **chosen}
    rows = [Copy(row) for row in reading.select(_ACTIONS.format(state=state), words)]
    copies = _by(reading, _COPIES, [one.id for one in rows], lambda one: one.first)
    alone = [one for one in rows if one.good and not any(two.channel != one.channel for two in copies[one.id])]
    namesakes = _by(reading, _NAMESAKES, [one.event_id for one in alone if one.event_id], lambda one: one.event_id)
    pixel_there = bool(reading.select(_BROWSERS)[0][0]) if alone else True
    found = []
    for one in rows:
        both: dict[str, list[Copy]] = {"browser": [], "server": []}
        for copy in (one, *copies[one.id]):
            both[CHANNELS[copy.channel]].append(copy)
        state = "refused" if not one.good else "deduplicated" if all(both.values()) else f"{CHANNELS[one.channel]}_only"
        others = [two for two in namesakes[one.event_id] if two.id != one.id]
        said = told.get(one.event_id or "", "")
        why = "" if one not in alone else _why(one, others, said, pixel_there)
        by = next((two.deduplicated_by for two in copies[one.id] if two.channel != one.channel), None)
        found.append(
            {
                "id": one.id,
                "received": one.received,
                "pixel_id": one.pixel_id,
                "event_name": one.event_name,
                "event_id": one.event_id,
                "state": state,
                "deduplicated_by": by,
                "why": why or _refusal(one),
                "absent": one.channel == BROWSER and why == NO_SERVER_COPY,
                "said": said,
                **{side: [two.to_json() for two in several] for side, several in both.items()},
            }
        )
    return found


def choices(reading: Reading) -> dict[str, list[str]]:
    """What there is to filter by. Runs on the reading thread."""
    names = ("event_name", "test_event_code", "pixel_id")
    return {name: [str(row[0]) for row in reading.select(_CHOICES.format(name))] for name in names}


class Copy:
    """One copy of an action, without its body."""

    __slots__ = (
        "action_source", "channel", "deduplicated_by", "error", "event_id", "event_name", "event_time", "first", "good",
        "id", "match_keys", "pixel_id", "received", "test_event_code",
    )  # fmt: skip

    def __init__(self, row: Row) -> None:
        self.id, self.received, self.pixel_id, self.channel, self.event_name, self.event_id = row[:6]
        self.event_time, self.action_source, self.good, self.first, self.deduplicated_by = row[6:11]
        self.test_event_code, self.match_keys, self.error = row[11:]

    def to_json(self) -> dict[str, Any]:
        """The copy as it is shown: the names of its match keys, none of their values."""
        return {
            "id": self.id,
            "received": self.received,
            "channel": CHANNELS[self.channel],
            "event_name": self.event_name,
            "event_id": self.event_id,
            "event_time": self.event_time,
            "action_source": self.action_source,
            "test_event_code": self.test_event_code,
            "accepted": bool(self.good),
            "match_keys": [key for key, bit in PRESENT.items() if self.match_keys & bit],
        }


def _by(reading: Reading, query: str, values: Iterable[Any], key: Any) -> defaultdict[Any, list[Copy]]:
    found: defaultdict[Any, list[Copy]] = defaultdict(list)
    wanted = msgspec.json.encode(list(values)).decode()
    for row in reading.select(query, (wanted,)) if wanted != "[]" else ():
        copy = Copy(row)
        found[key(copy)].append(copy)
    return found


def _refusal(one: Copy) -> str:
    """Graph's words for an event that was refused, "" for one that was not."""
    if one.good or not isinstance(one.error, bytes):
        return ""
    error: dict[str, Any] = msgspec.json.decode(one.error)
    said = str(error.get("error_user_msg") or error.get("message") or "")
    if error.get("offender") is False:
        return f"Refused with its whole batch, for another event in it: {said}"
    return said


def _why(one: Copy, others: list[Copy], told: str, pixel_there: bool) -> str:
    """Why an accepted event has no copy on the other channel."""
    mine, other = ("browser", "server") if one.channel == BROWSER else ("server", "browser")
    across = [two for two in others if two.channel != one.channel]
    if one.channel == SERVER and one.action_source != "website":
        return f"An event of {one.action_source or 'no action_source'} has no browser copy."
    if one.event_id is None:
        return (
            f"The {mine}'s copy has no event_id, and no {other} copy with the same fbp or external_id fits it. "
            "Send one id on both channels."
        )
    for two in across:
        if not two.good:
            return f"The {other}'s copy with this id was refused: {_refusal(two)}"
        if two.pixel_id != one.pixel_id:
            return f"The {other} sent this id to another pixel, {two.pixel_id}."
        if two.event_name != one.event_name:
            return f"The {other} sent this id as {two.event_name}: both copies need the same event_name."
        if abs(two.received - one.received) > WINDOW:
            hours = round(abs(two.received - one.received) / 3600)
            return f"The {other}'s copy came {hours} hours apart; copies meet within 48 hours only."
    if one.channel == SERVER and told in _LOST:
        return _LOST[told]
    if one.channel == SERVER and not pixel_there:
        return "No pixel has sent anything here yet."
    return NO_SERVER_COPY if one.channel == BROWSER else "No browser copy with this event_id has come."
