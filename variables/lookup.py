"""The variable ``lookup``: a value by a table of texts."""

from __future__ import annotations

from typing import Any

from container.component import Variable
from container.context import Context
from container.event import as_text
from container.expression import Expression
from container.kinds import Boolean, MapOf, Templated, Tree, read_tree
from container.schema import option


class LookupVariable(Variable):
    """Looks a value up in a table: exactly one line fits, letter by letter, or none.

    ```yaml
    margin:
      lookup:
        input: "{{ event.items[0].item_category }}"
        table: { shoes: 0.42, hats: 0.5 }
        default: 0.3
    pixel_of_country:
      lookup: { input: "{{ event.country }}", table: { AT: "111", DE: "{{ event.pixel }}" }, ignore_case: true }
    ```

    A number and the text that spells it are the same: 404 finds `404:` and `"404":`.
    """

    input: Expression = option(Templated(), 'What is looked up, such as "{{ event.currency }}".')
    table: dict[str, Any] = option(MapOf(Tree()), "The lines: what may be looked up, and what is then the value.")
    default: Any = option(Tree(), "The value when no line fits.", default=None)
    ignore_case: bool = option(Boolean(), "Whether upper and lower case are the same.", default=False)

    def ready(self) -> None:
        self._lines = {key.casefold() if self.ignore_case else key: one for key, one in self.table.items()}

    def read(self, context: Context) -> Any:
        found = self.input.read(context)
        if found is None or isinstance(found, (list, dict)):
            return read_tree(self.default, context)
        text = as_text(found)
        return read_tree(self._lines.get(text.casefold() if self.ignore_case else text, self.default), context)
