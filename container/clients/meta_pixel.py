"""The meta_pixel client: hits of Meta's browser pixel and of its gateway script become events."""

from __future__ import annotations

from container.component import Answer, Client, Incoming, Reading
from container.event import DROP
from container.hit import Hit, glance_parameter
from container.kinds import Boolean, Choice, ListOf, Text
from container.meta.names import AUTOMATIC
from container.pixel.gateway import MARK, read_gateway
from container.pixel.loader import SENT, add_loader
from container.pixel.parameters import read_parameters
from container.pixel.reading import read_event
from container.reading import Unreadable
from container.schema import option

_PIXEL = ("/tr", "/tr/")
_TWIN = ("/privacy_sandbox/pixel/register/trigger", "/privacy_sandbox/pixel/register/trigger/")
_PATHS = _PIXEL + _TWIN
_GATEWAY = ("/events", "/events/")

_DOT = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00"
    b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
_FRESH = (("Cache-Control", "no-cache, no-store"),)
_IMAGE = Answer(200, _DOT, "image/gif", _FRESH)
# Not 204: a form posted into a hidden frame is only cleared away by the script once the frame has loaded.
_EMPTY = Answer(200, b"", "text/plain", _FRESH)


class MetaPixelClient(Client):
    """Reads what Meta's browser pixel sends: `/tr` under any prefix, by image, form, beacon or without script.

    Point the pixel, or a proxied copy of it, at this server. The copy the script sends to the Privacy Sandbox is
    answered and shown but never sent on, since the same event also comes to `/tr`; the same goes for the events the
    script makes up by itself. The request of the Conversions API Gateway's script (`POST /events`) is understood as
    well. The pixel says nothing about consent: grant it with `consent` in the configuration. Hits of tagdock's own
    loader say what the page told it.
    """

    pixel_ids: list[str] = option(
        ListOf(Text()), "The pixels whose hits are routed; hits of others are answered only. Empty: all.", default=[]
    )
    automatic: str = option(
        Choice("drop", "keep"), "What to do with events the script makes up by itself: drop or keep.", default="drop"
    )
    automatic_events: list[str] = option(
        ListOf(Text()), "The names of the events the script makes up by itself.", default=list(AUTOMATIC)
    )
    paths_: list[str] = option(
        ListOf(Text("/.*", example="/pixel")), "Further request paths that carry the pixel's hits.", default=[]
    )
    gateway: bool = option(
        Boolean(), "Whether to read the Conversions API Gateway's POST /events as well.", default=True
    )

    def ready(self) -> None:
        self._paths = frozenset(self.paths_)
        self._pixels = frozenset(self.pixel_ids)
        self._automatic = frozenset(self.automatic_events if self.automatic == "drop" else ())

    def paths(self) -> tuple[str, ...]:
        """The paths it answers; its own under any prefix, those of the option as they are."""
        return (*_PATHS, *_GATEWAY, *self.paths_) if self.gateway else (*_PATHS, *self.paths_)

    def claims(self, hit: Hit) -> bool:
        """GET or POST on one of its paths; on `/events` only a POST whose body is the gateway's."""
        if hit.path.endswith(_PATHS) or hit.path in self._paths:
            return hit.method in ("GET", "POST")
        return self.gateway and hit.method == "POST" and hit.path.endswith(_GATEWAY) and MARK in hit.body

    def glance(self, hit: Hit) -> tuple[str, Answer] | None:
        if hit.method != "GET":
            return None
        name = glance_parameter(hit.query_string, "ev", last=False).strip()
        return (name, _IMAGE) if name else None

    def read(self, hit: Hit, now: float) -> Reading:
        """One event a hit, none for one that names neither pixel nor event."""
        answer = _IMAGE if hit.method == "GET" else _EMPTY
        if hit.body[:1] == b"{" and hit.method == "POST":
            try:
                found = read_gateway(hit)
            except Unreadable as error:
                return Reading([], answer, [f"the body {error}"])
        else:
            found = read_parameters(hit)
        notes = list(found.notes)
        event = read_event(found, hit, now, notes)
        if "pixel_id" not in event and "event_name" not in event:
            return Reading([], answer, ["neither id nor ev: not a pixel's hit"])
        consent = add_loader(event, found.plain, notes) if SENT in found.plain else {}
        reason = self._reason(event.get("event_name", ""), event.get("pixel_id", ""), found.plain.get("rqm", ""), hit)
        if reason:
            event[DROP] = reason
            notes.append(reason)
        return Reading([Incoming(event, consent, notes=notes)], answer)

    def _reason(self, name: str, pixel: str, form: str, hit: Hit) -> str:
        """Why no tag may see the event, or ""."""
        if form == "FGET" or hit.path.endswith(_TWIN):
            return "privacy sandbox twin of a /tr hit"
        if not name:
            return "the hit names no event"
        if name in self._automatic:
            return "automatic event of the pixel"
        if self._pixels and pixel not in self._pixels:
            return "the pixel is not in pixel_ids"
        return ""
