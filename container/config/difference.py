"""The difference between two configurations, in the words of the configuration: tag added, trigger changed."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from container.config.load import ROUTING
from container.config.redact import Redact
from container.node import Node
from container.registry import Registry

Action = Literal["added", "removed", "changed", "moved", "renamed"]

SORTS = {
    "clients": "client",
    "variables": "variable",
    "triggers": "trigger",
    "transformations": "transformation",
    "tags": "tag",
    "tests": "test",
}
"""What an entry of a section is called; the other sections are called as they are written."""

ORDERED = ("clients", "transformations")
"""Sections in which the order of entries means something: who is asked first, what is changed first."""


class _Absent:
    """Marks a place where nothing is written; null can be written."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()


@dataclass(frozen=True, slots=True)
class Change:
    """One difference that matters to what a configuration does.

    ``sort`` is what changed (``tag``, ``trigger``, ``delivery`` ...), ``name`` its name, "" for a section, and ``path``
    the dotted way to the place inside it, "" for the whole. ``old`` and ``new`` are what is written there, with secrets
    masked, ABSENT where nothing is; for ``renamed`` they are the names, for ``moved`` the places.
    """

    action: Action
    sort: str
    name: str
    path: str = ""
    old: Any = ABSENT
    new: Any = ABSENT

    @property
    def place(self) -> str:
        """The name and the way below it, as in ``purchase.where.order_value.greater_than``."""
        if not self.name or self.path.startswith("["):
            return self.name + self.path
        return f"{self.name}.{self.path}" if self.path else self.name

    def to_json(self) -> dict[str, Any]:
        """The shape of ``tagdock diff --json``; ``old`` and ``new`` only where something is written."""
        shape: dict[str, Any] = {"action": self.action, "sort": self.sort, "name": self.name, "path": self.path}
        for word, value in (("old", self.old), ("new", self.new)):
            if value is not ABSENT:
                shape[word] = value
        return shape


def difference(old: Node | None, new: Node | None, registry: Registry | None = None) -> list[Change]:
    """What has to be changed in one configuration to make the other, in the order of the file.

    The nodes are the sections as written, ``$NAME`` unread. ``registry`` tells which options are secrets; without it
    they are told by their names alone. Comments, quotes and layout are no difference, nor is the order of what has
    none.
    """
    return list(Comparison(registry).sections(old, new))


class Comparison:
    """Compares the sections of two configurations; ``redact`` masks what is shown of them."""

    def __init__(self, registry: Registry | None) -> None:
        self.redact = Redact(registry)

    def sections(self, old: Node | None, new: Node | None) -> Iterator[Change]:
        mains = tuple("" if one is None else one.file for one in (old, new))
        was, now = _items(old), _items(new)
        for word in _union(now, was):
            before, after = was.get(word), now.get(word)
            if word in SORTS:
                self.redact.section(SORTS[word], before)
                self.redact.section(SORTS[word], after)
                yield from self.entries(word, _items(before), _items(after), mains)
            elif not (_empty(before) and _empty(after)):
                yield from self.values(word, "", "", before, after)

    def entries(
        self, section: str, old: dict[str, Node], new: dict[str, Node], mains: tuple[str, ...]
    ) -> Iterator[Change]:
        sort = SORTS[section]
        renamed = _renamed(old, new)
        for name in _union(new, old):
            if name in old and name in new:
                yield from self.entry(sort, name, old[name], new[name])
                places = _place(old[name], mains[0]), _place(new[name], mains[1])
                main = old[name].file == mains[0] and new[name].file == mains[1]  # which may have another name
                if places[0] != places[1] and not main:
                    yield Change("moved", sort, name, "", *places)
            elif name in renamed:
                yield Change("renamed", sort, name, "", renamed[name], name)
            elif name in new:
                yield Change("added", sort, name, "", ABSENT, self.redact.shown(new[name]))
            elif name not in renamed.values():
                yield Change("removed", sort, name, "", self.redact.shown(old[name]), ABSENT)
        if section in ORDERED:
            before = [name for name in old if name in new]
            after = [name for name in new if name in old]
            for name in _movers(before, after):
                yield Change("moved", sort, name, "", *(_after(name, names) for names in (before, after)))

    def entry(self, sort: str, name: str, old: Node, new: Node) -> Iterator[Change]:
        """Two entries of one name. A type that stands alone is the same as the type without options."""
        types = _type(sort, old), _type(sort, new)
        if not all(types):
            yield from self.values(sort, name, "", old, new)
            return
        before, after = _entry(old), _entry(new)
        if types[0] != types[1]:
            was, now = before.pop(types[0]), after.pop(types[1])
            yield Change(
                "changed", sort, name, "", *({t: self.redact.shown(n)} for t, n in zip(types, (was, now), strict=True))
            )
        for word in _union(after, before):
            yield from self.values(sort, name, word, before.get(word), after.get(word))

    def values(self, sort: str, name: str, path: str, old: Node | None, new: Node | None) -> Iterator[Change]:
        """Two values at one place, as deep as they differ."""
        if old is not None and new is not None:
            if _written(old) == _written(new):
                return
            if old.kind == new.kind == "mapping":
                for word in _union(new.items, old.items):
                    below = f"{path}.{word}" if path else word
                    yield from self.values(sort, name, below, old.items.get(word), new.items.get(word))
                return
            if old.kind == new.kind == "list" and _nested(old) and len(old.elements) == len(new.elements):
                for index, pair in enumerate(zip(old.elements, new.elements, strict=True)):
                    yield from self.values(sort, name, f"{path}[{index}]", *pair)
                return
        shown = [ABSENT if one is None else self.redact.shown(one) for one in (old, new)]
        if shown[0] == shown[1] and old is not None:
            shown[1] = f"another {shown[1]}"  # a secret: that it changed may be known, what it was may not
        yield Change("changed", sort, name, path, *shown)


