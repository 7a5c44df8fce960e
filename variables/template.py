"""The variable ``template``: a value worked out by a sandboxed expression."""

from __future__ import annotations

from typing import Any

from container.component import Variable
from container.context import Context
from container.expression import Expression
from container.kinds import Templated
from container.schema import option


class TemplateVariable(Variable):
    """Works out a value from other variables and the event, in Jinja's sandbox.

    A text that is exactly one `{{ expression }}` keeps its type; inside other text it becomes text. When something it
    needs is not there, the variable has no value.

    ```yaml
    order_value: { jsonpath: $.value }
    profit: { template: "{{ (order_value * 0.3) | round(2) }}" }
    label: { template: "{{ event.event_name }} of {{ order_value }} {{ event.currency | default('EUR') }}" }
    ```
    """

    text: Expression = option(Templated(), 'The expression, such as "{{ (order_value * 0.3) | round(2) }}".', bare=True)

    def read(self, context: Context) -> Any:
        return self.text.read(context)
