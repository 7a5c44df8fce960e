"""Cross-checks: what only the whole file shows: names that do not exist, cycles, paths wanted twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from container.component import Client
from container.config.decode import Decoder, Mention
from container.expression import BUILT_IN
from container.node import Node
from container.problem import suggestion

_SECTION = {"trigger": "triggers", "variable": "variables", "tag": "tags", "client": "clients"}
_LONGEST_SHOWN = 8
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
            hint = suggestion(mention.name, [*known[mention.what], *built_in])
        decoder.problem(mention.node, "unknown", text, hint, offset=mention.offset)
    _cycles(decoder)
    if not partial:
        _unused(decoder, top)
    _paths(decoder, top, clients)


def _names(top: Node, section: str) -> set[str]:
    node = top.items.get(section)
    return set(node.items) if node is not None else set()


def _cycles(decoder: Decoder) -> None:
    """A variable that needs itself, directly or through others, has no value; each way round is told once."""
    uses: dict[str, dict[str, Mention]] = {}
    for mention in decoder.mentions:
        if mention.owner and mention.what == "variable":
            uses.setdefault(mention.owner, {}).setdefault(mention.name, mention)
    done: set[str] = set()
    for start in uses:
        for cycle in _rounds(start, uses, done):
            shown = cycle if len(cycle) <= _LONGEST_SHOWN else [*cycle[: _LONGEST_SHOWN - 1], "..."]
            text = "the variable needs itself: " + " -> ".join([*shown, cycle[0]])
            first = uses[cycle[0]][cycle[1] if len(cycle) > 1 else cycle[0]]
            decoder.problem(first.node, "cycle", text, "take one of these steps out", offset=first.offset)


def _rounds(start: str, uses: Mapping[str, Mapping[str, Mention]], done: set[str]) -> Iterator[list[str]]:
    """Walk from a variable through all it needs, each variable once, and yield every way that comes back."""
    way: dict[str, Iterator[str]] = {start: iter(uses.get(start, ()))}
    if start in done:
        return
    while way:
        name, needs = next(reversed(way.items()))
        following = next(needs, None)
        if following is None:
            done.add(name)
            del way[name]
        elif following in way:
            names = list(way)
            yield names[names.index(following) :]
        elif following not in done:
            way[following] = iter(uses.get(following, ()))


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
