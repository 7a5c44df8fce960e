"""A YAML text as an editor's language server sees it: values by our own scalar rules, ``$NAME`` left as written."""

from __future__ import annotations

from typing import Any

import yaml

from container.config.compose import scalar


def plain(text: str) -> Any:
    """The value of a YAML text. Raises yaml.YAMLError."""
    return _value(yaml.compose(text, Loader=yaml.SafeLoader), {})


def _value(node: Any, known: dict[int, Any]) -> Any:
    if id(node) in known:  # an alias shares its anchor's value
        return known[id(node)]
    value: Any
    if isinstance(node, yaml.MappingNode):
        value = {key.value: _value(inner, known) for key, inner in node.value}
    elif isinstance(node, yaml.SequenceNode):
        value = [_value(one, known) for one in node.value]
    else:
        value = node.value if node.style else scalar(node.value)
    known[id(node)] = value
    return value
