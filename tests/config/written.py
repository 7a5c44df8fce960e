"""Configurations written into a folder, and read as they are written."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from container.config.compose import Composer
from container.config.snapshot import Snapshot, snapshot
from container.node import Node


def top(text: str) -> Node:
    """The sections of a text, ``$NAME`` unread."""
    composer = Composer({})
    node = composer.compose(dedent(text), "config.yaml")
    assert node is not None, composer.problems
    return node


def texts(**files: str) -> Snapshot:
    """A version made of texts; ``config`` is config.yaml, ``tags__x_yaml`` is tags/x.yaml."""
    names = {
        name.replace("__", "/").replace("_yaml", ".yaml").replace("_py", ".py"): text for name, text in files.items()
    }
    found = {("config.yaml" if name == "config" else name): dedent(text).encode() for name, text in names.items()}
    return Snapshot("config.yaml", found)


def folder_of(folder: Path, version: Snapshot) -> Path:
    """The version's files on disk; returns the path of its configuration."""
    for name, text in version.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    found = folder / version.config
    assert snapshot(found).hash == version.hash
    return found
