"""The variable ``constant``: always the same value."""

from __future__ import annotations

from typing import Any

from container.component import Variable
from container.context import Context
from container.kinds import Value
from container.schema import option


class ConstantVariable(Variable):
    """A fixed value with a name, so that it is written once.

    ```yaml
    brand: { constant: Example }
    sizes: { constant: [S, M, L] }
    ```
    """

    value: Any = option(Value(), "The value: text, number, true, false, a list or a mapping.", bare=True)

    def read(self, context: Context) -> Any:
        return self.value
