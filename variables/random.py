"""The variable ``random``: a number that looks random and follows from the hit."""

from __future__ import annotations

from collections.abc import Iterable

from container.component import Variable
from container.context import Context
from container.kinds import Integer
from container.problem import Complaint
from container.schema import option

_FARTHEST = 2**53 - 1
"""Beyond it JSON readers round whole numbers."""


class RandomVariable(Variable):
    """A whole number between two, both included: another one for each event and each variable.

    ```yaml
    dice: { random: { from: 1, to: 6 } }
    number: random                          # 0 to 2147483647
    ```

    It follows from the hit and the moment of its arrival, so that a replay draws the same number. To choose a share of
    the visitors, use the condition `sample`: it decides the same for all that a visitor does.
    """

    from_: int = option(Integer(-_FARTHEST, _FARTHEST), "The smallest number.", default=0)
    to: int = option(Integer(-_FARTHEST, _FARTHEST), "The largest number.", default=2147483647)

    _label = ""

    def named(self, name: str) -> None:
        self._label = name

    def ready(self) -> None:
        self._count = self.to - self.from_ + 1

    def complaints(self) -> Iterable[Complaint]:
        """A range without a number in it."""
        if self.from_ > self.to:
            text = f"there is no number from {self.from_} to {self.to}"
            yield Complaint("from", text, "write the smaller one as from")

    def read(self, context: Context) -> int:
        return self.from_ + context.chance(f"random {self._label} {context.index}") % self._count
