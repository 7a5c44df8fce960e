"""The file: what a tag template may hold, declared once for decoding, messages and docs."""

from __future__ import annotations

from typing import Any

from container.jsonpath import JsonPath as Path
from container.kinds import (
    Boolean,
    Choice,
    Duration,
    Group,
    Integer,
    JsonPath,
    ListOf,
    MapOf,
    Number,
    Text,
    Value,
)
from container.outgoing.body import Body
from container.outgoing.person import KNOWN
from container.outgoing.written import BodyKind
from container.schema import Options, option
from container.template.answers import Answer, Conditions, Statuses

KINDS = ("text", "secret", "integer", "number", "boolean", "choice", "list", "mapping", "expression", "fields")
"""The words for what an option may hold."""

EVENT_NAMES = frozenset({"cookie", "event_id", "event_name", "option", "page", "person", "time"})
"""What an expression of a payload may name beside ``event``, ``consent`` and ``client``."""

REQUEST_NAMES = frozenset({"option", "payload", "payloads"})
"""What an expression of a request may name: it is made when many events leave together, so it knows none of them."""

PERSON = KNOWN

_DEFAULT_ID = '"{{ event_id }}"'


class OptionLines(Options):
    """One option of the tag type."""

    kind: str = option(Choice(*KINDS), "What it holds.", default="text")
    help: str = option(Text(), "One sentence for its user, with a full stop.")
    default: Any = option(
        Value(), "What it is when nobody writes it; without it the option must be written.", default=None
    )
    optional: bool = option(Boolean(), "It may be left out, and is then not there.", default=False)
    choices: list[str] = option(ListOf(Text()), "The words of a choice.", default=[])
    pattern: str = option(Text(), "A regular expression that the whole text must match.", default="")
    example: str = option(Text(), "A text that does, for the message about one that does not.", default="")
    least: float | None = option(Number(), "The smallest number.", default=None)
    most: float | None = option(Number(), "The largest number.", default=None)


class RequestLines(Options):
    """How payloads become a request: made when it is sent, so that secrets may stand in it."""

    path: Body = option(BodyKind(REQUEST_NAMES), "The path below the endpoint.")
    method: str = option(Choice("POST", "PUT", "PATCH", "GET"), "The method.", default="POST")
    query: dict[str, Body] = option(MapOf(BodyKind(REQUEST_NAMES)), "Parameters of the query.", default={})
    headers: dict[str, Body] = option(MapOf(BodyKind(REQUEST_NAMES)), "Headers.", default={})
    body: Body = option(
        BodyKind(REQUEST_NAMES),
        'The JSON around the payloads, with "{{ payloads }}" where their list goes, or "{{ payload }}" for one.',
        default=None,
    )


class AnswerLines(Options):
    """One rule about the vendor's answer; the first that fits decides."""

    then: str = option(Choice("done", "later", "split", "bury", "park"), "What becomes of the payloads.")
    status: frozenset[int] | None = option(Statuses(), "The statuses it is about; any without it.", default=None)
    where: dict[Path, frozenset[str]] = option(
        Conditions(), "JSONPaths into the answer with the value, or the values, to be found there.", default={}
    )

    def rule(self) -> Answer:
        """The rule at work."""
        return Answer(self.then, self.status, tuple(self.where.items()))


class ExampleLines(Options):
    """An event, and the payload that must come of it."""

    event: Any = option(Value(), "The event: common event data.")
    options_: Any = option(Value(), "Options of the tag; secrets may be left out.", default={})
    cookies: Any = option(Value(), "The visitor's cookies.", default={})
    at: str = option(Text(), "When it arrives.", default="2026-03-01T12:00:00Z")
    sends: Any = option(Value(), "The whole payload.", default=None)
    suppressed: str = option(Text(), "The reason for which nothing is sent.", default="")


class Face(Options):
    """What is seen of a type of tag from outside: by explain, the schema and the loader."""

    description: str = option(Text(), "What the tag does, for tagdock explain; the first paragraph is its summary.")
    endpoint: str = option(
        Text(r"https?://[^\s/?#{}@]+(/[^\s?#{}]*)?", example="https://api.vendor.example"),
        "Where the vendor's API is; a user may point it elsewhere.",
    )
    options_: dict[str, OptionLines] = option(MapOf(Group(OptionLines)), "What the tag can be told.", default={})
    advertising: bool = option(
        Boolean(), "The vendor is an advertising system, so that lint asks for consent.", default=False
    )
    batch: int = option(Integer(1, 10_000), "The most payloads of one request.", default=1)
    oldest: float = option(Duration(), "The age past which the vendor does not take an event.", default=86400.0)


class TemplateFile(Face):
    """A type of tag: what may be configured, what is made of an event, how it is sent and what answers mean."""

    request: RequestLines = option(Group(RequestLines), "How payloads become a request.")
    payload: Body = option(BodyKind(EVENT_NAMES, only_mapping=True), "What one event becomes.")
    events: dict[str, str] = option(MapOf(Text()), "Event names here -> names at the vendor.", default={})
    other_events: str = option(
        Choice("as_is", "suppress"), "What becomes of an event with another name.", default="as_is"
    )
    deduplicated_by: Body = option(
        BodyKind(EVENT_NAMES), "The id by which the vendor, and the outbox, know a copy of an event.", default=None
    )
    suppress: dict[str, Body] = option(
        MapOf(BodyKind(EVENT_NAMES)), "A reason -> an expression that is true when nothing may be sent.", default={}
    )
    answers: list[AnswerLines] = option(ListOf(Group(AnswerLines)), "What answers mean, before HTTP's own.", default=[])
    accepted: Any = option(
        Value(), "An answer that means success, as JSON; the sandbox's stand-in gives it.", default={}
    )
    reason: Path | None = option(JsonPath(), "Where the vendor's words are in a refusal.", default=None)
    examples: dict[str, ExampleLines] = option(MapOf(Group(ExampleLines)), "The template's tests.", default={})
