"""The given: the hit of a case, written by its parts or taken from a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from container.cases.faults import Faults
from container.component import Client
from container.config.case import GIVEN
from container.hit import Hit
from container.hit_file import HitFileError, hit_from, read_hits
from container.node import Node
from container.problem import shorten, suggestion

_BESIDE_FILE = ("file", "id", "ip")
"""What may stand beside ``file``: which of its hits, and whose address it came from, which a raw request lacks."""
_ADVICE = "see docs/testing.md for what a hit may hold"


class Givens:
    """Reads the hits of cases. ``clients`` is None where nobody can know which there are.

    ``files`` are the files of hits that were asked for, whether or not they could be read.
    """

    def __init__(self, faults: Faults, clients: Mapping[str, Client | None] | None) -> None:
        self.faults = faults
        self.clients = clients
        self.files: dict[Path, dict[str, Hit] | HitFileError] = {}

    def hit(self, given: Node) -> Hit | None:
        """The hit, or None after what is wrong with it was reported."""
        if not self.faults.mapping(given, GIVEN):
            return None
        if "file" in given.items:
            return self._from_file(given)
        if "id" in given.items:
            text = "id: chooses a hit of a file, and there is no file:"
            self.faults.problem(given.keys["id"], text, "write file: hits/orders.jsonl beside it, or remove it")
            return None
        return self._from_parts(given)

    def _from_parts(self, given: Node) -> Hit | None:
        fields = {word: _literal(node) for word, node in given.items.items() if word in GIVEN and word != "body"}
        if "body" in given.items:
            fields["body"] = given.items["body"].plain()
        if "client" in given.items:
            if not self.faults.name(given.items["client"], "client", self.clients):
                return None
            client = (self.clients or {}).get(fields["client"])
            fields.setdefault("path", next(iter(client.paths()), "/") if client is not None else "/")
        try:
            return hit_from(fields)
        except HitFileError as error:
            self.faults.problem(_at(given, error.path), str(error), _ADVICE)
            return None

    def _from_file(self, given: Node) -> Hit | None:
        for word in given.items:
            if word in GIVEN and word not in _BESIDE_FILE:
                text = f"'{word}' cannot stand beside file:, which holds the whole hit"
                self.faults.problem(
                    given.keys[word], text, f"remove it; beside file: are {', '.join(_BESIDE_FILE[1:])}"
                )
        node = given.items["file"]
        if node.kind != "scalar" or node.value is None:
            self.faults.problem(
                node, f"expected the name of a file of hits, found {node.noun}", "write file: order.http"
            )
            return None
        hits = self._hits(Path(node.file).parent / node.raw)
        if isinstance(hits, HitFileError):
            self.faults.problem(node, str(hits), "the path starts at the folder of this file")
            return None
        hit = self._chosen(hits, given.items.get("id"), node)
        if hit is not None and "ip" in given.items:
            hit = replace(hit, ip=str(_literal(given.items["ip"]) or ""))
        return hit

    def _hits(self, path: Path) -> dict[str, Hit] | HitFileError:
        if path not in self.files:
            try:
                found: dict[str, Hit] = {}
                for hit in read_hits(path):
                    found.setdefault(hit.id, hit)
                self.files[path] = found
            except HitFileError as error:
                self.files[path] = error
        return self.files[path]

    def _chosen(self, hits: dict[str, Hit], node: Node | None, file: Node) -> Hit | None:
        if node is None:
            if len(hits) == 1:
                return next(iter(hits.values()))
            text = f"{file.raw} holds {len(hits)} hits" if hits else f"{file.raw} holds no hit"
            self.faults.problem(file, text, "write id: beside it to choose one" if hits else "write one into it")
            return None
        if node.kind == "scalar" and node.raw in hits:
            return hits[node.raw]
        said = f"'{shorten(node.raw)}'" if node.kind == "scalar" else node.noun
        self.faults.problem(node, f"{file.raw} holds no hit with the id {said}", suggestion(node.raw, hits))
        return None


def _at(node: Node, path: tuple[str, ...]) -> Node:
    """The node at a path below this one, or the last there is on the way."""
    for word in path:
        if word not in node.items:
            break
        node = node.items[word]
    return node


def _literal(node: Node) -> Any:
    """A hit is text: ``1.10`` under ``query`` stays these four characters."""
    if node.kind == "mapping":
        return {key: _literal(inner) for key, inner in node.items.items()}
    if node.kind == "list":
        return [_literal(inner) for inner in node.elements]
    return None if node.value is None else node.raw
