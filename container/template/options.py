"""The options of a template: from its lines to the same declarations a tag in Python makes."""

from __future__ import annotations

import keyword
import re
from typing import Any

from container.component import Tag
from container.kinds import (
    NAME_PATTERN,
    Boolean,
    Choice,
    Integer,
    ListOf,
    MapOf,
    Number,
    Secret,
    SecretText,
    Templated,
    Text,
)
from container.node import Node
from container.outgoing.written import BodyKind
from container.schema import REQUIRED, Invalid, Kind, Option, Reader
from container.template.file import Face, OptionLines

_EMPTY: dict[str, Any] = {"list": [], "mapping": {}, "fields": {}, "secret": SecretText("")}
_TAKEN = frozenset(dir(Tag)) | {"endpoint", "event_names"}


def declared(file: Face, node: Node, reader: Reader) -> dict[str, Option]:
    """The options by name; what is wrong with a line is reported at it."""
    found: dict[str, Option] = {}
    for name, lines in file.options_.items():
        key, body = node.keys[name], node.items[name]
        if not re.fullmatch(NAME_PATTERN, name) or keyword.iskeyword(name) or name.startswith("_"):
            reader.problem(key, "name", f"'{name}' cannot be the name of an option", "use letters, digits and _")
        elif name in _TAKEN:
            reader.problem(key, "name", f"every tag has something called '{name}'", "give the option another name")
        elif (kind := _kind(lines, body, reader)) is not None:
            found[name] = Option(kind, lines.help, _default(lines, kind, body, reader))
    taken = (
        "The vendor's API, when delivery.to is live.",
        "Event names here -> names at the vendor, before the built-in.",
    )
    found["endpoint"] = Option(Text(r"https?://[^\s{}@]+", example=file.endpoint), taken[0], file.endpoint)
    found["event_names"] = Option(MapOf(Text()), taken[1], {})
    return found


def _kind(lines: OptionLines, node: Node, reader: Reader) -> Kind[Any] | None:
    word = lines.kind
    if lines.pattern:
        try:
            re.compile(lines.pattern)
        except re.error as error:
            reader.problem(node.items["pattern"], "regex", f"the pattern cannot be read: {error}", "mend it")
            return None
    if word == "choice" and not lines.choices:
        reader.problem(node, "missing", "a choice needs its words", "add choices: and a list of words")
        return None
    kinds: dict[str, Kind[Any]] = {
        "text": Text(lines.pattern, example=lines.example, empty=lines.default == ""),
        "secret": Secret(),
        "integer": Integer(lines.least, lines.most),
        "number": Number(lines.least, lines.most),
        "boolean": Boolean(),
        "choice": Choice(*lines.choices),
        "list": ListOf(Text(lines.pattern, example=lines.example)),
        "mapping": MapOf(Text()),
        "expression": Templated(),
        "fields": MapOf(BodyKind()),
    }
    return kinds[word]


def _default(lines: OptionLines, kind: Kind[Any], node: Node, reader: Reader) -> Any:
    """The default as the option's own kind reads it; REQUIRED when there is none."""
    if lines.optional:
        return _EMPTY.get(lines.kind)
    if "default" not in getattr(node, "items", {}):
        return REQUIRED
    if lines.kind == "secret":
        reader.problem(node.items["default"], "secret", "a secret has no default", "write optional: true instead")
        return REQUIRED
    value = kind.decode(node.items["default"], reader)
    return REQUIRED if isinstance(value, Invalid) else value
