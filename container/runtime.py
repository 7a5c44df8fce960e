"""The runtime: one hit through clients, consent, triggers and tags, reading no clock, disk or network."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec

from container.basis import basis
from container.component import MOST_EVENTS, Answer, Client, Cookie, Entry, Incoming, Reading, Suppressed
from container.config.document import Binding, Configuration, Trigger
from container.consent import NOTHING_SAID, UNSET, ConsentPolicy
from container.context import Context, Shared
from container.event import CONSENT_REFUSED, DROP
from container.hit import Hit
from container.record import ConsentState, Decision, EventRecord
from container.trace import EventTrace, TagTrace, Trace

NOBODY = Answer(404, b"no client of this container reads such a hit\n", "text/plain; charset=utf-8")

_LONGEST = 200
"""Characters of a name or an id that are written down."""

_decision = lru_cache(maxsize=1024)(Decision)
"""The same few decisions are made about nearly all events."""

_encode = msgspec.json.Encoder().encode


class Routed(msgspec.Struct):
    """What came of a hit: who took it, what to answer, what to deliver; the trace when it was asked for."""

    client: str | None
    answer: Answer
    outgoing: list[Entry] = msgspec.field(default_factory=list)
    cookies: list[Cookie] = msgspec.field(default_factory=list)
    suppressed: list[tuple[str, str]] = msgspec.field(default_factory=list)
    events: int = 0
    failures: list[str] = msgspec.field(default_factory=list)
    records: list[EventRecord] = msgspec.field(default_factory=list)
    """Of every event that a tag listens for, in order."""
    trace: Trace | None = None


def route(
    hit: Hit, configuration: Configuration, now: float, *, explain: bool = False, test_event_code: str = ""
) -> Routed:
    """Route one hit at one moment (unix seconds).

    With ``explain`` every tag is asked, also those that cannot fire, and the trace says why. Without it nothing is
    written down: only what leaves is worked out. Never raises, whatever the hit holds.
    """
    failures: list[str] = []
    claiming = configuration.clients_by_priority
    for name, client in claiming:
        if _claims(name, client, hit, failures):
            break
    else:
        problems = [*failures, "no client claims the hit"]
        trace = Trace(hit.id, None, NOBODY.status, problems=problems) if explain else None
        return Routed(None, NOBODY, failures=failures, trace=trace)
    try:
        if not explain and not configuration.changes:
            seen = client.glance(hit)
            if seen is not None and not configuration.candidates(seen[0]):
                return Routed(name, seen[1], events=1, failures=failures)
        reading = client.read(hit, now)
    except Exception as error:  # noqa: BLE001 - a client must not fail; if it does, the sender still gets an answer
        failures.append(f"client {name} failed: {type(error).__name__}")
        reading = Reading([], Answer(400, b"the hit cannot be read\n", "text/plain; charset=utf-8"), failures[-1:])
    routed = Routed(name, reading.answer, cookies=reading.cookies, failures=failures)
    shared = Shared(hit, cookies=routed.cookies)
    if explain:
        routed.trace = Trace(hit.id, name, reading.answer.status, problems=list(reading.notes))
        later = claiming[claiming.index((name, client)) + 1 :]
        others = [other for other, one in later if _claims(other, one, hit, failures)]
        if others:
            text = f"{name} took the hit before {', '.join(others)}, which could read it too"
            routed.trace.problems.append(text)
    if len(reading.incoming) > MOST_EVENTS and routed.trace is not None:
        routed.trace.problems.append(f"{len(reading.incoming)} events in one hit; the first {MOST_EVENTS} were routed")
    policy = _policy(configuration)
    for index, incoming in enumerate(reading.incoming[:MOST_EVENTS]):
        notes = list(incoming.notes) if explain else None
        context = Context(incoming.event, shared, now, name, configuration.variables, index, notes)
        if test_event_code:
            context.test_event_code = test_event_code
        _event(context, incoming, configuration, policy, routed, explain)
    return routed


def _claims(name: str, client: Client, hit: Hit, failures: list[str]) -> bool:
    """Whether the client takes the hit; one that raises claims nothing, its failure is told."""
    try:
        return client.claims(hit)
    except Exception as error:  # noqa: BLE001 - as above: the others are asked all the same
        failures.append(f"client {name} failed: {type(error).__name__}")
        return False


def _policy(configuration: Configuration) -> ConsentPolicy:
    """The consent section at work, made once for each configuration."""
    policy: ConsentPolicy | None = configuration.derived.get("consent")
    if policy is None:
        policy = configuration.derived["consent"] = ConsentPolicy(configuration.consent, configuration.triggers)
    return policy


def _event(
    context: Context,
    incoming: Incoming,
    configuration: Configuration,
    policy: ConsentPolicy,
    routed: Routed,
    explain: bool,
) -> None:
    routed.events += 1
    failure = ""
    words = NOTHING_SAID
    try:
        for change in configuration.changes:
            context = context.shown(change.transformation.apply(context))
        consent = policy.state(incoming, context)
        context.consent, words = consent
        context.limited_data_use = policy.limited_data_use(context)
    except Exception as error:  # noqa: BLE001 - a component failed: no tag may see what it should have changed
        failure = f"{_named(error)} before the tags"
        routed.failures.append(failure)
    candidates = configuration.candidates(context.event_name)
    drop = context.event.get(DROP)
    if routed.trace is None:
        if candidates:
            record = _record(context, words)
            record.decisions = tuple(
                [
                    _decision(binding.name, "failed", "")
                    if failure
                    else _dropped(binding, drop, routed, None)
                    if drop is not None and isinstance(drop, str)
                    else _decide(binding, triggers, context, policy, routed, record, None)
                    for binding, triggers in candidates
                ]
            )
            routed.records.append(record)
        return
    event_trace = EventTrace(context.event, context.consent or UNSET, [], incoming.implicit)
    event_trace.notes = context.notes if context.notes is not None else []
    event_trace.incoming, event_trace.context, event_trace.said = incoming, context, words
    routed.trace.events.append(event_trace)
    record = _record(context, words)
    listening = {binding.name for binding, _ in candidates}
    decisions = []
    for binding in configuration.bindings:
        trace = TagTrace(binding.name, binding.tag.type, "failed", failure)
        decision = _decision(binding.name, "failed", "")
        if not failure and isinstance(drop, str) and binding.name in listening:
            decision = _dropped(binding, drop, routed, trace)
        elif not failure:
            decision = _decide(binding, binding.fires_on, context, policy, routed, record, trace)
        if binding.name in listening:
            decisions.append(decision)
        event_trace.tags.append(trace)
    if candidates:
        record.decisions = tuple(decisions)
        routed.records.append(record)


def _record(context: Context, words: ConsentState) -> EventRecord:
    event = context.event
    identity = _written(event.get("event_id"))
    order = _written(event["transaction_id"]) if "transaction_id" in event else ""
    name = context.event_name[:_LONGEST]
    return EventRecord(context.now, context.client, name, identity, order, words, (), basis(event))


def _written(value: Any) -> str:
    """An id as text, "" when it is none."""
    if type(value) is str:
        return value[:_LONGEST]
    return str(value)[:_LONGEST] if type(value) is int and abs(value) < 1 << 64 else ""


def _dropped(binding: Binding, drop: str, routed: Routed, trace: TagTrace | None) -> Decision:
    """The decision about an event that its client lets no tag have: what it would say to a trigger does not matter."""
    outcome = "no_consent" if drop == CONSENT_REFUSED else "suppressed"
    if outcome == "suppressed":
        routed.suppressed.append((binding.name, drop))
    if trace is not None:
        trace.outcome, trace.reason = outcome, drop
    return _decision(binding.name, outcome, drop)


def _decide(
    binding: Binding,
    triggers: tuple[Trigger, ...],
    context: Context,
    policy: ConsentPolicy,
    routed: Routed,
    record: EventRecord,
    trace: TagTrace | None,
) -> Decision:
    """One tag's decision about one event, written into the trace when there is one."""
    try:
        decision = _firing(binding, triggers, context, policy, trace)
        if decision.outcome != "fired":
            return decision
        for change in binding.changes:
            context = context.shown(change.transformation.apply(context))
        if trace is not None:
            context = trace.context = context.shown(context.event)
            context.notes = trace.notes
        built = binding.tag.build(context)
        if isinstance(built, Suppressed):
            routed.suppressed.append((binding.name, built.reason))
            if trace is not None:
                trace.outcome, trace.reason = "suppressed", built.reason
            return _decision(binding.name, "suppressed", built.reason)
        body = _encode(built.body)
        name, identity, identifiers, limited = built.event_name, built.event_id, built.identifiers, built.limited
        for destination in built.destinations:
            routed.outgoing.append(
                Entry(
                    binding.name, destination, name, identity, body, context.now, context.client,
                    identifiers, limited, record,
                )
            )  # fmt: skip
        if trace is not None:
            trace.outcome, trace.reason, trace.payload = "fired", decision.reason, built.body
        return decision
    except Exception as error:  # noqa: BLE001 - one failing tag must not cost the others, nor the browser's answer
        # The error's text may hold a visitor's data; its type and the tag's name are enough to find it.
        routed.failures.append(f"tag {binding.name} failed: {_named(error)}")
        if trace is not None:
            trace.outcome, trace.reason = "failed", f"the tag failed: {_named(error)}"
        return Decision(binding.name, "failed", type(error).__name__)


