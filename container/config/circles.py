"""The circles: entries of a file that need themselves, and consent that would have to be known before it is decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from container.config.decode import Decoder, Mention, Owner
from container.event import CONSENT_PURPOSES
from container.node import Node

_LONGEST_SHOWN = 8
MOST_STEPS = 50
"""Triggers that ask triggers: more than anybody can follow, and less than Python's stack holds."""
MOST_ASKED = 1000
"""Triggers that one trigger may ask for one event, each counted as often as it is named."""

_Uses = Mapping[Owner, Mapping[Owner, Mention]]


def circles(decoder: Decoder, top: Node) -> None:
    """Report to the decoder every way round in a file."""
    uses: dict[Owner, dict[Owner, Mention]] = {}
    for mention in decoder.mentions:
        if mention.what in {"variable", "trigger"}:
            uses.setdefault(mention.owner, {}).setdefault((mention.what, mention.name), mention)
    sound = True
    done: set[Owner] = set()
    for start in [one for one in uses if one[0] in {"variable", "trigger"}]:
        for cycle in _rounds(start, uses, done):
            sound = False
            shown = _shown([*cycle, cycle[0]])
            first = uses[cycle[0]][cycle[1] if len(cycle) > 1 else cycle[0]]
            text = f"the {first.what} needs itself: {shown}"
            decoder.problem(first.node, "cycle", text, "take one of these steps out", offset=first.offset)
    if sound:
        _deep(decoder, uses)
    _consent(decoder, top, uses)


def _rounds(start: Owner, uses: _Uses, done: set[Owner]) -> Iterator[list[Owner]]:
    """Walk from an entry through all it needs, each once, and yield every way that comes back."""
    way: dict[Owner, Iterator[Owner]] = {start: iter(uses.get(start, ()))}
    if start in done:
        return
    while way:
        entry, needs = next(reversed(way.items()))
        following = next(needs, None)
        if following is None:
            done.add(entry)
            del way[entry]
        elif following in way:
            entries = list(way)
            yield entries[entries.index(following) :]
        elif following not in done:
            way[following] = iter(uses.get(following, ()))


def _deep(decoder: Decoder, uses: _Uses) -> None:
    """Triggers are asked one inside the other, for every event: there is an end to what the stack holds."""
    level = {one: mention for found in uses.values() for one, mention in found.items() if one[0] == "trigger"}
    for _ in range(MOST_STEPS):
        level = {one: mention for entry in level for one, mention in uses.get(entry, {}).items() if one[0] == "trigger"}
    if not level:
        _many(decoder)
    else:
        mention = min(level.values(), key=lambda one: (one.node.file, one.node.line))
        text = f"more than {MOST_STEPS} triggers ask one another in a row"
        decoder.problem(mention.node, "cycle", text, "write the conditions into fewer triggers")


def _many(decoder: Decoder) -> None:
    """A few triggers that name one another twice and again would double the work of every event at each step."""
    named: dict[str, list[Mention]] = {}
    for mention in decoder.mentions:
        if mention.what == mention.owner[0] == "trigger":
            named.setdefault(mention.owner[1], []).append(mention)
    counts: dict[str, int] = {}

    def count(name: str) -> int:
        if name not in counts:
            counts[name] = 1 + sum(count(one.name) for one in named.get(name, ()))
        return counts[name]

    for name, mentions in named.items():
        if count(name) > MOST_ASKED and all(count(one.name) <= MOST_ASKED for one in mentions):
            text = f"the trigger asks {count(name) - 1} triggers for every event"
            decoder.problem(mentions[0].node, "cycle", text, "name each of them once")


def _consent(decoder: Decoder, top: Node, uses: _Uses) -> None:
    """Whatever decides about consent, or comes before, cannot look at it."""
    asked = {mention.owner: mention for mention in reversed(decoder.consent_asked)}
    section = top.items.get("consent")
    for purpose, node in (section.items if section is not None else {}).items():
        if purpose in CONSENT_PURPOSES and isinstance(node.value, str):
            way = _way(("trigger", node.value), uses, asked)
            if way:
                text = f"the trigger that grants consent asks for consent itself: {_shown(way)}"
                decoder.problem(node, "cycle", text, "let it look at something else, such as a cookie")
    changes = top.items.get("transformations")
    for name, node in (changes.items if changes is not None else {}).items():
        way = [] if "for" in node.items else _way(("transformation", name), uses, asked)
        if way:
            first = uses[way[0]][way[1]] if len(way) > 1 else asked[way[0]]
            text = "consent is not known yet when the event changes for all tags"
            if len(way) > 1:
                text += f": {_shown(way[1:])} asks for it"
            decoder.problem(first.node, "cycle", text, "add for: and the tags it is for", offset=first.offset)


def _way(start: Owner, uses: _Uses, goals: Mapping[Owner, Mention]) -> list[Owner]:
    """The shortest way from an entry to one of the goals through what each needs; empty when there is none."""
    ways: dict[Owner, list[Owner]] = {start: [start]}
    for entry in (waiting := [start]):
        if entry in goals:
            return ways[entry]
        for following in uses.get(entry, ()):
            if following not in ways:
                ways[following] = [*ways[entry], following]
                waiting.append(following)
    return []


def _shown(way: list[Owner]) -> str:
    names = [name for _, name in way]
    if len(names) > _LONGEST_SHOWN + 1:
        names = [*names[: _LONGEST_SHOWN - 1], "...", names[-1]]
    return " -> ".join(names)
