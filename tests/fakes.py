"""Small components of our own: a client that reads events as JSON, tags that show, refuse or fail, other parts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from container.component import (
    Answer,
    Client,
    Incoming,
    Payload,
    Reading,
    Suppressed,
    Tag,
    Transformation,
    Variable,
)
from container.config.document import Binding, Change, Configuration, ConsentSection, Trigger
from container.context import Context
from container.event import Event
from container.hit import Hit
from triggers.event import EventCondition
from triggers.operators import Comparison
from triggers.where import WhereCondition

NOW = 1_772_366_400.0


class SpokenClient(Client):
    """Reads a body ``[{"event": {...}, "consent": {...}, "implicit": {...}}]`` below its path."""

    type = "spoken"

    def __init__(self, path: str = "/", priority: int = 0) -> None:
        super().__init__()
        self.path = path
        self.priority = priority  # type: ignore[misc]

    def claims(self, hit: Hit) -> bool:
        return hit.path.startswith(self.path)

    def read(self, hit: Hit, now: float) -> Reading:
        return Reading([Incoming(**one) for one in json.loads(hit.body or b"[]")], Answer(204))


class ClumsyClient(SpokenClient):
    """Fails at every hit, with the hit's text in the error."""

    def read(self, hit: Hit, now: float) -> Reading:
        raise KeyError(hit.text)


class ShowTag(Tag):
    """Sends what it was shown, to every destination it has."""

    type = "show"

    def __init__(self, *destinations: str, pick: Callable[[Context], Any] | None = None) -> None:
        super().__init__()
        self.destinations = destinations or ("",)
        self.pick = pick

    def build(self, context: Context) -> Payload | Suppressed:
        body = {"event": context.event} if self.pick is None else {"picked": self.pick(context)}
        return Payload(context.event_name, str(context.event.get("event_id", "")), body, self.destinations)


class RefusingTag(Tag):
    """Decides against every event."""

    type = "refusing"

    def build(self, context: Context) -> Payload | Suppressed:
        context.note("looked at it")
        return Suppressed("not worth sending")


class FailingTag(Tag):
    """Fails, with the event in the error's text."""

    type = "failing"

    def build(self, context: Context) -> Payload | Suppressed:
        raise ValueError(str(context.event))


class UnwritableTag(Tag):
    """Builds what JSON has no form for."""

    type = "unwritable"

    def build(self, context: Context) -> Payload | Suppressed:
        return Payload("x", "1", {"surrogate": "\ud800"})


class FieldVariable(Variable):
    """A field of the event; counts how often it was read."""

    type = "field"

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.reads = 0

    def read(self, context: Context) -> Any:
        self.reads += 1
        return context.event.get(self.name)


class SetTransformation(Transformation):
    """Sets fields."""

    type = "set"

    def __init__(self, **fields: Any) -> None:
        super().__init__()
        self.fields = fields

    def apply(self, context: Context) -> Event:
        return {**context.event, **self.fields}


class FailingTransformation(Transformation):
    """Fails, with the event in the error's text."""

    type = "failing"

    def apply(self, context: Context) -> Event:
        raise RuntimeError(str(context.event))


def named(*names: str) -> Trigger:
    """A trigger on event names, called after the first."""
    return Trigger(f"on_{names[0]}", [EventCondition(names=list(names))])


def where(name: str, subject: str, word: str, wanted: Any) -> Trigger:
    """A trigger on one comparison."""
    return Trigger(name, [WhereCondition(values={subject: Comparison([(word, wanted)])})])


ALWAYS = Trigger("always", [])


def binding(
    name: str,
    tag: Tag,
    *fires_on: Trigger,
    blocked_by: tuple[Trigger, ...] = (),
    needs_consent: tuple[str, ...] = (),
    changes: tuple[Change, ...] = (),
) -> Binding:
    """A tag as the file binds it; without a trigger it fires always."""
    return Binding(name, tag, fires_on or (ALWAYS,), blocked_by, needs_consent, changes)


def container(
    *bindings: Binding,
    clients: Mapping[str, Client] | None = None,
    variables: Mapping[str, Variable] | None = None,
    triggers: tuple[Trigger, ...] = (),
    changes: tuple[Change, ...] = (),
    consent: ConsentSection | None = None,
) -> Configuration:
    """A configuration made of parts, with one client that reads everything."""
    return Configuration(
        clients=dict(clients) if clients is not None else {"spoken": SpokenClient()},
        variables=dict(variables or {}),
        triggers={one.name: one for one in triggers},
        consent=consent or ConsentSection(),
        changes=changes,
        bindings=bindings,
    )


def spoken(*events: Any, path: str = "/", **parts: Any) -> Hit:
    """A hit with these events; ``parts`` (consent, implicit, notes) go with the only one."""
    incoming = [{"event": event, **parts} for event in events]
    return Hit("POST", path, body=json.dumps(incoming).encode(), id="h")
