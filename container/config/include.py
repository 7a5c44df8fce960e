"""Includes: the files a configuration is written in, each found and read once, their sections merged by name."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from container.config.compose import Composer
from container.node import Node
from container.problem import Problem, shorten

WORD = "include"
MAIN_ONLY = ("container", "delivery")
"""Sections of the main file alone: where the container listens and where data goes is told in the file one opens."""
TEMPLATE = frozenset({"endpoint", "payload"})
"""What a tag template has and no configuration; both may stand in the folder tags."""
MOST_FILES = 500

_WILD = re.compile(r"[*?\[]")


@dataclass(slots=True)
class Gathered:
    """The merged sections, or None where there is nothing to work with.

    ``files`` are all that were looked for, the main one first; ``folders`` those where a pattern looked for more: a
    change of one of them may change the configuration. ``partial`` says that a file could not be read as a whole.
    """

    top: Node | None
    files: list[Path] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    partial: bool = False


def gather(composer: Composer, path: Path) -> Gathered:
    """Read a file and, one after the other, everything it includes; patterns give files in the order of their names."""
    return _Gathering(composer, path).run()


class _Gathering:
    """One run: what was read so far, and into what it is merged."""

    def __init__(self, composer: Composer, main: Path) -> None:
        self.composer, self.main = composer, main
        self.found = Gathered(None)
        self.known: set[str] = set()
        self.full = False

    def run(self) -> Gathered:
        top = self._read(self.main, required=True)
        self.found.top = top
        if top is not None and top.kind == "mapping":
            written = self._take(top)
            self._follow(written, self.main, (self.main,))
        return self.found

    def _read(self, path: Path, *, required: bool) -> Node | None:
        self.found.files.append(path)
        self.known.add(_same(path))
        before = len(self.composer.problems)
        top = self.composer.read(path, required=required)
        self.found.partial |= top is None and len(self.composer.problems) > before
        return top

    def _take(self, top: Node) -> Node | None:
        """The list of includes of a file, which is no section."""
        top.keys.pop(WORD, None)
        return top.items.pop(WORD, None)

    def _follow(self, written: Node | None, by: Path, way: tuple[Path, ...]) -> None:
        if written is None or (written.kind == "scalar" and written.value is None):
            return
        for node in written.elements if written.kind == "list" else [written]:
            for path in self._paths(node, by, way):
                self._include(path, node, way)

    def _include(self, path: Path, node: Node, way: tuple[Path, ...]) -> None:
        if _same(path) in self.known or self.full:
            return
        if len(self.found.files) >= MOST_FILES:
            self.full = self.found.partial = True
            self._fault(node, f"more than {MOST_FILES} files are included", "write fewer, larger files")
            return
        top = self._read(path, required=False)
        if top is None:
            return
        if top.kind != "mapping":
            self._fault(top, f"expected sections, found {top.noun}", "write a section such as tags: above it", "type")
            return
        if top.items.keys() >= TEMPLATE:
            if not _WILD.search(str(node.value)):
                text = f"'{path.name}' is a tag template, no part of a configuration"
                self._fault(node, text, "remove the line; templates are found by the folder tags")
            return
        written = self._take(top)
        self._merge(top)
        self._follow(written, path, (*way, path))

    def _merge(self, top: Node) -> None:
        assert self.found.top is not None
        into = self.found.top
        for word, section in top.items.items():
            key, there = top.keys[word], into.items.get(word)
            if word in MAIN_ONLY:
                self._fault(key, f"'{word}' cannot stand in an included file", f"move it to {self.main.name}")
                section.excuse()
            elif there is None or (there.kind == "scalar" and there.value is None and not there.missing):
                into.items[word], into.keys[word] = section, key
            elif section.kind == "mapping" and there.kind == "mapping":
                self._join(section, there)
            elif section.kind != "mapping" and section.value is not None:
                self._fault(
                    section, f"expected names, found {section.noun}", "write a name, a colon, its value", "type"
                )

    def _join(self, section: Node, into: Node) -> None:
        for name, entry in section.items.items():
            key = section.keys[name]
            if name in into.keys:
                first = into.keys[name]
                text = f"'{name}' stands here twice, first in {first.file}:{first.line}"
                self._fault(key, text, "remove one of them, or give it another name", "duplicate")
                entry.excuse()
            else:
                into.items[name], into.keys[name] = entry, key

    def _paths(self, node: Node, by: Path, way: tuple[Path, ...]) -> list[Path]:
        """The files one line of ``include`` names, relative to the file it stands in."""
        if node.missing:
            return []
        if not isinstance(node.value, str) or not node.value:
            self._fault(node, f"expected the name of a file, found {node.noun}", "write include: [tags/*.yaml]", "type")
            return []
        pattern = node.value
        shown = shorten(pattern)
        inside = os.path.normpath(os.path.join(os.path.relpath(by.parent, self.main.parent), pattern))
        if os.path.isabs(pattern) or inside.split(os.sep)[0] == os.pardir:
            self._fault(
                node, f"'{shown}' leads out of the folder of {self.main.name}", "move the file into that folder"
            )
            return []
        if "**" in pattern or "\0" in pattern:
            self._fault(node, f"'{shown}' is not a path", "write one line for each folder, such as tags/*.yaml")
            return []
        if _WILD.search(pattern):
            paths = self._match(Path(inside).parts)
            if not paths:
                text, hint = f"no file matches '{shown}'", "check the path; it starts at the folder of this file"
                place = (node.file, node.line, node.column, node.path)
                self.composer.problems.append(Problem(*place, "include", text, hint, warning=True))
            return paths
        path = self.main.parent / inside
        if _same(path) in {_same(one) for one in way}:
            start = [_same(one) for one in way].index(_same(path))
            names = " -> ".join(os.path.relpath(one, self.main.parent) for one in (*way[start:], path))
            self._fault(node, f"the file includes itself: {names}", "take one of these includes out")
            return []
        if path.is_file():
            return [path]
        self.found.files.append(path)
        self.found.partial = True
        if path.is_dir():
            self._fault(node, f"'{shown}' is a folder", f"write {shown.rstrip('/')}/*.yaml")
        else:
            self._fault(node, f"there is no file '{shown}'", "check the path; it starts at the folder of this file")
        return []

    def _match(self, parts: tuple[str, ...]) -> list[Path]:
        """Files by a pattern, sorted; hidden ones only where the pattern says so, as in a shell."""
        folders = [self.main.parent]
        for part in parts[:-1]:
            folders = [one for folder in folders for one in self._entries(folder, part) if one.is_dir()]
        return [one for folder in folders for one in self._entries(folder, parts[-1]) if one.is_file()]

    def _entries(self, folder: Path, part: str) -> list[Path]:
        if not _WILD.search(part):
            return [folder / part]
        self.found.folders.append(folder)
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            return []  # told as a pattern that matches no file
        return [folder / one for one in names if fnmatchcase(one, part) and one.startswith(".") <= part.startswith(".")]

    def _fault(self, node: Node, text: str, hint: str, kind: str = "include") -> None:
        self.composer.fault(node.file, node.line, node.column, kind, text, hint, path=node.path)


def _same(path: Path) -> str:
    """What two paths to one file have in common."""
    return os.path.realpath(path)
