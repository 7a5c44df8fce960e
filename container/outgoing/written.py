"""How a body is written: the kind of an option in which every text may hold ``{{ }}``, decoded at load."""

from __future__ import annotations

from typing import Any, cast

from jinja2 import nodes

from container.expression import Expression, is_expression
from container.jinja import ENVIRONMENT
from container.kinds import Templated
from container.node import Node
from container.outgoing.body import ITEM, Body, Each
from container.outgoing.hashing import KEYED
from container.problem import suggestion
from container.schema import INVALID, Invalid, Kind, Reader

EACH = "for_each"


class BodyKind(Kind[Body]):
    """A value, list or mapping in which every text may hold ``{{ }}``.

    ``for_each`` beside the fields of a mapping makes a list of it: the fields are read for every element, called
    ``item``. ``known`` are names an expression may use beside the variables of the configuration.
    """

    mapping = True

    def __init__(self, known: frozenset[str] = frozenset(), *, only_mapping: bool = False) -> None:
        self.known = known
        self.only_mapping = only_mapping
        self.noun = "a mapping" if only_mapping else "a value, a list or a mapping"

    def decode(self, node: Node, reader: Reader) -> Body | Invalid:
        if self.only_mapping and node.kind != "mapping":
            return self.expected(node, reader)
        return _decode(node, knowing(reader, self.known))

    def json_schema(self) -> dict[str, Any]:
        return {"type": "object"} if self.only_mapping else {}


class _Knowing:
    """A Reader to which some names in expressions are known that are no variables."""

    def __init__(self, reader: Reader, known: frozenset[str]) -> None:
        self.known, self.reader = known, reader

    def refer(self, node: Node, what: str, name: str, *, offset: int = 0) -> None:
        if name not in self.known:
            self.reader.refer(node, what, name, offset=offset)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.reader, name)


def knowing(reader: Reader, known: frozenset[str]) -> Reader:
    """The same reader, which takes these names in expressions for known."""
    return cast(Reader, _Knowing(reader, known))


def _decode(node: Node, reader: Reader) -> Body | Invalid:
    if node.kind == "scalar":
        found = Templated().decode(node, reader)
        return found if not isinstance(found, Invalid) and _filters_known(node, reader) else INVALID
    if node.kind == "list":
        elements = [_decode(one, reader) for one in node.elements]
        return INVALID if any(isinstance(one, Invalid) for one in elements) else elements
    if EACH not in node.items:
        return _fields(node, reader)
    over = Templated().decode(node.items[EACH], reader)
    body = _fields(node, knowing(reader, frozenset({ITEM})))
    if isinstance(over, Expression) and over.constant:
        hint = 'write for_each: "{{ event.items }}"'
        reader.problem(node.items[EACH], "value", "for_each needs an expression that gives a list", hint)
        return INVALID
    return INVALID if isinstance(over, Invalid) or isinstance(body, Invalid) else Each(over, body)


def _fields(node: Node, reader: Reader) -> Body | Invalid:
    fields = {key: _decode(inner, reader) for key, inner in node.items.items() if key != EACH}
    return INVALID if any(isinstance(one, Invalid) for one in fields.values()) else fields


def _filters_known(node: Node, reader: Reader) -> bool:
    """Whether the filters that take the name of a rule are given one they have."""
    text = node.value
    if not isinstance(text, str) or not is_expression(text) or not any(name in text for name in KEYED):
        return True
    sound = True
    for one in ENVIRONMENT.parse(text).find_all(nodes.Filter):
        rules = KEYED.get(one.name)
        given = one.args[0].value if one.args and isinstance(one.args[0], nodes.Const) else None
        if rules is not None and given not in rules:
            said = f"{one.name} has no rule '{given}'" if given is not None else f"{one.name} needs a rule"
            offset = max(0, text.find(one.name if given is None else str(given)))
            reader.problem(node, "expression", said, suggestion(str(given), rules), offset=offset)
            sound = False
    return sound
