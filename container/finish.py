"""The finish of a variable: what stands for a value that is not there, and how a value is written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from container.component import Variable
from container.context import Context
from container.kinds import Boolean, Choice, Group, Value, read_tree
from container.node import Node
from container.problem import Complaint
from container.schema import Invalid, Options, Reader, option


class Format(Options):
    """How a variable's value is written, as Google Tag Manager's "Format value" does it."""

    case: str | None = option(
        Choice("lower", "upper"), "The letters of a text, or of the texts in a list.", default=None
    )
    trim: bool = option(Boolean(), "Whether blanks around a text are taken away.", default=False)
    null: Any = option(Value(), "What stands for null.", default=None)
    undefined: Any = option(Value(), "What stands for nothing at all; here the same as null.", default=None)
    true: Any = option(Value(), "What stands for true.", default=None)
    false: Any = option(Value(), "What stands for false.", default=None)

    def ready(self) -> None:
        self._nothing = self.null if self.undefined is None else self.undefined

    def complaints(self) -> Iterable[Complaint]:
        """Two words for nothing that say different things."""
        if self.null is not None and self.undefined is not None and self.null != self.undefined:
            text = "null and undefined are one here, and cannot become two values"
            yield Complaint("undefined", text, "write one of them")

    def write(self, value: Any) -> Any:
        """The value in this format."""
        if isinstance(value, str):
            return self._text(value)
        if value is None:
            return self._nothing
        if isinstance(value, list):
            return [self._text(one) if isinstance(one, str) else one for one in value]
        wanted = self.true if value is True else self.false if value is False else None
        return value if wanted is None else wanted

    def _text(self, text: str) -> str:
        if self.trim:
            text = text.strip()
        if self.case is None:
            return text
        return text.lower() if self.case == "lower" else text.upper()


_WORDS = Choice("lower", "upper", "trim")


class Formatting(Group[Format]):
    """A format; the words ``lower``, ``upper`` and ``trim`` may stand alone."""

    def __init__(self) -> None:
        super().__init__(Format)
        self.noun = "lower, upper, trim, or a mapping"

    def decode(self, node: Node, reader: Reader) -> Format | Invalid:
        if node.kind != "scalar":
            return super().decode(node, reader)
        word = _WORDS.decode(node, reader)
        if isinstance(word, Invalid):
            return word
        return Format(trim=True) if word == "trim" else Format(case=word)

    def json_schema(self) -> dict[str, Any]:
        return {"anyOf": [_WORDS.json_schema(), super().json_schema()]}


class Finished(Variable):
    """A variable with the default and the format that stand beside its type."""

    def __init__(self, variable: Variable, default: Any, format: Format | None) -> None:
        self.variable, self.default, self.format = variable, default, format

    def read(self, context: Context) -> Any:
        value = self.variable.read(context)
        if value is None:
            value = read_tree(self.default, context)
        return value if self.format is None else self.format.write(value)
