"""Composing: YAML text to nodes with places, by scalar rules that do not surprise, with ``$NAME`` filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

import yaml

from container.config.parse import ADVICE, DEEPEST, MOST_NODES, TOO_LARGE, Parsed
from container.config.repair import Lines
from container.config.source import Source, SourceError, read_source, text_of
from container.node import Node
from container.problem import Problem

_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,17})")
_FLOAT = re.compile(r"-?(?:0|[1-9]\d*)\.\d+(?:[eE][+-]?\d{1,3})?")
_ENVIRONMENT = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?", re.S)
_LITERAL_SECTIONS = ("tests",)
"""Sections whose texts are hits and expectations: a dollar sign in them is a dollar sign."""


def scalar(text: str) -> Any:
    """The value of an unquoted scalar.

    Only ``true``, ``false``, ``null``, ``~``, nothing, and plain decimal numbers are more than text: YAML 1.1 would
    make a boolean of ``NO`` and ``on``, an octal number of ``01234`` and a base-60 number of ``12:30:00``.
    """
    if text in {"", "null", "~"}:
        return None
    if text in {"true", "false"}:
        return text == "true"
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and isfinite(number := float(text)):
        return number
    return text


class Composer:
    """Reads YAML files into nodes and collects every problem on the way."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[Problem] = []
        self.unset: list[Node] = []
        self.sources: list[Source] = []
        self._built = 0
        self._lines = Lines("")
        self._overflow = False

    def read(self, path: Path, *, required: bool = True) -> Node | None:
        """The file's top node, or None when there is nothing to work with. With ``required`` off it may be empty."""
        try:
            source = read_source(path)
        except SourceError as error:
            self.fault(str(path), error.line, error.column, error.kind, error.text, error.hint)
            return None
        self.sources.append(source)
        return self.compose(source.data, str(path), required=required)

    def compose(self, data: bytes | str, file: str, *, required: bool = True) -> Node | None:
        """The top node of a YAML text; what is wrong with one place of it is set aside, and the rest is read."""
        try:
            text = data if isinstance(data, str) else text_of(data)
        except SourceError as error:
            self.fault(file, error.line, error.column, error.kind, error.text, error.hint)
            return None
        parsed = Parsed(text)
        for line, column, words, hint in parsed.faults:
            self.fault(file, line, column, "yaml", words, hint)
        self._lines = parsed.lines
        if parsed.tree is None or (isinstance(parsed.tree, yaml.ScalarNode) and not parsed.tree.value):
            if required and not parsed.faults:
                self.fault(file, 1, 1, "empty", "the file is empty", "start from the shipped config.yaml")
            return None
        node = self._node(parsed.tree, file, "", 0, literal=False)
        return None if self._overflow else node

    def _node(self, tree: yaml.Node, file: str, path: str, depth: int, *, literal: bool) -> Node:
        place = (file, *self._place(tree.start_mark), path)
        self._built += 1
        if self._built > MOST_NODES or depth > DEEPEST:
            if not self._overflow:
                self._overflow = True
                self.fault(*place[:3], "yaml", TOO_LARGE, ADVICE)
            return Node("scalar", *place)
        if isinstance(tree, yaml.MappingNode):
            return self._mapping(tree, place, depth, literal=literal)
        if isinstance(tree, yaml.SequenceNode):
            node = Node("list", *place)
            for index, inner in enumerate(tree.value):
                node.elements.append(self._node(inner, file, f"{path}[{index}]", depth + 1, literal=literal))
            return node
        return self._scalar(tree, place, literal=literal)

    def _mapping(self, tree: yaml.MappingNode, place: tuple[str, int, int, str], depth: int, *, literal: bool) -> Node:
        file, path = place[0], place[3]
        node = Node("mapping", *place)
        for key_tree, value_tree in tree.value:
            line, column = self._place(key_tree.start_mark)
            if not isinstance(key_tree, yaml.ScalarNode):
                if isinstance(key_tree, yaml.MappingNode) and tree.flow_style:
                    text, hint = "an expression without quotes", 'put quotes around it: "{{ ... }}"'
                else:
                    text, hint = "a list or mapping cannot be a name", "write a plain name before the colon"
                self.problems.append(Problem(file, line, column, path, "yaml", text, hint))
                node.kind, node.missing = "scalar", True  # reported: nobody should complain about its type as well
                return node
            name = key_tree.value
            if name == "<<" and not key_tree.style:
                text, hint = "merge keys are not read", "write the values out"
                self.problems.append(Problem(file, line, column, path, "yaml", text, hint))
                node.kind, node.missing = "scalar", True
                return node
            inner_path = f"{path}.{name}" if path else name
            if name in node.items:
                first = node.keys[name]
                text = f"'{name}' stands here twice, first in line {first.line}"
                hint = "remove one of them, or give it another name"
                self.problems.append(Problem(file, line, column, inner_path, "duplicate", text, hint))
                continue
            node.keys[name] = Node("scalar", file, line, column, inner_path, name, name)
            below = literal or (not path and name in _LITERAL_SECTIONS)
            node.items[name] = self._node(value_tree, file, inner_path, depth + 1, literal=below)
        return node

    def _scalar(self, tree: yaml.Node, place: tuple[str, int, int, str], *, literal: bool) -> Node:
        raw: str = tree.value
        style = getattr(tree, "style", None)
        quoted = bool(style)  # libyaml says "" for a plain scalar, PyYAML's own parser None
        node = Node("scalar", *place, raw if quoted else scalar(raw), raw, quoted, block=style in {"|", ">"})
        first, last = tree.start_mark.line, tree.end_mark.line
        if quoted or last > first:
            node.lines = tuple(self._lines.lines[first : last + 1])
        if raw in {"", "~"} and not quoted and node.line in self._lines.unread:
            node.missing = True  # told as bad YAML: nobody should complain about what does not stand there
        found = None if literal or not raw.startswith("$") else _ENVIRONMENT.fullmatch(raw)
        if found:
            self._fill(node, found[1], found[2])
        return node

    def _fill(self, node: Node, name: str, default: str | None) -> None:
        """Put the environment's text in the place of ``$NAME``. ``NAME_FILE`` may name a file that holds it."""
        node.environment, node.default = name, default
        text = self.environ.get(name)
        if text is None and f"{name}_FILE" in self.environ:
            try:
                text = Path(self.environ[f"{name}_FILE"]).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = getattr(error, "strerror", None) or "it is not UTF-8"
                place = (node.file, node.line, node.column, node.path)
                what = f"the file named by {name}_FILE cannot be read: {reason.lower()}"
                self.problems.append(Problem(*place, "environment", what, "check the file and its permissions"))
        if text is None:
            text = default
        if text is None:
            node.missing, node.value, node.raw = True, None, ""
            self.unset.append(node)
        else:
            node.value, node.raw = scalar(text) if text else "", text

    def _place(self, mark: Any) -> tuple[int, int]:
        line = mark.line + 1
        return line, self._lines.column(line, mark.column + 1)

    def fault(self, file: str, line: int, column: int, kind: str, text: str, hint: str, *, path: str = "") -> None:
        """Report an error at a place; ``path`` is the dotted way to it, where there is one."""
        self.problems.append(Problem(file, line, column, path, kind, text, hint))
