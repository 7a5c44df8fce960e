"""Composing: YAML text to nodes with places, by scalar rules that do not surprise, with ``$NAME`` filled in."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import yaml

from container.node import Node
from container.problem import Problem

LARGEST_FILE = 1024 * 1024
DEEPEST = 40
MOST_NODES = 20_000

_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,17})")
_FLOAT = re.compile(r"-?(?:0|[1-9]\d*)\.\d+(?:[eE][+-]?\d{1,3})?")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml when PyYAML was built with it: a large file is read in milliseconds."""
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


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was read."""

    path: Path
    data: bytes

    @property
    def digest(self) -> str:
        """The SHA-256 of its bytes, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def text(self) -> str:
        """What stands in it, without a byte order mark; bytes that are not UTF-8 are replaced."""
        return self.data.removeprefix(codecs.BOM_UTF8).decode(errors="replace")


class Composer:
    """Reads YAML files into nodes and collects every problem on the way."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[Problem] = []
        self.unset: list[Node] = []
        self.sources: list[Source] = []
        self._built = 0
        self._overflow = False

    def read(self, path: Path, *, required: bool = True) -> Node | None:
        """The file's top node, or None when there is nothing to work with. With ``required`` off it may be empty."""
        try:
            size = path.stat().st_size
            data = path.read_bytes() if size <= LARGEST_FILE else b""
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            self.fault(str(path), 1, 1, "file", f"the file cannot be read: {reason}", "check the path with --config")
            return None
        if size > LARGEST_FILE:
            text = f"the file has {size / 1e6:.1f} MB, more than a configuration can sensibly need"
            self.fault(str(path), 1, 1, "file", text, "check that this is the right file; the limit is 1 MiB")
            return None
        self.sources.append(Source(path, data))
        return self.compose(data, str(path), required=required)

    def compose(self, data: bytes | str, file: str, *, required: bool = True) -> Node | None:
        """The top node of a YAML text."""
        text = self._text(data, file)
        if text is None:
            return None
        try:
            if not self._allowed(text, file):
                return None
            tree = yaml.compose(text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            self._syntax(error, text, file)
            return None
        except yaml.reader.ReaderError as error:
            line, column = _place(text, error.position)
            what = f"the character U+{_code(error.character):04X} is not allowed in YAML"
            self.fault(file, line, column, "yaml", what, "remove it")
            return None
        if tree is None:
            if required:
                self.fault(file, 1, 1, "empty", "the file is empty", "start from the shipped config.yaml")
            return None
        node = self._node(tree, file, "", 0, literal=False)
        return None if self._overflow else node

    def _allowed(self, text: str, file: str) -> bool:
        """Look for what must not even be composed: nesting would cost recursion, tags would be silently dropped."""
        depth = 0
        for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
            mark = event.start_mark
            place = (file, mark.line + 1, mark.column + 1) if mark is not None else (file, 1, 1)
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > DEEPEST:
                self.fault(*place, "yaml", f"the file is nested more than {DEEPEST} levels deep", "write it flatter")
                return False
            if count > 3 * MOST_NODES + 3:  # a name, a start and an end each
                self._too_large(*place)
                return False
            tag = getattr(event, "tag", None)
            if tag is not None and tag != "!":
                short = tag.replace("tag:yaml.org,2002:", "!!")
                self.fault(*place, "yaml", f"the YAML tag {short} is not read here", "write the plain value")
                return False
        return True

    def _text(self, data: bytes | str, file: str) -> str | None:
        if isinstance(data, str):
            return data
        if b"\0" in data[:65536]:
            self.fault(file, 1, 1, "yaml", "the file is binary, not YAML", "write plain YAML in UTF-8")
            return None
        data = data.removeprefix(codecs.BOM_UTF8)
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            line, column = _place(before := data[: error.start].decode(), len(before))
            text = f"the byte 0x{data[error.start]:02x} is not UTF-8"
            self.fault(file, line, column, "yaml", text, "save the file as UTF-8")
            return None

    def _syntax(self, error: yaml.MarkedYAMLError, text: str, file: str) -> None:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        lines = text.splitlines()
        written = lines[line - 1] if 0 < line <= len(lines) else ""
        problem = (error.problem or "it cannot be read").replace("\n", " ")
        hint = "check the indentation and quotes around this place"
        if "\t" in written[: column + 1]:
            problem, hint = "a tab is used for indentation", "indent with blanks; YAML does not allow tabs"
        elif "undefined alias" in problem:
            problem, hint = "the alias has no anchor before it", "write &name at the first place, then *name"
        elif "{{" in written:
            hint = 'put quotes around an expression: "{{ ... }}"'
        elif "single document" in str(error):
            problem, hint = "the file holds more than one document", "remove the second '---'"
        self.fault(file, line, column, "yaml", f"this is not YAML: {problem}", hint)

    def _node(self, tree: yaml.Node, file: str, path: str, depth: int, *, literal: bool) -> Node:
        mark = tree.start_mark
        place = (file, mark.line + 1, mark.column + 1, path)
        self._built += 1
        if self._built > MOST_NODES or depth > DEEPEST:
            if not self._overflow:
                self._overflow = True
                self._too_large(*place[:3])
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
            mark = key_tree.start_mark
            line, column = mark.line + 1, mark.column + 1
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
        found = None if literal or not raw.startswith("$") else _ENVIRONMENT.fullmatch(raw)
        if found:
            self._fill(node, found[1], found[2])
        return node

    def _fill(self, node: Node, name: str, default: str | None) -> None:
        """Put the environment's text in the place of ``$NAME``. ``NAME_FILE`` may name a file that holds it."""
        node.environment = name
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

    def _too_large(self, file: str, line: int, column: int) -> None:
        text = f"the file unfolds to more than {MOST_NODES} values or {DEEPEST} levels"
        self.fault(file, line, column, "yaml", text, "write it without aliases of aliases, or make two of it")

    def fault(self, file: str, line: int, column: int, kind: str, text: str, hint: str, *, path: str = "") -> None:
        """Report an error at a place; ``path`` is the dotted way to it, where there is one."""
        self.problems.append(Problem(file, line, column, path, kind, text, hint))


def _code(character: str | int) -> int:
    """libyaml names a character it refuses by its number, PyYAML's own reader by itself."""
    return character if isinstance(character, int) else ord(character)


def _place(text: str, position: int) -> tuple[int, int]:
    """Line and column, from 1, of a character."""
    before = text[:position]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
