"""The node: one value of a YAML file together with the place it was written at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(slots=True)
class Node:
    """A mapping (``items``), a list (``elements``) or a scalar (``value``), with line and column from 1.

    ``raw`` is a scalar's text; ``quoted`` says whether quotes kept it text, ``block`` whether ``|`` or ``>`` did, and
    ``lines`` are those of the file it stands in, where they hold more than the text. ``environment`` names the
    variable a value was read from, ``default`` what stands for it when it is not set, ``missing`` says it is not set,
    ``excused`` that nobody needs it now.
    ``path`` is the dotted way to it from the top of the file.
    """

    kind: Literal["mapping", "list", "scalar"]
    file: str
    line: int
    column: int
    path: str
    value: Any = None
    raw: str = ""
    quoted: bool = False
    block: bool = False
    lines: tuple[str, ...] = ()
    environment: str | None = None
    default: str | None = None
    missing: bool = False
    excused: bool = False
    items: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Node] = field(default_factory=dict)
    elements: list[Node] = field(default_factory=list)

    @property
    def noun(self) -> str:
        """What a person would call it."""
        if self.kind != "scalar":
            return "a mapping" if self.kind == "mapping" else "a list"
        if self.value is None:
            return "nothing"
        if isinstance(self.value, bool):
            return "true or false"
        return "a number" if isinstance(self.value, int | float) else "text"

    @property
    def plainly(self) -> str:
        """The text as it was typed without quotes, "" for anything else."""
        return self.raw if self.kind == "scalar" and not self.quoted and self.environment is None else ""

    def excuse(self) -> None:
        """Forget what is unset in and below a node that nobody decodes: the fault above it is the one to mend."""
        self.excused = True
        for inner in (*self.items.values(), *self.elements):
            inner.excuse()

    def plain(self) -> Any:
        """The value without places: dicts, lists, texts, numbers."""
        if self.kind == "mapping":
            return {key: node.plain() for key, node in self.items.items()}
        if self.kind == "list":
            return [node.plain() for node in self.elements]
        return self.value
