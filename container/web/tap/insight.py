"""The insight: everything there is to say about one routed hit, worked out from its trace when somebody wants it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from container.called import secret
from container.config.document import Binding, Configuration, Trigger
from container.consent import ConsentPolicy
from container.context import Context
from container.event import CONSENT_PURPOSES, Event
from container.masking import HIDDEN
from container.meta.documented import RULES
from container.meta.text import is_sha256
from container.trace import EventTrace, TagTrace, Trace

_MOST_HASHES = 200


def insight(trace: Trace, configuration: Configuration) -> list[dict[str, Any]]:
    """Each event of the trace: as it came, what changed it, its consent and who said so, variables, every tag.

    Routing is pure, so that asking again tells what was decided then.
    """
    policy = ConsentPolicy(configuration.consent, configuration.triggers)
    return [_event(one, configuration, policy) for one in trace.events]


def _event(told: EventTrace, configuration: Configuration, policy: ConsentPolicy) -> dict[str, Any]:
    bindings = {one.name: one for one in configuration.bindings}
    before = told.incoming.event if told.incoming is not None else told.event
    context = told.context
    return {
        "name": told.event.get("event_name"),
        "before": before,
        "after": told.event,
        "changes": [{"name": one.name, "type": one.transformation.type} for one in configuration.changes],
        "consent": _consent(told, configuration),
        "limited_data_use": context is not None and context.limited_data_use is not None,
        "variables": [] if context is None else list(_variables(context, configuration)),
        "tags": [_tag(one, bindings[one.tag], told, policy) for one in told.tags],
        "notes": told.notes,
    }


def _consent(told: EventTrace, configuration: Configuration) -> list[dict[str, Any]]:
    """Each purpose: what the hit said, what was assumed for the region, what holds, and why."""
    said = told.incoming.consent if told.incoming is not None else {}
    sources = dict(zip(CONSENT_PURPOSES, told.said.sources, strict=True)) if told.said is not None else {}
    section = configuration.consent
    granting = section.granting()
    found = []
    for purpose in CONSENT_PURPOSES:
        state, source = told.consent.get(purpose, "unset"), sources.get(purpose, "")
        if source == "hit":
            why = "the hit said so"
        elif source == "implicit":
            why = "nobody said anything; it is what the sender assumed for the region"
        elif source:
            why = f"the hit said nothing; the {source} of the configuration held"
        elif purpose in granting:
            why = f"the hit said nothing, and the trigger {granting[purpose]} did not hold"
        else:
            why = "nobody said anything"
        if state == "unset":
            why += f"; unset counts as {section.when_unset}"
        found.append(
            {
                "purpose": purpose,
                "hit": said.get(purpose, "unset"),
                "assumed": told.implicit.get(purpose, ""),
                "state": state,
                "source": source,
                "why": why,
            }
        )
    return found


def _variables(context: Context, configuration: Configuration) -> Iterator[dict[str, Any]]:
    for name, variable in configuration.variables.items():
        inner = getattr(variable, "variable", variable)  # its own word, where a default stands beside it
        told: dict[str, Any] = {"name": name, "type": inner.type}
        try:
            told["value"] = HIDDEN if secret(name) else context.variable(name)
        except Exception as error:  # noqa: BLE001 - a variable that fails is shown as failing
            told["failed"] = type(error).__name__
        yield told


def _tag(told: TagTrace, binding: Binding, event: EventTrace, policy: ConsentPolicy) -> dict[str, Any]:
    context = event.context
    shown = told.context.event if told.context is not None else event.event
    found = {
        "tag": told.tag, "type": told.type, "outcome": told.outcome, "reason": told.reason, "notes": told.notes,
        "fires_on": [] if context is None else [_trigger(one, context) for one in binding.fires_on],
        "blocked_by": [] if context is None else [_trigger(one, context) for one in binding.blocked_by],
        "needs_consent": _needs(binding, event, policy),
        "changes": [{"name": one.name, "type": one.transformation.type} for one in binding.changes],
        "payload": told.payload,
    }  # fmt: skip
    if shown != event.event:
        found["shown"] = shown
    if told.payload is not None:
        found["hashes"] = hashes(told.payload, event.event)
    return found


def _trigger(trigger: Trigger, context: Context) -> dict[str, Any]:
    """A trigger with each of its conditions: whether it holds, and the value it saw."""
    conditions = []
    for one in trigger.conditions:
        try:
            holds, why = one.holds(context), one.why(context)
        except Exception as error:  # noqa: BLE001 - a condition that fails is shown as failing
            holds, why = False, f"it failed: {type(error).__name__}"
        conditions.append({"type": one.type, "holds": holds, "why": why})
    return {"name": trigger.name, "holds": all(one["holds"] for one in conditions), "conditions": conditions}


def _needs(binding: Binding, event: EventTrace, policy: ConsentPolicy) -> list[dict[str, Any]]:
    return [
        {
            "purpose": purpose,
            "state": event.consent.get(purpose, "unset"),
            "allowed": not policy.refused((purpose,), event.consent, event.event),
        }
        for purpose in binding.needs_consent
    ]


def hashes(payload: Any, event: Event) -> list[dict[str, str]]:
    """Every SHA-256 in a payload: where it stands, and which rule made it, without the value it was made of."""
    arrived = {text.lower() for _, text in _texts(event, "") if is_sha256(text)}
    found: list[dict[str, str]] = []
    for path, text in _texts(payload, ""):
        if is_sha256(text) and len(found) < _MOST_HASHES:
            key = path.partition("[")[0].rpartition(".")[2]
            if text.lower() in arrived:
                rule = "it arrived hashed and was passed on as it was"
            elif "user_data." in path and key in RULES:
                rule = f"{_first(RULES[key].__doc__ or '')}, then SHA-256"
            else:
                rule = "SHA-256"
            found.append({"path": path, "hash": text, "rule": rule})
    return found


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _texts(inner, f"{path}[{place}]")
    elif isinstance(value, str):
        yield path, value


def _first(doc: str) -> str:
    """The first statement of a rule's description."""
    text = " ".join(doc.split()).partition(". ")[0].partition(";")[0].rstrip(".")
    return text.replace("`", "").partition(", None ")[0]
