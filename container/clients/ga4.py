"""The ga4 client: hits of gtag.js and of everything else that speaks Google Analytics 4's protocol v2."""

from __future__ import annotations

from collections.abc import Iterator

from container.component import MOST_EVENTS, Answer, Client, Incoming, Reading
from container.event import DROP
from container.ga4.fields import Fields
from container.ga4.first_party_id import FirstPartyId
from container.hit import MOST_ESCAPES, MOST_PARAMETERS, Hit, glance_parameter, readable
from container.kinds import Boolean, Group, ListOf, Text
from container.schema import option

MOST_CHARACTERS = 512 * 1024
"""Characters of parameters read from one body, those of the URL counted with each event they belong to: else a long URL
above many short lines would cost a hundredfold. A full batch of gtag's stays below a tenth of it."""

_MOST_LINES = 1000
_FOREIGN = "the stream is not in measurement_ids"
_GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")
_NO_CACHE = (("cache-control", "no-cache"),)
_EMPTY = Answer(204, headers=_NO_CACHE)
_STREAM = Answer(200, content_type="text/event-stream", headers=_NO_CACHE)
_IMAGE = Answer(200, body=_GIF, content_type="image/gif", headers=_NO_CACHE)


class Ga4Client(Client):
    """Reads Google Analytics 4 hits: gtag.js, Google Tag Manager and whatever else sends protocol v2.

    Listens on ``/g/collect`` and ``/ag/g/c`` below any prefix, by GET and POST, alone or in batches.
    """

    paths_: list[str] = option(
        ListOf(Text("/.*", example="/metrics")), "Further request paths that carry GA4 hits.", default=[]
    )
    any_path: bool = option(
        Boolean(), "Whether a hit with v=2 and tid in its query is taken on every other path too.", default=True
    )
    measurement_ids: list[str] = option(
        ListOf(Text()),
        "The streams whose hits are routed; hits of others are answered and shown, never sent on. Empty: all.",
        default=[],
    )
    first_party_id: FirstPartyId | None = option(
        Group(FirstPartyId), "Keeps a client id of the server's own in a cookie; off unless given.", default=None
    )

    def ready(self) -> None:
        self._paths = frozenset(self.paths_)
        self._streams = frozenset(self.measurement_ids)

    def claims(self, hit: Hit) -> bool:
        if hit.method not in ("GET", "POST"):
            return False
        path = hit.path
        if path.endswith(("/g/collect", "/ag/g/c")) or path in self._paths:
            # Universal Analytics speaks v=1 on paths that look alike; gtag.js begins with its v=2.
            return hit.query_string.startswith("v=2&") or hit.query.get("v") != "1"
        if not self.any_path or path.endswith("/mp/collect"):
            return False
        text = hit.query_string
        return "v=2" in text and "tid=" in text and hit.query.get("v") == "2" and "tid" in hit.query

    def glance(self, hit: Hit) -> tuple[str, Answer] | None:
        if hit.body or self.first_party_id is not None:
            return None
        name = glance_parameter(hit.query_string, "en", last=True)
        return (name, _answer(hit)) if name else None

    def read(self, hit: Hit, now: float) -> Reading:
        notes: list[str] = []
        shared = Fields().take(readable(hit.query_string))
        incoming: list[Incoming] = []
        if hit.body:
            incoming = [fields.read(hit) for fields in _lines(hit, shared, notes)]
        if not incoming and shared.event_name:
            incoming = [shared.read(hit)]
        if not incoming:
            notes.append("the hit holds no event: neither its URL nor a line of its body has en")
        if self._streams:
            self._drop_foreign(incoming, notes)
        cookies = [] if self.first_party_id is None else self.first_party_id.apply(hit, incoming, now)
        return Reading(incoming, _answer(hit), notes, cookies)

    def _drop_foreign(self, incoming: list[Incoming], notes: list[str]) -> None:
        """Let no tag see events of streams that are not routed."""
        foreign = [one.event for one in incoming if one.event.get("x-ga-measurement_id") not in self._streams]
        for event in foreign:
            event[DROP] = _FOREIGN
        if foreign:
            notes.append(_FOREIGN)

    def paths(self) -> tuple[str, ...]:
        return ("/g/collect", "/ag/g/c", *self.paths_)


def _lines(hit: Hit, shared: Fields, notes: list[str]) -> Iterator[Fields]:
    """The fields of each event in the body: the URL's parameters overlaid by those of its line."""
    text = readable(hit.text)
    if len(text) < len(hit.text):
        notes.append(f"the body was read up to its {MOST_ESCAPES:,}th percent escape")
    lines = text.split("\n", _MOST_LINES)
    if len(lines) > _MOST_LINES:
        del lines[_MOST_LINES:]
        notes.append(f"only the first {_MOST_LINES} lines of the body were read")
    events = left = 0
    room = MOST_CHARACTERS
    for line in lines:
        if "en=" not in line:
            continue
        if events >= MOST_EVENTS or room <= 0:
            left += 1
            continue
        room -= len(line) + len(hit.query_string)
        line = line.strip("\r ")
        names = [piece for piece in line.split("&", MOST_PARAMETERS) if piece[:3] == "en="]
        if names and len(names[-1]) > 3:
            events += 1
            yield shared.copy().take(line)
    if left:
        notes.append(f"{left} more events of the body were not read: they are too many or too long")


def _answer(hit: Hit) -> Answer:
    if "richsstsse" in hit.query_string:
        return _STREAM  # the page reads it as a stream of events; one without events is an empty body
    headers = hit.headers
    if headers.get("sec-fetch-dest") == "image" or headers.get("accept", "").startswith("image/"):
        return _IMAGE
    return _EMPTY
