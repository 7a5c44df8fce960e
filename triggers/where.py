"""The condition ``where``: values of the event compared with values written in the file."""

from __future__ import annotations

from typing import Any

from container.component import Condition
from container.context import Context
from container.event import as_text, get_path, path_parts
from container.kinds import shorten
from container.node import Node
from container.schema import INVALID, Invalid, Kind, Reader, option
from triggers.operators import OPERATORS, Comparison, Operators


class Subjects(Kind[dict[str, Comparison]]):
    """Comparisons by what they look at: a variable's name, or ``event.`` and a dotted path."""

    noun = "names with operators, such as { order_value: { greater_than: 0 } }"
    mapping = True

    def decode(self, node: Node, reader: Reader) -> dict[str, Comparison] | Invalid:
        if node.kind != "mapping" or not node.items:
            return self.expected(node, reader)
        found: dict[str, Comparison] = {}
        for name, inner in node.items.items():
            if name in OPERATORS and inner.kind != "mapping":
                text = f"'{name}' compares nothing: no value is named before it"
                hint = f"write {{ event.value: {{ {name}: {shorten(inner.raw) or '...'} }} }}"
                reader.problem(node.keys[name], "value", text, hint)
                continue
            if not name.startswith("event."):
                reader.refer(node.keys[name], "variable", name)
            elif not path_parts(name.removeprefix("event.")):
                reader.problem(node.keys[name], "value", f"'{name}' names no field", "write a path such as event.value")
                continue
            comparison = Operators().decode(inner, reader)
            if not isinstance(comparison, Invalid):
                found[name] = comparison
        return found if len(found) == len(node.items) else INVALID

    def json_schema(self) -> dict[str, Any]:
        return {"$ref": "#/$defs/subjects"}

    def operators_schema(self) -> dict[str, Any]:
        """What ``#/$defs/operators`` of the whole schema stands for."""
        return Operators().json_schema()


class WhereCondition(Condition):
    """Holds when every named value compares as written.

    ```yaml
    variables: { user_agent: { header: User-Agent } }
    triggers:
      order: { event: purchase, where: { event.value: { greater_than: 0 }, event.currency: EUR } }
      bot: { where: { user_agent: { matches: "bot|crawler", ignore_case: true } } }
    ```

    A name is a variable, or `event.` and a dotted path such as `event.items.0.item_id`. A value that is not there
    satisfies only `exists: false` and `not`.
    """

    @classmethod
    def explanation(cls) -> str:
        """The docstring, with every operator."""
        words = [f"- `{word}`: {one.help}" for word, one in OPERATORS.items()]
        words += ["- `not`: Operators that must not hold.", "- `ignore_case`: Compare texts without regard to case."]
        return "\n".join([super().explanation(), "", "Operators, all of which must hold:", "", *words])

    values: dict[str, Comparison] = option(Subjects(), "What is looked at, and how it must compare.", bare=True)

    def ready(self) -> None:
        self._tests = [(name, name.removeprefix("event."), one) for name, one in self.values.items()]
        self._checks = [(name, short, one.holds) for name, short, one in self._tests]

    def holds(self, context: Context) -> bool:
        for name, short, holds in self._checks:
            if not holds(context.variable(name) if name is short else get_path(context.event, short)):
                return False
        return True

    def event_names(self) -> frozenset[str] | None:
        """The names it compares with, where it asks for the event's name by ``equals`` or ``one_of``."""
        comparison = self.values.get("event.event_name")
        return None if comparison is None else comparison.only_texts()

    def missed(self, context: Context) -> str:
        for name, short, comparison in self._tests:
            found = context.variable(name) if name is short else get_path(context.event, short)
            if not comparison.holds(found):
                return f"{name} is {comparison.verdict(found)}"
        return super().missed(context)

    def why(self, context: Context) -> str:
        parts = []
        for name, short, comparison in self._tests:
            found = context.variable(name) if name is short else get_path(context.event, short)
            words = f"{name} is {_seen(found)}: {comparison.verdict(found)}"
            if not comparison.holds(found):
                return words
            parts.append(words)
        return " and ".join(parts)


def _seen(found: Any) -> str:
    if found is None:
        return "nothing"
    return f"'{shorten(found)}'" if isinstance(found, str) else shorten(as_text(found))
