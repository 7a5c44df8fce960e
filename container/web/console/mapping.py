"""The map: what leads from which client by which trigger to which tag, and how often it did since the count began."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from container.config.difference import SORTS
from container.config.document import Configuration
from container.config.redact import Redact, literal
from container.config.snapshot import Snapshot, written
from container.node import Node
from container.registry import Registry
from container.trace import OUTCOMES
from container.web.console.today import Flow

_BLOCKED = "blocked by "


def words_of(version: Snapshot, registry: Registry) -> dict[str, dict[str, str]]:
    """Each entry of a version as it is written, on one line, by section and name; secrets masked."""
    top = written(version).top
    if top is None:
        return {}
    redact = Redact(registry)
    found: dict[str, dict[str, str]] = {}
    for section in ("clients", "triggers", "tags"):
        node = top.items.get(section)
        redact.section(SORTS[section], node)
        found[section] = {name: _line(redact, one) for name, one in (node.items if node is not None else {}).items()}
    return found


def map_of(configuration: Configuration, words: Mapping[str, Mapping[str, str]], flow: Flow) -> dict[str, Any]:
    """Clients, triggers and tags with what they did, and the edges between them.

    An edge's ``count`` is how often a tag fired that way, or was blocked (``kind`` is ``blocks``). ``stopped`` is what
    consent stopped on its way from a client to a tag: which trigger held then is written down nowhere. Triggers that
    no tag asks are in ``elsewhere``.
    """
    by_trigger: Counter[tuple[str, str, str]] = Counter()
    by_client: Counter[tuple[str, str, str]] = Counter()
    stopped: Counter[tuple[str, str]] = Counter()
    outcomes: dict[str, Counter[str]] = {}
    reasons: dict[str, Counter[str]] = {}
    for client, tag, outcome, reason, count in flow.decided:
        outcomes.setdefault(tag, Counter())[outcome] += count
        if outcome not in ("fired", "not_triggered"):
            reasons.setdefault(tag, Counter())[f"{outcome}: {reason}" if reason else outcome] += count
        if outcome == "no_consent":
            stopped[client, tag] += count
        trigger = reason if outcome == "fired" else reason.removeprefix(_BLOCKED) if outcome == "blocked" else ""
        if trigger:
            kind = "fires" if outcome == "fired" else "blocks"
            by_trigger[trigger, tag, kind] += count
            by_client[client, trigger, kind] += count
    edges = [
        {"trigger": one.name, "tag": binding.name, "kind": kind, "count": by_trigger[one.name, binding.name, kind]}
        for binding in configuration.bindings
        for kind, triggers in (("fires", binding.fires_on), ("blocks", binding.blocked_by))
        for one in triggers
        if one.name
    ]
    used = {str(one["trigger"]) for one in edges}
    return {
        "clients": [
            {"name": name, "type": one.type, "written": words.get("clients", {}).get(name, ""),
             "events": flow.events.get(name, 0)}
            for name, one in configuration.clients_by_priority
        ],
        "triggers": [
            {"name": name, "written": words.get("triggers", {}).get(name, "")}
            for name in configuration.triggers if name in used
        ],
        "tags": [
            {
                "name": one.name, "type": one.tag.type, "written": words.get("tags", {}).get(one.name, ""),
                "needs_consent": list(one.needs_consent),
                "outcomes": {word: outcomes.get(one.name, Counter())[word] for word in OUTCOMES},
                "reasons": dict(reasons.get(one.name, Counter()).most_common(5)),
            }
            for one in configuration.bindings
        ],
        "from_clients": [
            {"client": client, "trigger": trigger, "kind": kind, "count": count}
            for (client, trigger, kind), count in sorted(by_client.items())
        ],
        "to_tags": edges,
        "stopped": [
            {"client": client, "tag": tag, "kind": "consent", "count": count}
            for (client, tag), count in sorted(stopped.items())
        ],
        "elsewhere": [name for name in configuration.triggers if name not in used],
    }  # fmt: skip


def _line(redact: Redact, node: Node) -> str:
    return literal(redact.shown(node))
