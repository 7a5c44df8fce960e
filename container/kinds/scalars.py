"""The kinds of single values: how texts, numbers, secrets, paths and expressions are written and decoded."""

from __future__ import annotations

import re
from typing import Any, TypeVar, cast

from container.expression import (
    BUILT_IN,
    Expression,
    ExpressionError,
    compile_expression,
    constant,
    is_expression,
    name_offset,
)
from container.jsonpath import JsonPath as Path
from container.jsonpath import PathError
from container.node import Node
from container.problem import nearest, shorten
from container.regex import Regex, RegexError
from container.schema import INVALID, Invalid, Kind, Reader

N = TypeVar("N", int, float)

_WHOLE, _DECIMAL = r"-?\d+", r"-?\d+(?:\.\d+)?"
_UNDOLLARED = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
"""A name of the environment without its dollar sign."""
_REGEX_ADVICE = {
    "missing )": "write ) where the group ends, or \\( for the sign itself",
    "unexpected )": "take it out, or write \\) for the sign itself",
    "missing ]": "write ] where the class ends, or \\[ for the sign itself",
    "no argument for repetition": "write .* for any text, or a backslash before the sign itself",
}
_REGEX_ELSE = "RE2 knows no look-around and no back-references"

NAME_PATTERN = r"[A-Za-z_][A-Za-z0-9_]*"
"""What a variable, trigger, tag or client may be called: a word an expression can use."""


def usable_name(name: str) -> str:
    """A name with ``_`` in the place of what cannot stand in one."""
    return re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")


class Text(Kind[str]):
    """A text; a number written without quotes is taken as its digits. ``pattern`` is matched against the whole."""

    noun = "text"

    def __init__(self, pattern: str = "", *, example: str = "", empty: bool = False) -> None:
        self.pattern, self.example, self.empty = pattern, example, empty

    def decode(self, node: Node, reader: Reader) -> str | Invalid:
        from_environment = node.environment is not None and not node.missing  # where everything is text
        if node.kind != "scalar" or (not from_environment and (node.value is None or isinstance(node.value, bool))):
            return self.expected(node, reader)
        text = node.value if isinstance(node.value, str) else node.raw
        if not text and not self.empty:
            reader.problem(node, "value", "the text is empty", "write something, or remove the line")
            return INVALID
        if self.pattern and not re.fullmatch(self.pattern, text):
            example = f", such as {self.example}" if self.example else ""
            wrong = f"'{shorten(text)}' does not have the right form"
            reader.problem(node, "value", wrong, f"write {self.noun}{example}")
            return INVALID
        return text

    def json_schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": ["string", "number"]}
        if self.pattern:
            schema["pattern"] = f"^(?:{self.pattern})$"
        return schema


class _Numeric(Kind[N]):
    """A finite number, in a range when one is given."""

    whole = False

    def __init__(self, low: float | None = None, high: float | None = None) -> None:
        self.low, self.high = low, high

    def decode(self, node: Node, reader: Reader) -> N | Invalid:
        value: Any = node.value
        if isinstance(value, bool) or not isinstance(value, int | float) or (self.whole and isinstance(value, float)):
            return self.expected(node, reader)
        if (self.low is not None and value < self.low) or (self.high is not None and value > self.high):
            reader.problem(node, "value", f"{node.raw} is out of range", f"write {self.noun} {self._range()}")
            return INVALID
        return cast(N, value)

    def advice(self, node: Node) -> str:
        if node.kind == "scalar" and re.fullmatch(_WHOLE if self.whole else _DECIMAL, node.raw):
            return f"write {node.raw} without quotes"
        return super().advice(node)

    def _range(self) -> str:
        if self.low is not None and self.high is not None:
            return f"from {self.low:g} to {self.high:g}"
        return f"of at least {self.low:g}" if self.low is not None else f"of at most {self.high:g}"

    def json_schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "integer" if self.whole else "number"}
        if self.low is not None:
            schema["minimum"] = self.low
        if self.high is not None:
            schema["maximum"] = self.high
        return schema


class Number(_Numeric[float]):
    """A finite number, in a range when one is given."""

    noun = "a number"


class Integer(_Numeric[int]):
    """A whole number, in a range when one is given."""

    noun = "a whole number"
    whole = True


class Boolean(Kind[bool]):
    """``true`` or ``false``; nothing else, since ``yes``, ``on`` and ``NO`` mean other things to other people."""

    noun = "true or false"

    def decode(self, node: Node, reader: Reader) -> bool | Invalid:
        return node.value if isinstance(node.value, bool) else self.expected(node, reader)

    def advice(self, node: Node) -> str:
        said = node.raw.lower()
        if said in {"yes", "on", "y", "1", "true"}:
            return "write true"
        return "write false" if said in {"no", "off", "n", "0", "false"} else "write true or false"

    def json_schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class Choice(Kind[str]):
    """One of a few words."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self.noun = "one of " + ", ".join(words)

    def decode(self, node: Node, reader: Reader) -> str | Invalid:
        if node.kind != "scalar" or node.value is None:
            return self.expected(node, reader)
        if node.raw in self.words:
            return node.raw
        close = nearest(node.raw, self.words)
        parts = re.split(r"[\s,;|]+", node.raw.strip())
        if len(parts) > 1 and set(parts) <= set(self.words):
            hint = f"write a list with commas, [{', '.join(parts)}]"
            reader.problem(node, "value", f"'{shorten(node.raw)}' is not {self.noun}", hint)
            return INVALID
        hint = f"did you mean '{close}'?" if close else "write one of them"
        reader.problem(node, "value", f"'{shorten(node.raw)}' is not {self.noun}", hint)
        return INVALID

    def json_schema(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


class SecretText(str):
    """A text that never shows itself: ``repr`` and logs see asterisks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'****'" if self else "''"


