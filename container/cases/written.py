"""Written: values as YAML that reads back as they were, with quotes only where they are needed."""

from __future__ import annotations

from typing import Any

import yaml

from container.config.compose import Composer, scalar

_TAGS = {bool: "tag:yaml.org,2002:bool", int: "tag:yaml.org,2002:int", float: "tag:yaml.org,2002:float"}
_TEXT = "tag:yaml.org,2002:str"
_LIST = "tag:yaml.org,2002:seq"
_SHORT = 80
"""Columns of a list that stands on one line."""
_NOTHING = "tag:yaml.org,2002:null"


class Literal(str):
    """A text of a hit, where ``2`` and ``true`` are texts with or without quotes."""


class _Means:
    """Whether a plain scalar means a value of a type, by the rules that configurations are read with."""

    def __init__(self, cls: type) -> None:
        self.cls = cls

    def match(self, text: str) -> bool:
        return type(scalar(text)) is self.cls


class _Dumper(yaml.SafeDumper):
    """Block style, two columns a level, texts as people would write them."""

    yaml_implicit_resolvers: dict[Any, Any] = {
        None: [(tag, _Means(cls)) for cls, tag in ((type(None), _NOTHING), *_TAGS.items())]
    }

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        """Lists stand two columns inside their name."""
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """What stands twice is written twice."""
        return True

    def text(self, data: str) -> yaml.ScalarNode:
        """A text, in quotes when it would otherwise be something else, in a block when it has lines."""
        plain = self.analyze_scalar(data).allow_block_plain
        if plain and isinstance(scalar(data), str):
            return self.represent_scalar(_TEXT, data)
        if plain and isinstance(data, Literal) and scalar(data) is not None:
            return self.represent_scalar(_TAGS[type(scalar(data))], data)
        lines = data.endswith("\n") and data.strip() and self.analyze_scalar(data).allow_block
        return self.represent_scalar(_TEXT, data, style="|" if lines else '"')

    def sequence(self, data: list[Any]) -> yaml.SequenceNode:
        """A list on one line where it is short and of plain words, else an element a line."""
        short = sum(len(str(one)) + 2 for one in data) <= _SHORT
        words = all(
            isinstance(one, str | int | float) and self.analyze_scalar(str(one)).allow_flow_plain for one in data
        )
        return self.represent_sequence(_LIST, data, flow_style=(short and words) or self.default_flow_style)

    def number(self, data: float) -> yaml.ScalarNode:
        """A number the configuration's rules read; others, such as infinity, as text."""
        text = repr(data)
        return self.represent_scalar(_TAGS[float], text) if type(scalar(text)) is float else self.text(text)


_Dumper.add_representer(str, _Dumper.text)
_Dumper.add_representer(Literal, _Dumper.text)
_Dumper.add_representer(list, _Dumper.sequence)
_Dumper.add_representer(float, _Dumper.number)


def block(value: Any, indent: int = 0) -> str:
    """The value in block style, every line indented by so many columns."""
    text = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=10**6, indent=2
    )
    text = text.removesuffix("...\n")
    return "".join(f"{' ' * indent}{line}" if line.strip() else line for line in text.splitlines(keepends=True))


def inline(value: Any) -> str:
    """The value on one line."""
    text: str = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=True, width=10**6
    )
    return text.removesuffix("...\n").rstrip("\n")


def reads_back(value: Any) -> bool:
    """Whether the value, written in a test, would be read as it was."""
    composer = Composer({})
    top = composer.compose(f"tests:\n{block({'value': value}, 2)}", "a value")
    return top is not None and not composer.problems and bool(top.plain() == {"tests": {"value": value}})


def writable(value: Any) -> Any:
    """The value without the numbers that configurations cannot hold, being too long for their rules."""
    if isinstance(value, dict):
        return {key: writable(inner) for key, inner in value.items() if _fits(inner)}
    return [writable(inner) for inner in value] if isinstance(value, list) else value


def _fits(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_fits, value))
    return not isinstance(value, int | float) or isinstance(scalar(repr(value).lower()), int | float)
