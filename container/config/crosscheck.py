"""Cross-checks: what only the whole file shows: names that do not exist, cycles, paths wanted twice."""

from __future__ import annotations

from collections.abc import Mapping

from container.component import Client
from container.config.decode import Decoder, Mention
from container.node import Node
from container.problem import suggestion

_SECTION = {"trigger": "triggers", "variable": "variables", "tag": "tags", "client": "clients"}


def crosscheck(decoder: Decoder, top: Node, *, clients: Mapping[str, Client]) -> None:
    """Report to the decoder everything wrong between the entries of a file."""
    known = {what: _names(top, section) for what, section in _SECTION.items()}
    for mention in decoder.mentions:
        if mention.name not in known[mention.what]:
            text = f"there is no {mention.what} '{mention.name}'"
            hint = suggestion(mention.name, known[mention.what])
            decoder.problem(mention.node, "unknown", text, hint, offset=mention.offset)
    _cycles(decoder)
    _unused(decoder, top)
    _paths(decoder, top, clients)


def _names(top: Node, section: str) -> set[str]:
    node = top.items.get(section)
    return set(node.items) if node is not None else set()


def _cycles(decoder: Decoder) -> None:
    """A variable that needs itself, directly or through others, has no value."""
    uses: dict[str, list[Mention]] = {}
    for mention in decoder.mentions:
        if mention.owner and mention.what == "variable":
            uses.setdefault(mention.owner, []).append(mention)
    reported: set[str] = set()
    for start in uses:
        way = _way_back(start, uses)
        if way is not None and not reported & set(way):
            reported |= set(way)
            text = "the variable needs itself: " + " -> ".join([*way, start])
            first = next(one for one in uses[start] if one.name == (way[1] if len(way) > 1 else start))
            decoder.problem(first.node, "cycle", text, "take one of these steps out", offset=first.offset)


def _way_back(start: str, uses: Mapping[str, list[Mention]]) -> list[str] | None:
    """The names from a variable back to itself, or None."""
    stack = [[start]]
    seen: set[str] = set()
    while stack:
        way = stack.pop()
        for mention in uses.get(way[-1], ()):
            if mention.name == start:
                return way
            if mention.name not in seen:
                seen.add(mention.name)
                stack.append([*way, mention.name])
    return None


def _unused(decoder: Decoder, top: Node) -> None:
    used = {mention.name for mention in decoder.mentions if mention.what == "trigger"}
    section = top.items.get("triggers")
    for name, node in (section.keys if section is not None else {}).items():
        if name not in used:
            hint = "name it in fires_on or blocked_by, or remove it"
            decoder.warning(node, "unused", "no tag uses this trigger", hint)


def _paths(decoder: Decoder, top: Node, clients: Mapping[str, Client]) -> None:
    owners: dict[str, str] = {}
    section = top.items.get("clients")
    for name, client in clients.items():
        for path in client.paths():
            other = owners.setdefault(path, name)
            if other != name and section is not None:
                text = f"the path {path} is already taken by the client '{other}'"
                decoder.problem(section.keys[name], "path", text, "give one of them another path")
