"""The measurement_protocol client: events that back ends and apps post as JSON, as to Google Analytics 4."""

from __future__ import annotations

from hmac import compare_digest
from typing import Any

import msgspec

from container.component import Answer, Client, Reading
from container.ga4.measurement import plain_names, read_events
from container.ga4.validation import MOST_EVENTS, validate
from container.hit import Hit
from container.kinds import ListOf, Secret, SecretText, Text
from container.reading import Unreadable, read_json
from container.schema import option

_TAKEN = Answer(204)


class MeasurementProtocolClient(Client):
    """Reads Measurement Protocol bodies (GA4, JSON) on ``/mp/collect``, below any prefix.

    ``/debug/mp/collect`` validates a body, answers as Google's validation server does, and routes nothing.
    """

    api_secret: SecretText | None = option(
        Secret(),
        "The api_secret senders must give in the query; without it a hit is refused. Unset: everybody may send.",
        default=None,
        bare=True,
    )
    paths_: list[str] = option(
        ListOf(Text("/.*", example="/events")), "Further request paths that carry such bodies.", default=[]
    )

    def ready(self) -> None:
        self._paths = frozenset(self.paths_)
        self._secret = (self.api_secret or "").encode()

    def claims(self, hit: Hit) -> bool:
        return hit.method == "POST" and (hit.path.endswith("/mp/collect") or hit.path in self._paths)

    def read(self, hit: Hit, now: float) -> Reading:
        refused = self._refusal(hit)
        if refused is not None:
            return refused
        notes: list[str] = []
        body, wrong = _decode(hit.body, notes)
        if hit.path.endswith("/debug/mp/collect"):
            return _validation(body, hit, now)
        # As Google's: whatever the body holds, the sender is thanked. What is wrong is said in the notes.
        if not isinstance(body, dict):
            return Reading([], _TAKEN, [f"the body {wrong}"])
        events = body.get("events")
        if not isinstance(events, list):
            return Reading([], _TAKEN, [*notes, "the body has no list of events"])
        if len(events) > MOST_EVENTS:
            notes.append(f"only the first {MOST_EVENTS} of {len(events)} events were read")
        named = []
        for place, one in enumerate(events[:MOST_EVENTS]):
            if isinstance(one, dict) and isinstance(one.get("name"), str) and one["name"]:
                named.append(one)
            else:
                notes.append(f"the event at index {place} has no name and was left out")
        return Reading(read_events(body, named, hit, now), _TAKEN, notes)

    def paths(self) -> tuple[str, ...]:
        return ("/mp/collect", "/debug/mp/collect", *self.paths_)

    def _refusal(self, hit: Hit) -> Reading | None:
        if not self._secret:
            return None
        given = hit.query.get("api_secret", "")
        if not given:
            return Reading([], Answer(401), ["refused: the query has no api_secret"])
        if not compare_digest(given.encode("utf-8", "replace"), self._secret):
            return Reading([], Answer(403), ["refused: the api_secret is not the configured one"])
        return None


def _decode(body: bytes, notes: list[str]) -> tuple[Any, str]:
    """The JSON of a body with its documented names, or None and what is wrong with it."""
    try:
        found = read_json(body, notes, any_depth=True)
    except Unreadable as error:
        return None, str(error)
    return (plain_names(found), "") if isinstance(found, dict) else (None, "is not a JSON object")


def _validation(body: Any, hit: Hit, now: float) -> Reading:
    answer = msgspec.json.encode({"validationMessages": validate(body, hit.query, now)})
    notes = ["validated only: the debug path routes nothing"]
    return Reading([], Answer(200, answer, "application/json"), notes)
