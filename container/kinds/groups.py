"""The kinds made of other kinds: lists, mappings, groups of options, trees of expressions, sets of conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from container.expression import Expression
from container.foreign import ours
from container.kinds.scalars import Templated
from container.node import Node
from container.problem import nearest, suggestion
from container.schema import INVALID, Invalid, Kind, Option, Options, Reader, Rest, When, attribute

T = TypeVar("T")
G = TypeVar("G", bound=Options)


class ListOf(Kind[list[T]]):
    """A list; one value standing alone is a list of one."""

    def __init__(self, kind: Kind[T], *, most: int | None = None) -> None:
        self.kind = kind
        self.most = most
        self.secret = kind.secret
        self.mapping = kind.mapping
        self.noun = f"{kind.noun} or a list"

    def decode(self, node: Node, reader: Reader) -> list[T] | Invalid:
        nodes = node.elements if node.kind == "list" else [node]
        values = [self.kind.decode(one, reader) for one in nodes]
        if self.most is not None and len(values) > self.most:
            reader.problem(node, "value", f"{len(values)} values are too many", f"write at most {self.most}")
            return INVALID
        kept = [one for one in values if not isinstance(one, Invalid)]
        return kept if len(kept) == len(values) else INVALID

    def json_schema(self) -> dict[str, Any]:
        one = self.kind.written()
        return {"anyOf": [one, {"type": "array", "items": one}]}


class MapOf(Kind[dict[str, T]]):
    """A mapping with free keys; ``keys`` limits them to known words."""

    noun = "a mapping"
    mapping = True

    def advice(self, node: Node) -> str:
        return f"write {{ name: value }}{', without the [ ]' if node.kind == 'list' else ''}"

    def __init__(self, kind: Kind[T], *, keys: frozenset[str] | None = None) -> None:
        self.kind = kind
        self.keys = keys
        self.secret = kind.secret

    def decode(self, node: Node, reader: Reader) -> dict[str, T] | Invalid:
        if node.kind != "mapping":
            return self.expected(node, reader)
        found: dict[str, T] = {}
        whole = True
        for key, inner in node.items.items():
            if self.keys is not None and key not in self.keys:
                reader.problem(node.keys[key], "unknown", f"'{key}' is not known here", suggestion(key, self.keys))
                whole = False
                continue
            value = self.kind.decode(inner, reader)
            if isinstance(value, Invalid):
                whole = False
            else:
                found[key] = value
        return found if whole else INVALID

    def json_schema(self) -> dict[str, Any]:
        one = self.kind.written()
        if self.keys is None:
            return {"type": "object", "additionalProperties": one}
        return {"type": "object", "properties": dict.fromkeys(sorted(self.keys), one), "additionalProperties": False}


class Group(Kind[G]):
    """A mapping with named options of its own, decoded into an instance of ``cls``; its bare option may stand alone."""

    def __init__(self, cls: type[G]) -> None:
        self.cls = cls
        bare = cls.bare_option()
        self.noun = "a mapping" if bare is None else f"{bare.kind.noun} or a mapping"

    def decode(self, node: Node, reader: Reader) -> G | Invalid:
        return decode_options(self.cls, node, reader, title="this section")

    def json_schema(self) -> dict[str, Any]:
        return options_schema(self.cls)


class Tree(Kind[Any]):
    """A value in which every text may hold ``{{ }}``, through lists and mappings; decoded into a TemplateTree."""

    noun = "a value, a list or a mapping"
    mapping = True

    def decode(self, node: Node, reader: Reader) -> Any | Invalid:
        if node.kind == "scalar":
            return Templated().decode(node, reader)
        inner: Kind[Any] = Tree()
        if node.kind == "list":
            return ListOf(inner).decode(node, reader)
        return MapOf(inner).decode(node, reader)


def read_tree(tree: Any, context: Any) -> Any:
    """The value of a decoded Tree for one event; what is not there is left out of its mapping or list."""
    if isinstance(tree, Expression):
        return tree.read(context)
    if isinstance(tree, Mapping):
        found = {key: read_tree(inner, context) for key, inner in tree.items()}
        return {key: value for key, value in found.items() if value is not None}
    if isinstance(tree, list):
        return [value for value in (read_tree(inner, context) for inner in tree) if value is not None]
    return tree


class ConditionSet(Kind[When]):
    """Conditions that must all hold, written out or by the name of a trigger."""

    noun = "the name of a trigger or conditions"
    mapping = True

    def decode(self, node: Node, reader: Reader) -> When | Invalid:
        return reader.when(node)

    def advice(self, node: Node) -> str:
        return "write the name of a trigger, or conditions such as { event: purchase }"

    def json_schema(self) -> dict[str, Any]:
        return {"anyOf": [{"$ref": "#/$defs/trigger"}, {"$ref": "#/$defs/trigger_name"}]}


def decode_options(cls: type[G], node: Node, reader: Reader, *, title: str) -> G | Invalid:
    """Decode the body of a component or section; every problem of it is reported."""
    bare = cls.bare_option()
    if node.kind == "mapping" and not (bare is not None and bare.kind.mapping and not _names_option(cls, node)):
        nodes = node.items
    elif node.kind == "scalar" and node.value is None and not node.missing:
        nodes = {}
    elif bare is not None:
        nodes = {bare.name: node}
    else:
        if not node.missing:
            hint = f"options: {', '.join(cls.options)}" if cls.options else f"it has none: write {title} alone"
            reader.problem(node, "type", f"expected the options of {title}, found {node.noun}", hint)
        return INVALID
    values, whole = _decode_each(cls, node, nodes, reader, title)
    if not whole:
        unread = {attribute(name, cls) for name in cls.options if name in nodes or cls.options[name].required}
        return Invalid(Rest(cls, values, frozenset(unread - values.keys())))
    return cls(**values)


def _decode_each(
    cls: type[Options], node: Node, nodes: Mapping[str, Node], reader: Reader, title: str
) -> tuple[dict[str, Any], bool]:
    values: dict[str, Any] = {}
    whole = True
    meant: set[str | None] = set()
    for name, inner in nodes.items():
        declared = cls.options.get(name)
        if declared is None:
            text = f"{title} has no option '{name}'"
            reader.problem(
                node.keys.get(name, inner), "unknown", text, _elsewhere(cls, name) or suggestion(name, cls.options)
            )
            close = nearest(name, cls.options)
            slipped = close is not None and close != ours(name, cls.options)  # other programs' words take other values
            if close is not None and slipped and close not in nodes and "=" not in name:
                cls.options[close].kind.decode(inner, reader)  # what is wrong with the value is told in the same run
            else:
                inner.excuse()
            whole = False
            meant.add(close)
            continue
        if _unset(inner, declared):
            continue
        value = declared.kind.decode(inner, reader)
        if isinstance(value, Invalid):
            whole = False
        else:
            values[attribute(name, cls)] = value
    for declared in cls.options.values():
        # A name written almost right was reported with the right one; to call it missing as well would be noise.
        if declared.required and declared.name not in nodes and declared.name not in meant:
            hint = f"add {declared.name}: {declared.help[:1].lower()}{declared.help[1:].rstrip('.')}"
            reader.problem(node, "missing", f"{title} needs the option '{declared.name}'", hint)
            whole = False
    return values, whole


def _elsewhere(cls: type[Options], name: str) -> str:
    """Advice for an option that belongs one level further in."""
    for group in cls.options.values():
        if isinstance(group.kind, Group) and name in group.kind.cls.options:
            return f"write {group.name}: {{ {name}: ... }}"
    return ""


def _unset(node: Node, declared: Option) -> bool:
    """An empty value from the environment counts as not written, where the option has a default and is no secret."""
    if node.environment is None or node.missing or node.raw:
        return False
    # An empty key must not quietly open what it was meant to lock: the kind says what is wrong.
    return not declared.required and not declared.kind.secret


def _names_option(cls: type[Options], node: Node) -> bool:
    return bool(node.items) and all(key in cls.options for key in node.items)


def options_schema(cls: type[Options]) -> dict[str, Any]:
    """The JSON Schema of a component's or section's body."""
    properties = {}
    for declared in cls.options.values():
        schema = {**declared.kind.written(), "description": declared.help}
        properties[declared.name] = schema
    body: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    required = [one.name for one in cls.options.values() if one.required]
    if required:
        body["required"] = required
    body["description"] = cls.summary()
    bare = cls.bare_option()
    choices = [body]
    if bare is not None:
        choices.append({**bare.kind.written(), "description": bare.help})
    if not required:
        choices.append({"type": "null"})
    return body if len(choices) == 1 else {"anyOf": choices}
