"""The condition ``sample``: a share of the visitors, always the same ones."""

from __future__ import annotations

import hashlib

from container.component import Condition
from container.context import Context
from container.event import as_text
from container.kinds import Percent, Text
from container.schema import option

_WHOLE = 2**64


class SampleCondition(Condition):
    """Holds for a share of the visitors, and for one visitor always or never.

    ```yaml
    triggers:
      some: { sample: 10% }
      others: { none_of: some }
      trial: { event: purchase, sample: { share: 50%, seed: spring } }
    ```

    A visitor is known by the event's `client_id`, else by Meta's browser id (`fbp` of the event, or the cookie `_fbp`),
    else by `user_id`; a hit without any of them is drawn by itself, and by itself again when it is replayed. A larger
    share holds for all that a smaller one holds for, unless they have different seeds.
    """

    share: float = option(Percent(), "The share of the visitors, such as 10%.", bare=True)
    seed: str = option(Text(), "Any word; another one draws other visitors.", default="sample")

    def ready(self) -> None:
        self._below = round(self.share * _WHOLE)
        self._seed = hashlib.sha256(f"{self.seed}\0".encode())

    def holds(self, context: Context) -> bool:
        drawn = self._seed.copy()
        drawn.update(_visitor(context)[1].encode("utf-8", "replace"))
        return int.from_bytes(drawn.digest()[:8], "big") < self._below

    def why(self, context: Context) -> str:
        share = f"{self.share * 100:g}%"
        return f"by {_visitor(context)[0]} the visitor is {'in' if self.holds(context) else 'not in'} the {share}"


def _visitor(context: Context) -> tuple[str, str]:
    """What the visitor is known by, and how it is written."""
    event = context.event
    for name, value in (
        ("client_id", event.get("client_id")),
        ("fbp", event.get("fbp") or context.hit.cookies.get("_fbp")),
        ("user_id", event.get("user_id")),
    ):
        if value and isinstance(value, (str, int, float)):
            return name, as_text(value)
    return "the hit", context.shared.fingerprint().hex()
