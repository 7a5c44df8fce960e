"""Written at: the address of the line on which an entry of the configuration stands, on the page of its files."""

from __future__ import annotations

from pathlib import Path

from container.config.load import Loaded
from container.node import Node
from container.web.console.page import ROOT

PAGE = f"{ROOT}/container/file"


def written_at(loaded: Loaded, folder: Path, section: str, name: str) -> str:
    """Where ``section: { name: ... }`` is written, where the section is when it has no such entry; the page itself when
    it has neither."""
    top = loaded.top
    key = top.keys.get(section) if top is not None else None
    inside = top.items.get(section) if top is not None else None
    if inside is not None and inside.kind == "mapping" and name in inside.keys:
        key = inside.keys[name]
    return PAGE if key is None else f"{PAGE}#{anchor(key, folder)}"


def anchor(node: Node, folder: Path) -> str:
    """How the page calls the line of a node."""
    path = Path(node.file)
    return f"{path.relative_to(folder) if path.is_relative_to(folder) else path}-{node.line}"