class Secret(Kind[SecretText]):
    """A token or key, from the environment (``$NAME``); may be missing while everything goes to the sandbox."""

    noun = "a secret from the environment"
    secret = True

    def decode(self, node: Node, reader: Reader) -> SecretText | Invalid:
        if node.missing and not reader.secrets_required:
            node.excused = True
            return SecretText("")
        if node.kind != "scalar" or node.value is None or isinstance(node.value, bool):
            return self.expected(node, reader, "write $NAME and set NAME in the environment")
        if node.environment is None and is_expression(node.raw):
            text = "a secret cannot be worked out for every event"
            reader.problem(node, "secret", text, "write $NAME and set NAME in the environment")
            return INVALID
        if node.environment is None and node.raw:
            text = "a secret is written in the file"
            forgotten = _UNDOLLARED.fullmatch(node.raw)
            hint = f"write ${node.raw}" if forgotten else "write $NAME and set NAME in the environment"
            reader.warning(node, "secret", text, hint)
        elif node.default:
            text = f"the default of ${node.environment} is a secret written in the file"
            reader.warning(node, "secret", text, f"write ${node.environment} alone and set it")
        if not node.raw and reader.secrets_required:
            hint = f"set {node.environment or 'it'}, or remove the line"
            reader.problem(node, "secret", "the secret is empty", hint)
            return INVALID
        return SecretText(node.raw)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string"}


class JsonPath(Kind[Path]):
    """A JSONPath, parsed at load."""

    noun = "a JSONPath"

    def decode(self, node: Node, reader: Reader) -> Path | Invalid:
        if not isinstance(node.value, str):
            return self.expected(node, reader, "write a JSONPath such as $.value")
        try:
            return Path(node.value)
        except PathError as error:
            text = f"'{shorten(node.value)}' is not a JSONPath: {error}"
            reader.problem(node, "jsonpath", text, "write a path such as $.items[*].item_id")
            return INVALID

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string"}


class Pattern(Kind[Regex]):
    """A regular expression in RE2's dialect, which takes linear time whatever a hit holds."""

    noun = "a regular expression"

    def __init__(self, *, ignore_case: bool = False) -> None:
        self.ignore_case = ignore_case

    def decode(self, node: Node, reader: Reader) -> Regex | Invalid:
        if node.kind != "scalar" or node.value is None:
            return self.expected(node, reader)
        try:
            return Regex(node.raw, ignore_case=self.ignore_case)
        except RegexError as error:
            text = f"'{shorten(node.raw)}' is not a regular expression: {error}"
            known = (advice for said, advice in _REGEX_ADVICE.items() if said in str(error))
            reader.problem(node, "regex", text, next(known, _REGEX_ELSE))
            return INVALID

    def json_schema(self) -> dict[str, Any]:
        return {"type": ["string", "number"]}


class Templated(Kind[Expression]):
    """A value for every event: a constant, or text with ``{{ }}``. Not a mapping or a list."""

    noun = 'a value or "{{ an expression }}"'

    def decode(self, node: Node, reader: Reader) -> Expression | Invalid:
        if node.kind != "scalar" or node.missing:
            return self.expected(node, reader)
        if not isinstance(node.value, str) or node.environment is not None:
            return constant(node.value)
        try:
            expression = compile_expression(node.value)
        except ExpressionError as error:
            reader.problem(
                node,
                "expression",
                f"cannot read the expression: {error}",
                error.hint,
                offset=error.offset,
            )
            return INVALID
        if "consent" in expression.names:
            reader.asks_consent(node, offset=name_offset(node.value, "consent"))
        for name in sorted(expression.names - BUILT_IN):
            reader.refer(node, "variable", name, offset=name_offset(node.value, name))
        return expression

    def json_schema(self) -> dict[str, Any]:
        return {"type": ["string", "number", "boolean", "null"]}


class Value(Kind[Any]):
    """Any constant: text, number, true, false, list or mapping."""

    noun = "a value"
    mapping = True

    def decode(self, node: Node, reader: Reader) -> Any:
        if node.kind == "scalar" and node.value is None:
            return self.expected(node, reader)
        return node.plain()

    def json_schema(self) -> dict[str, Any]:
        return {"type": ["string", "number", "boolean", "array", "object"]}


class Reference(Kind[str]):
    """The name of a trigger, variable, tag or client of this file."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.noun = f"the name of a {what}"

    def decode(self, node: Node, reader: Reader) -> str | Invalid:
        if not isinstance(node.value, str):
            return self.expected(node, reader)
        reader.refer(node, self.what, node.value)
        return node.value

    def json_schema(self) -> dict[str, Any]:
        return {"$ref": f"#/$defs/{self.what}_name"}
