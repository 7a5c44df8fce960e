"""The whole: everything a check may look at, sound or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from container.component import Client
from container.config.decode import Decoder
from container.config.document import Binding, Change, ConsentSection, Trigger
from container.node import Node

LITERAL = ("tests",)
"""Sections whose texts are hits and expectations, and mean nothing but themselves."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A file that was decoded as far as it is sound.

    ``clients``, ``triggers``, ``changes`` and ``bindings`` are those that could be made. ``partial`` says that part of
    the configuration could not be read, so that nothing can be said about what is not there.
    """

    decoder: Decoder
    top: Node
    clients: Mapping[str, Client]
    triggers: Mapping[str, Trigger]
    changes: Sequence[Change]
    bindings: Sequence[Binding]
    consent: ConsentSection | None
    partial: bool = False

    def keys(self, section: str) -> Mapping[str, Node]:
        """Where the names of a section's entries stand."""
        node = self.top.items.get(section)
        return {} if node is None else node.keys

    def unread(self, section: str) -> bool:
        """Whether a section stands there but could not be read."""
        node = self.top.items.get(section)
        return node is not None and node.missing

    def broken(self) -> set[str]:
        """The paths of entries that have an error themselves: nothing more need be said about them."""
        return {_entry(one.path) for one in self.decoder.problems if not one.warning}

    def texts(self) -> Iterator[tuple[Node, tuple[str, ...]]]:
        """Every single value outside the tests with the names above it, the nearest first."""
        for section, node in self.top.items.items():
            if section not in LITERAL:
                yield from _texts(node, (section,))


def _texts(node: Node, above: tuple[str, ...]) -> Iterator[tuple[Node, tuple[str, ...]]]:
    if node.kind == "scalar":
        yield node, above
    for name, inner in node.items.items():
        yield from _texts(inner, (name, *above))
    for inner in node.elements:
        yield from _texts(inner, above)


def _entry(path: str) -> str:
    """``tags.meta`` of ``tags.meta.fires_on[1]``."""
    return ".".join(path.split(".")[:2]).split("[")[0]
