"""The comparison of two versions: their sections in the words of the configuration, component files beside them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import PurePosixPath

from container.config.compose import Composer
from container.config.difference import ABSENT, Change, Comparison, difference
from container.config.snapshot import Snapshot, written
from container.registry import Registry


def compare(old: Snapshot, new: Snapshot, registry: Registry | None = None) -> list[Change]:
    """The difference between two versions: of their sections, and of the component files beside them.

    Files that are no readable configuration are compared by their lines.
    """
    found = [written(one) for one in (old, new)]
    read = {name for one in found for name in one.files}
    names = [*new.files, *(name for name in old.files if name not in new.files)]
    changes: list[Change] = []
    if all(one.whole for one in found):
        changes += difference(found[0].top, found[1].top, registry)
    else:
        changes += [
            one for name in names if name in read for one in _file(name, old.files.get(name), new.files.get(name))
        ]
    for name in names:
        if name not in read:
            changes += _component(name, old.files.get(name), new.files.get(name))
    return changes


def _component(name: str, old: bytes | None, new: bytes | None) -> Iterator[Change]:
    """A component's file: a template by what is written in it, a program by its lines."""
    if name.endswith(".yaml") and old is not None and new is not None:
        tops = [Composer({}).compose(one, name) for one in (old, new)]
        if all(one is not None and one.kind == "mapping" for one in tops):
            yield from Comparison(None).values("template", PurePosixPath(name).stem, "", *tops)
            return
    yield from _file(name, old, new)


def _file(name: str, old: bytes | None, new: bytes | None) -> Iterator[Change]:
    if old is None or new is None:
        yield Change("added" if old is None else "removed", "file", name)
    elif old != new:
        lines = [one.decode(errors="replace").splitlines() for one in (old, new)]
        marks = [line[0] for line in list(difflib.unified_diff(lines[0], lines[1], n=0, lineterm=""))[2:]]
        said = f"{_lines(marks.count('+'))} added, {marks.count('-')} removed"
        yield Change("changed", "file", name, "", ABSENT, said)


def _lines(number: int) -> str:
    return f"{number} line" + ("" if number == 1 else "s")