def _items(node: Node | None) -> dict[str, Node]:
    return node.items if node is not None else {}


def _entry(node: Node) -> dict[str, Node]:
    """The words of an entry; a bare type becomes the word it stands for."""
    if node.kind == "scalar":
        return {str(node.value): Node("scalar", node.file, node.line, node.column, node.path)}
    return {
        word: Node("scalar", one.file, one.line, one.column, one.path) if _empty(one) else one
        for word, one in node.items.items()
    }


def _type(sort: str, node: Node) -> str:
    """The word that is the type of an entry; "" where there is none, or more than one word could be it."""
    routing = ROUTING.get(sort)
    if routing is None:
        return ""
    if node.kind == "scalar":
        return node.value if isinstance(node.value, str) else ""
    words = [word for word in node.items if word not in routing]
    return words[0] if len(words) == 1 else ""


def _empty(node: Node | None) -> bool:
    """Whether it says nothing: not there, null, or braces with nothing in them."""
    if node is None:
        return True
    nothing = node.kind == "mapping" and not node.items
    return nothing or (node.kind == "scalar" and node.value is None and node.environment is None)


def _nested(node: Node) -> bool:
    return any(one.kind != "scalar" for one in node.elements)


def _written(node: Node) -> Any:
    """A value by which two nodes can be compared: what is written, places and layout aside."""
    if node.kind == "mapping":
        return {word: _written(one) for word, one in node.items.items()}
    if node.kind == "list":
        return [_written(one) for one in node.elements]
    if node.environment is not None:
        return "$", node.environment, None if node.missing else node.raw
    return type(node.value).__name__, node.value


def _union(first: dict[str, Node], second: dict[str, Node]) -> list[str]:
    return [*first, *(word for word in second if word not in first)]


def _renamed(old: dict[str, Node], new: dict[str, Node]) -> dict[str, str]:
    """New names whose entry stood under another name before, where that is plain: one gone, one come, the same text."""
    gone: dict[str, list[str]] = {}
    come: dict[str, list[str]] = {}
    for names, here, there in ((gone, old, new), (come, new, old)):
        for name in here:
            if name not in there:
                names.setdefault(repr(_written(here[name])), []).append(name)
    return {names[0]: gone[text][0] for text, names in come.items() if len(names) == 1 and len(gone.get(text, [])) == 1}


def _movers(old: list[str], new: list[str]) -> list[str]:
    """The fewest names that have to be moved to make one order of the other; both lists hold the same names."""
    position = {name: index for index, name in enumerate(old)}
    # The longest run of names that kept their order stays: ends[n] is the earliest end of a run of n + 1 names.
    ends: list[int] = []
    before: dict[int, int] = {}
    for name in new:
        length = bisect_left(ends, position[name])
        if length:
            before[position[name]] = ends[length - 1]
        ends[length : length + 1] = [position[name]]
    kept: set[int] = set()
    at = ends[-1] if ends else None
    while at is not None:
        kept.add(at)
        at = before.get(at)
    return [name for name in new if position[name] not in kept]


def _after(name: str, names: list[str]) -> str:
    at = names.index(name)
    return f"after {names[at - 1]}" if at else "first"


def _place(node: Node, main: str) -> str:
    """The file a node stands in, seen from the folder of the main one."""
    folder = os.path.dirname(main) or "."
    return Path(os.path.relpath(node.file or main, folder)).as_posix()
