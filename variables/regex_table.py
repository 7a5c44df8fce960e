"""The variable ``regex_table``: a value by a table of regular expressions."""

from __future__ import annotations

import re
from typing import Any

from container.component import Variable
from container.context import Context
from container.event import as_text
from container.expression import Expression, is_expression
from container.kinds import Boolean, MapOf, Pattern, Templated, Tree, read_tree
from container.node import Node
from container.regex import Regex
from container.schema import INVALID, Invalid, Reader, option

_GROUP = re.compile(r"\\([0-9])")


class Lines(MapOf[Any]):
    """Regular expressions with the value of each."""

    noun = "expressions with their values, such as { ^/shop/: shop }"

    def __init__(self) -> None:
        super().__init__(Tree())

    def decode(self, node: Node, reader: Reader) -> dict[str, Any] | Invalid:
        found = super().decode(node, reader)
        sound = [self._sound(pattern, node, reader) for pattern in node.keys]
        return found if all(sound) else INVALID

    def _sound(self, pattern: str, node: Node, reader: Reader) -> bool:
        """Whether it can be compiled, and has every group that its value asks for."""
        regex = Pattern().decode(node.keys[pattern], reader)
        if isinstance(regex, Invalid):
            return False
        inner = node.items[pattern]
        asked = {int(one) for one in _GROUP.findall(inner.value)} if isinstance(inner.value, str) else set()
        if asked and is_expression(inner.raw):
            text = "a group such as \\1 cannot stand beside an expression"
            reader.problem(inner, "value", text, "make the expression a variable of its own")
            return False
        if asked and max(asked) > regex.groups:
            text = f"there is no group \\{max(asked)}: the expression has {regex.groups or 'none'}"
            reader.problem(inner, "regex", text, "put parentheses around what it should take")
            return False
        return True


class RegexTableVariable(Variable):
    """The value of the first line whose regular expression (RE2) matches; `\\1` in it is what its first group matched.

    ```yaml
    section:
      regex_table:
        input: "{{ event.page_location }}"
        table:
          '^https?://[^/]+/(?:de|fr)/([a-z]+)': '\\1'
          '/checkout': checkout
      default: other
    ```

    Single quotes keep a backslash as it is. An expression may match anywhere, and in the case it is written in, like
    the operator `matches`; in Google Tag Manager both boxes of the table are ticked from the start: `full_match: true,
    ignore_case: true`. `\\0` is all that was matched.
    """

    input: Expression = option(Templated(), 'The text, such as "{{ event.page_location }}".')
    table: dict[str, Any] = option(
        Lines(), "The lines in their order: a regular expression, and what is then the value."
    )
    default: Any = option(Tree(), "The value when no line matches.", default=None)
    full_match: bool = option(Boolean(), "Whether an expression must match the whole text.", default=False)
    ignore_case: bool = option(Boolean(), "Whether upper and lower case are the same.", default=False)

    def ready(self) -> None:
        self._lines = [
            (Regex(pattern, ignore_case=self.ignore_case), _filled(one), one) for pattern, one in self.table.items()
        ]

    def read(self, context: Context) -> Any:
        found = self.input.read(context)
        if found is not None and not isinstance(found, (list, dict)):
            text = as_text(found)
            for regex, template, value in self._lines:
                groups = regex.find(text, whole=True) if self.full_match else None
                if groups is None and (self.full_match or not regex.test(text)):
                    continue
                if not template:
                    return read_tree(value, context)
                groups = groups or regex.find(text) or []
                return "".join(groups[part] if isinstance(part, int) else part for part in template)
        return read_tree(self.default, context)


def _filled(value: Any) -> list[str | int]:
    """A text with groups in it as its pieces, a group by its number; empty for a value without any."""
    text = value.text if isinstance(value, Expression) and value.constant else None
    if not isinstance(text, str) or not _GROUP.search(text):
        return []
    return [int(piece) if place % 2 else piece for place, piece in enumerate(_GROUP.split(text))]
