"""The component: what a client, variable, condition, transformation or tag is, and the values they exchange."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import msgspec

from container.event import Event
from container.hit import Hit
from container.problem import Complaint
from container.record import EventRecord
from container.schema import Options

if TYPE_CHECKING:
    from container.context import Context


class Component(Options):
    """A word of config.yaml. Its docstring explains it; its options are class attributes made by ``option()``.

    ``type`` is the word, which is the name of the component's file; the registry sets it.
    """

    type: ClassVar[str] = ""

    def complaints(self) -> Iterable[Complaint]:
        """What is wrong with the options taken together; told to the user with the option's place."""
        return ()


class Incoming(msgspec.Struct):
    """One event as a client read it.

    ``consent`` maps a purpose to ``granted`` or ``denied`` as the site *explicitly* said; a missing purpose is unset.
    ``implicit`` holds what the sender assumed for the region where the site said nothing. ``notes`` name what was odd.
    """

    event: Event
    consent: dict[str, str] = msgspec.field(default_factory=dict)
    implicit: dict[str, str] = msgspec.field(default_factory=dict)
    notes: list[str] = msgspec.field(default_factory=list)


class Cookie(msgspec.Struct):
    """A first-party cookie to set with the answer. ``max_age`` is in seconds; ``domain`` "" means this host only."""

    name: str
    value: str
    max_age: int
    domain: str = ""
    http_only: bool = False
    same_site: Literal["lax", "strict", "none"] = "lax"
    secure: bool = True


class Answer(msgspec.Struct):
    """What the sender of a hit gets back. CORS headers and cookies are added by the web layer."""

    status: int = 200
    body: bytes = b""
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()


class Reading(msgspec.Struct):
    """All a client made of one hit: its events in order, the answer, and notes about the hit as a whole."""

    incoming: list[Incoming]
    answer: Answer = msgspec.field(default_factory=Answer)
    notes: list[str] = msgspec.field(default_factory=list)
    cookies: list[Cookie] = msgspec.field(default_factory=list)


MOST_EVENTS = 100
"""The most events of one hit that are routed; gtag sends 20 at most, the Measurement Protocol 25."""


class Client(Component):
    """Recognises one kind of hit and reads it into events."""

    priority: ClassVar[int] = 0
    """Clients are asked in falling order of priority, then in the order of the file."""

    def claims(self, hit: Hit) -> bool:
        """Whether this client understands the hit. Must be cheap: every client is asked for every hit."""
        raise NotImplementedError  # pragma: no cover - abstract

    def read(self, hit: Hit, now: float) -> Reading:
        """Read the hit; ``now`` is the arrival in unix seconds. Never raises, whatever the hit holds."""
        raise NotImplementedError  # pragma: no cover - abstract

    def glance(self, hit: Hit) -> tuple[str, Answer] | None:
        """The name of the hit's only event, and the answer, where a look tells both without reading the rest.

        Lets routing answer at once a hit whose event no tag could fire for, which on most sites is most of them. None
        when only ``read`` tells: several events, none, a name written oddly, or a reading that has effects of its own.
        """
        return None

    def event_names(self) -> frozenset[str] | None:
        """The only names its events can have, or None when there may be any; for checks of the configuration."""
        return None

    def tells_consent(self) -> bool:
        """Whether its hits can say anything about consent; for checks of the configuration."""
        return True

    def paths(self) -> tuple[str, ...]:
        """The request paths it listens on, for the check that no two clients want the same hit. May be empty."""
        return ()


class Variable(Component):
    """Something that can be asked of an event."""

    def named(self, name: str) -> None:
        """Told once, at load, what it is called in the file."""

    def read(self, context: Context) -> Any:
        """The value, or None when there is none."""
        raise NotImplementedError  # pragma: no cover - abstract


class Condition(Component):
    """One line of a trigger."""

    def holds(self, context: Context) -> bool:
        """Whether the event meets it."""
        raise NotImplementedError  # pragma: no cover - abstract

    def why(self, context: Context) -> str:
        """The condition and the value it saw, in words; asked only when somebody reads the trace."""
        raise NotImplementedError  # pragma: no cover - abstract

    def missed(self, context: Context) -> str:
        """What does not hold, in words of the file alone: it is written down, so no value of a hit may be in it."""
        return self.type

    def event_names(self) -> frozenset[str] | None:
        """The only event names it can hold for, or None when any name may do. Lets routing skip tags by name."""
        return None


