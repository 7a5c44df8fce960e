"""The context: one event on its way, with what may be asked about it, each variable looked up lazily and once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from container.event import Event
from container.hit import Hit

if TYPE_CHECKING:
    from container.component import Cookie, Variable

_NONE: Mapping[str, Any] = {}


@dataclass(slots=True)
class LimitedDataUse:
    """What the configuration says about Meta's Limited Data Use for this event."""

    country: int
    state: int


class Shared(msgspec.Struct):
    """What all events of one hit share, so that they agree: minted ids, cookies to set, the hit's fingerprint."""

    hit: Hit
    minted: dict[str, Any] = msgspec.field(default_factory=dict)
    cookies: list[Cookie] = msgspec.field(default_factory=list)
    _fingerprint: bytes = b""

    def fingerprint(self) -> bytes:
        """32 bytes that are equal for the same hit sent twice: method, path, query, body and visitor."""
        if not self._fingerprint:
            hit = self.hit
            parts = (hit.method, hit.path, hit.query_string, hit.ip, hit.user_agent)
            digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass"))
            digest.update(b"\0" + hit.body)
            self._fingerprint = digest.digest()
        return self._fingerprint


class Context:
    """One event, the hit it came with, its consent and the configuration's variables.

    ``consent`` maps each purpose to ``granted``, ``denied`` or ``unset``. ``now`` is the arrival in unix seconds.
    ``index`` is the event's place among the events of its hit. ``notes`` is a list only while somebody traces.
    """

    __slots__ = (
        "_values", "client", "consent", "event", "event_name", "hit", "index", "limited_data_use", "notes", "now",
        "shared", "test_event_code", "variables",
    )  # fmt: skip

    def __init__(
        self,
        event: Event,
        shared: Shared | None = None,
        now: float = 0.0,
        client: str = "",
        variables: Mapping[str, Variable] = _NONE,
        index: int = 0,
        notes: list[str] | None = None,
        *,
        hit: Hit | None = None,
        consent: Mapping[str, str] = _NONE,
    ) -> None:
        self.event = event
        name = event.get("event_name")
        self.event_name = name if isinstance(name, str) else ""
        """The event's name, "" when it has none."""
        self.shared = shared if shared is not None else Shared(hit if hit is not None else Hit("GET", "/"))
        self.hit = self.shared.hit
        """The request the event came with."""
        self.now = now
        self.client = client
        self.variables = variables
        self.index = index
        self.notes = notes
        self.consent = consent
        self.limited_data_use: LimitedDataUse | None = None
        self.test_event_code = ""
        self._values: dict[str, Any] = {}

    def variable(self, name: str) -> Any:
        """The variable's value for this event, or None. Read once; one that asks for itself gets None."""
        values = self._values
        if name in values:
            return values[name]
        variable = self.variables.get(name)
        if variable is None:
            return None
        values[name] = None  # what it is worth to itself
        try:
            values[name] = value = variable.read(self)
        except Exception as error:
            del values[name]  # whoever asks next must fail too, not be told that there is nothing
            error.add_note(f"variable {name}")
            raise
        return value

    def shown(self, event: Event) -> Context:
        """The same moment with another version of the event; variables are asked anew."""
        other = Context(event, self.shared, self.now, self.client, self.variables, self.index, self.notes)
        other.consent = self.consent
        other.limited_data_use = self.limited_data_use
        other.test_event_code = self.test_event_code
        return other

    def note(self, text: str) -> None:
        """Tell the reader of the trace what was left out or mended. Costs nothing when nobody traces."""
        if self.notes is not None and text not in self.notes:
            self.notes.append(text)

    @property
    def stable_id(self) -> str:
        """32 hex digits that are the same whenever the same hit is sent again, different for each of its events."""
        return hashlib.sha256(self.shared.fingerprint() + str(self.index).encode()).hexdigest()[:32]

    def chance(self, label: str) -> int:
        """A 64-bit number that looks random but follows from the hit and the moment, so that replay agrees."""
        seed = f"{label}\0{int(self.now * 1000)}".encode()
        return int.from_bytes(hashlib.sha256(self.shared.fingerprint() + seed).digest()[:8], "big")
