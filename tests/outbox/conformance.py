"""What any engine of the outbox must do, whatever it is made of."""

from __future__ import annotations

from tests.outbox.conforming_retyped import Retyped
from tests.outbox.conforming_same_event import SameEvent
from tests.outbox.conforming_standing import Standing
from tests.outbox.conforming_verbs import Verbs


class OutboxConformance(Verbs, SameEvent, Standing, Retyped):
    """Inherit it in a test file and give ``make``."""
