"""The kind of a path to a field of the event, as transformations and variables name one."""

from __future__ import annotations

from container.kinds.scalars import Text
from container.node import Node
from container.schema import INVALID, Invalid, Reader


class FieldPath(Text):
    """A dotted path that starts at the event; ways of writing one that belong to other places are told."""

    def decode(self, node: Node, reader: Reader) -> str | Invalid:
        path = super().decode(node, reader)
        if isinstance(path, Invalid):
            return path
        if path.startswith("$"):
            hint = f"write a dotted path such as items.0.item_id, or a variable {{ jsonpath: {path} }}"
            reader.problem(node, "value", f"'{path}' is a JSONPath", hint)
            return INVALID
        short = path.removeprefix("event.")
        if short != path:
            text = f"the path starts at the event, so that '{path}' is a field called event in it"
            reader.warning(node, "value", text, f"write {short}")
        return path