class Transformation(Component):
    """A change to an event before triggers, or before chosen tags, look at it."""

    def apply(self, context: Context) -> Event:
        """The changed event. The one it was given stays as it was: tags may be shown different versions."""
        raise NotImplementedError  # pragma: no cover - abstract


class Payload(msgspec.Struct):
    """One vendor event made from one event. ``body`` is JSON-compatible and holds no token and no raw identifier.

    ``destinations`` are opaque to everybody but the tag: payloads of one tag and one destination may share a request.
    """

    event_name: str
    event_id: str
    body: dict[str, Any]
    destinations: tuple[str, ...] = ("",)
    identifiers: tuple[str, ...] = ()
    """The names of the identifiers in it, those that are hashed with a ``#`` before them, in a settled order."""
    limited: bool = False
    """Whether the vendor is told to limit its use of the data."""


class Suppressed(msgspec.Struct):
    """The tag's decision not to send, and why, in a few words that the trace and the books repeat."""

    reason: str


class Entry(msgspec.Struct):
    """One payload for one destination, on its way into the outbox.

    ``body`` is JSON without a token; ``time`` is the acceptance in unix seconds. An empty ``event_id`` means that the
    payload cannot be told from another one, so it is never suppressed. ``client`` is the client that read the event.
    """

    tag: str
    destination: str
    event_name: str
    event_id: str
    body: bytes
    time: float
    client: str = ""
    identifiers: tuple[str, ...] = ()
    limited: bool = False
    record: EventRecord | None = None
    """What is written down about the event it was made of; shared by all payloads of that event."""


class Request(msgspec.Struct):
    """One HTTP request to a vendor."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes


class Response(msgspec.Struct):
    """The vendor's answer. Status 0 means there was none; ``failure`` then says what happened on the way."""

    status: int
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    body: bytes = b""
    failure: str = ""


class Verdict(msgspec.Struct):
    """What a response means for the payloads of its request.

    ``done``: accepted. ``later``: try the same again, not before ``retry_after`` seconds when given. ``split``: refused
    because of one of them, try smaller requests; a single payload is buried. ``bury``: never send again. ``park``: the
    destination itself is refused (token, permission), keep everything until somebody mends it. ``at`` is the place in
    the request of the payload at fault, from 0, when the vendor says which it is: that one is tried alone first.
    """

    action: Literal["done", "later", "split", "bury", "park"]
    reason: str = ""
    retry_after: float | None = None
    at: int | None = None


class Tag(Component):
    """Turns an event into one vendor payload, and many payloads into one request. It never sends."""

    advertising: bool = False
    """Whether it hands data to an advertising system, so that lint can ask for consent."""

    batch_limit: int = 1
    """The most payloads the vendor takes in one request."""

    oldest: float = 24 * 3600.0
    """Seconds after acceptance past which the vendor would refuse or double-count a payload."""

    sandbox: str = ""
    """The path of the local stand-in that replaces ``endpoint`` while ``delivery.to`` is ``sandbox``."""

    sandbox_answer: bytes = b"{}"
    """What the general stand-in answers to its requests: JSON that means success."""

    endpoint: str = ""

    def build(self, context: Context) -> Payload | Suppressed:
        """One vendor event. Hashes personal data; leaves out, and notes, every field that cannot be valid."""
        raise NotImplementedError  # pragma: no cover - abstract

    def pack(self, destination: str, bodies: Sequence[bytes], endpoint: str) -> Request:
        """One request for payloads of one destination. ``bodies`` are JSON as the outbox kept them; adds the token."""
        raise NotImplementedError  # pragma: no cover - abstract

    def judge(self, response: Response, count: int) -> Verdict:
        """What the vendor's answer to a request of ``count`` payloads means."""
        raise NotImplementedError  # pragma: no cover - abstract