def _missed(triggers: tuple[Trigger, ...], context: Context) -> str:
    """Why none of the triggers that listen for the event holds, in the file's words."""
    asked = [one for one in triggers if (names := one.event_names()) is None or context.event_name in names]
    return "no trigger matched" + "".join(f"; {one.name}: {one.missed(context)}" for one in asked)


def _named(error: Exception) -> str:
    """An error by its type and the variable it came from; its text may hold a visitor's data."""
    return " in ".join([type(error).__name__, *getattr(error, "__notes__", ())[:1]])


def _firing(
    binding: Binding, triggers: tuple[Trigger, ...], context: Context, policy: ConsentPolicy, trace: TagTrace | None
) -> Decision:
    """Whether the tag may fire and by which trigger; the trace then says more."""
    fired = ""
    for trigger in triggers:
        if trigger.holds(context):
            fired = trigger.name
            break
    if not fired:
        if trace is not None:
            whys = [f"{one.name} ({one.why_not(context)})" for one in binding.fires_on]
            reason = "no trigger matched: " + "; ".join(whys) if whys else "no trigger matched: the tag has none"
            trace.outcome, trace.reason = "not_triggered", reason
        return _decision(binding.name, "not_triggered", _missed(triggers, context))
    for trigger in binding.blocked_by:
        if trigger.holds(context):
            if trace is not None:
                whys = [condition.why(context) for condition in trigger.conditions]
                trace.outcome, trace.reason = "blocked", f"blocked by {trigger.name} ({' and '.join(whys)})"
            return _decision(binding.name, "blocked", f"blocked by {trigger.name}")
    refused = policy.refused(binding.needs_consent, context.consent, context.event)
    if refused:
        state = context.consent[refused]
        if trace is not None:
            why = " and unset counts as denied" if state == "unset" else ""
            trace.outcome, trace.reason = "no_consent", f"{refused} is {state}{why}"
        return _decision(binding.name, "no_consent", f"{refused} is {state}")
    if trace is not None:
        trace.notes += policy.assumed(binding.needs_consent, context.consent)
    return _decision(binding.name, "fired", fired)
