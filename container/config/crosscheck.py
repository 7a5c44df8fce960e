"""Cross-checks: what only the whole file shows: names that do not exist, cycles, paths wanted twice."""

from __future__ import annotations

import re
from collections.abc import Mapping

from container.component import Client
from container.config.circles import circles
from container.config.decode import Decoder
from container.expression import BUILT_IN
from container.kinds import NAME_PATTERN
from container.node import Node
from container.problem import suggestion

_SECTION = {"trigger": "triggers", "variable": "variables", "tag": "tags", "client": "clients"}
_MOST_SUGGESTIONS = 100


def crosscheck(decoder: Decoder, top: Node, *, clients: Mapping[str, Client], partial: bool = False) -> None:
    """Report to the decoder everything wrong between the entries of a file."""
    known = {what: _names(top, section) for what, section in _SECTION.items()}
    unknown = [] if partial else [mention for mention in decoder.mentions if mention.name not in known[mention.what]]
    for number, mention in enumerate(unknown):
        text = f"there is no {mention.what} '{mention.name}'"
        # Only inside an expression the built-in names may be meant as well.
        built_in = BUILT_IN if mention.offset else ()
        hint = f"see {_SECTION[mention.what]}"
        if number < _MOST_SUGGESTIONS:  # each compares with every name of the file
            # What cannot be a name is a fault of its own, and no help.
            usable = [name for name in known[mention.what] if re.fullmatch(NAME_PATTERN, name)]
            hint = suggestion(mention.name, [*usable, *built_in])
        decoder.problem(mention.node, "unknown", text, hint, offset=mention.offset)
    circles(decoder, top)
    if not partial:
        _unused(decoder, top)
    _paths(decoder, top, clients)


def _names(top: Node, section: str) -> set[str]:
    node = top.items.get(section)
    return set(node.items) if node is not None else set()


def _unused(decoder: Decoder, top: Node) -> None:
    used = {mention.name for mention in decoder.mentions if mention.what == "trigger"}
    section = top.items.get("triggers")
    for name, node in (section.keys if section is not None else {}).items():
        if section is not None and section.items[name].kind == "mapping" and not section.items[name].items:
            text = "a trigger without conditions holds for every event"
            decoder.warning(node, "catch_all", text, "add conditions, or make sure that this is meant")
        if name not in used:
            hint = "name it in fires_on, in blocked_by or under consent, or remove it"
            decoder.warning(node, "unused", "nothing uses this trigger", hint)


def _paths(decoder: Decoder, top: Node, clients: Mapping[str, Client]) -> None:
    owners: dict[str, str] = {}
    section = top.items.get("clients")
    for name, client in clients.items():
        for path in client.paths():
            other = owners.setdefault(path, name)
            if other != name and section is not None:
                text = f"the path {path} is already taken by the client '{other}'"
                decoder.problem(section.keys[name], "path", text, "give one of them another path")
                break  # two clients of one type share all their paths: once is enough
