"""Never: triggers that can hold for no event, and tags that can fire for none. Only what is certain is told."""

from __future__ import annotations

from collections.abc import Sequence

from container.config.checks.whole import Whole
from container.config.document import Binding, Trigger
from container.node import Node
from container.problem import shorten


def never(whole: Whole) -> None:
    """Tell what cannot happen whatever arrives."""
    if any(one.kind == "cycle" for one in whole.decoder.problems):
        return  # triggers that ask each other have no names to speak of
    made = _made(whole)
    for name, trigger in whole.triggers.items():
        _trigger(whole, whole.keys("triggers")[name], trigger, made)
    section = whole.top.items.get("tags")
    for binding in whole.bindings:
        assert section is not None
        entry = section.items[binding.name]
        _blocked(whole, binding, entry)
        _consent(whole, binding, section.keys[binding.name], entry)


def _trigger(whole: Whole, key: Node, trigger: Trigger, made: frozenset[str] | None) -> None:
    names = trigger.event_names()
    if names is None:
        return
    if not names:
        text = "the trigger can never hold: its lines ask for different event names"
        whole.decoder.warning(key, "never", text, "keep one line about the name, or make two triggers of it")
    elif made is not None and not names & made:
        wanted = shorten(", ".join(sorted(names)))
        text = f"the trigger can never hold: no client makes an event called {wanted}"
        whole.decoder.warning(key, "never", text, f"events of these clients: {shorten(', '.join(sorted(made)))}")


def _made(whole: Whole) -> frozenset[str] | None:
    """The only names of events the clients can make, None when there may be any."""
    section = whole.top.items.get("clients")
    if section is None or not section.items or len(whole.clients) < len(section.items):
        return None
    if any(change.tags is None for change in whole.changes) or len(whole.changes) < len(whole.keys("transformations")):
        return None  # it may give events other names
    found: frozenset[str] = frozenset()
    for client in whole.clients.values():
        names = client.event_names()
        if names is None:
            return None
        found |= names
    return found


def _blocked(whole: Whole, binding: Binding, entry: Node) -> None:
    blocking = entry.items.get("blocked_by")
    if blocking is None:
        return
    fires = {one.name for one in binding.fires_on}
    for node, trigger in _named(blocking, binding.blocked_by):
        if not trigger.conditions:
            text, hint = f"'{trigger.name}' holds for every event, so the tag never fires", "add conditions to it"
        elif trigger.name in fires:
            text = f"'{trigger.name}' fires the tag and blocks it, so the tag never fires for it"
            hint = "take it out of fires_on or of blocked_by"
        else:
            continue
        whole.decoder.warning(node, "never", text, hint)


def _named(node: Node, triggers: Sequence[Trigger]) -> list[tuple[Node, Trigger]]:
    by_name = {one.name: one for one in triggers}
    nodes = node.elements if node.kind == "list" else [node]
    return [(one, by_name[one.value]) for one in nodes if isinstance(one.value, str) and one.value in by_name]


def _consent(whole: Whole, binding: Binding, key: Node, entry: Node) -> None:
    """A purpose that no hit can speak about and no trigger grants stays unset, which counts as denied."""
    consent = whole.consent
    section = whole.top.items.get("clients")
    if consent is None or consent.when_unset == "granted" or section is None or not section.items:
        return
    if len(whole.clients) < len(section.items) or any(one.tells_consent() for one in whole.clients.values()):
        return
    for purpose in binding.needs_consent:
        if purpose not in consent.granting():
            text = f"the tag never fires: it needs {purpose}, which none of these clients can tell"
            hint = f"name a trigger that grants it, consent: {{ {purpose}: ... }}, or take it out of needs_consent"
            whole.decoder.warning(entry.keys.get("needs_consent", key), "never", text, hint)
            return
