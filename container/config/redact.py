"""Redacting: what is written in a configuration as it may be shown, secrets masked by what they are or look like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from container.config.compose import scalar
from container.config.load import ROUTING
from container.node import Node
from container.registry import Registry
from container.schema import Kind, Options

MASK = "***"

NAMED = re.compile(
    r"(?i)(?:^|[_\-. ])(?:token|secret|password|passwd|passphrase|credentials?|authorization|signature"
    r"|(?:api|access|private|signing|auth)[_\-]?key)s?$|(?:token|secret|password|apikey)$"
)
"""Names under which secrets are written."""

_QUERY = re.compile(r"(?i)([?&;](?:[a-z_\-]*(?:token|secret|password|key|signature|sig|auth))=)[^&\s\"']+")
_LOGIN = re.compile(r"(?i)(://)[^/\s@]+@")
_SCHEME = re.compile(r"(?i)\b(bearer|basic|token)\s+[A-Za-z0-9._~+/=\-]{8,}")
_LONG = re.compile(r"(?<![\w\-])(?=[\w\-]*[a-z])(?=[\w\-]*[A-Z])(?=[\w\-]*\d)[A-Za-z0-9_\-]{24,400}(?![\w\-])")
"""Text nobody would write by hand: long, with small and capital letters and digits."""

_ODD = re.compile(r"[\n\"{}\[\],#]|:\s|:$|^[\s'&!|>%@`?-]|^\*(?!\*\*)|\s$")
"""What a text may not hold that is written without quotes."""


class Redact:
    """Knows the secrets of the sections it was shown: options that are declared so, and what looks like one.

    It rather masks too much: ``$NAME`` stays, since the name is no secret.
    """

    def __init__(self, registry: Registry | None = None) -> None:
        self._registry = registry
        self._secret: set[int] = set()
        self._nodes: list[Node] = []  # kept, so that no other node gets the identity of one of them

    def section(self, noun: str, node: Node | None) -> None:
        """Learn which nodes of a section are secrets by the options of its components."""
        if node is None or self._registry is None:
            return
        self._nodes.append(node)
        known = self._registry.components.get("condition" if noun == "trigger" else noun, {})
        for entry in node.items.values():
            for word, body in entry.items.items():
                if word in known and word not in ROUTING.get(noun, {}):
                    self._options(known[word], body)

    def shown(self, node: Node, name: str = "") -> Any:
        """The value as written, with ``$NAME`` for what the environment gives and ``***`` for secrets."""
        if node.kind == "mapping":
            secret = id(node) in self._secret
            return {word: self._below(one, word, secret) for word, one in node.items.items()}
        if node.kind == "list":
            return [self._below(one, name, id(node) in self._secret) for one in node.elements]
        secret = self._is_secret(node, name)
        if node.environment is not None:
            default = "" if node.missing else f":-{MASK if secret and node.raw else masked(node.raw)}"
            return f"${node.environment}{default}"
        if secret and node.value not in (None, ""):
            return MASK
        return masked(node.value) if isinstance(node.value, str) else node.value

    def secrets(self, node: Node, name: str = "") -> Iterator[Node]:
        """The scalars below a node that are shown masked, for who shows the file itself."""
        marked = id(node) in self._secret
        for word, one in [*node.items.items(), *((name, one) for one in node.elements)]:
            if marked:
                self._secret.add(id(one))
            yield from self.secrets(one, word)
        if node.kind == "scalar" and node.value not in (None, "") and self._is_secret(node, name):
            yield node

    def _is_secret(self, node: Node, name: str) -> bool:
        return id(node) in self._secret or NAMED.search(name or node.path.rpartition(".")[2]) is not None

    def _below(self, node: Node, name: str, secret: bool) -> Any:
        if secret:
            self._secret.add(id(node))
        return self.shown(node, name)

    def _options(self, cls: type[Options], node: Node) -> None:
        bare = cls.bare_option()
        if node.kind != "mapping":
            if bare is not None and bare.kind.secret:
                self._secret.add(id(node))
            return
        for name, one in node.items.items():
            if name in cls.options:
                self._kind(cls.options[name].kind, one)

    def _kind(self, kind: Kind[Any], node: Node) -> None:
        inner = getattr(kind, "cls", None)
        if kind.secret:
            self._secret.add(id(node))
        elif isinstance(inner, type) and issubclass(inner, Options):
            self._options(inner, node)
        elif isinstance(getattr(kind, "kind", None), Kind):
            for one in (*node.items.values(), *node.elements):
                self._kind(kind.kind, one)  # type: ignore[attr-defined]


def masked(text: str) -> str:
    """A text without what looks like a secret wherever it stands."""
    text = _QUERY.sub(rf"\1{MASK}", text)
    text = _SCHEME.sub(rf"\1 {MASK}", _LOGIN.sub(rf"\1{MASK}@", text))
    return _LONG.sub(MASK, text)


def literal(value: Any) -> str:
    """A shown value on one line, as it could be written: text that would be read as something else is quoted."""
    if isinstance(value, dict):
        inside = ", ".join(f"{word}: {literal(one)}" for word, one in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    if value and isinstance(scalar(value), str) and not _ODD.search(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
