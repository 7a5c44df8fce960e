"""The faults of cases: what cannot be meant, told at its place."""

from __future__ import annotations

from collections.abc import Collection

from container.node import Node
from container.problem import Problem, shorten, suggestion


class Faults:
    """Collects the problems of the cases of one configuration."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def problem(self, node: Node, text: str, hint: str) -> None:
        """Report something at a node."""
        self.problems.append(Problem(node.file, node.line, node.column, node.path, "test", text, hint))

    def mapping(self, node: Node, known: Collection[str] | None) -> bool:
        """Whether the node is a mapping; each word in it that is not ``known`` is reported too."""
        if node.kind != "mapping":
            hint = "write { name: value }"
            if known:
                hint += f"; names: {', '.join(known)}"
            self.problem(node, f"expected a mapping, found {node.noun}", hint)
            return False
        for word in node.items if known is not None else ():
            if word not in (known or ()):
                self.problem(node.keys[word], f"'{shorten(word)}' is not known here", suggestion(word, known or ()))
        return True

    def name(self, node: Node, what: str, known: Collection[str] | None) -> bool:
        """Whether the node is the name of something there is; with ``known`` None any name may be one."""
        if node.kind == "scalar" and node.value is not None:
            if known is None or node.raw in known:
                return True
            said = f"'{shorten(node.raw)}'"
        else:
            said = node.noun
        self.problem(node, f"there is no {what} {said}", suggestion(node.raw, known or ()))
        return False
