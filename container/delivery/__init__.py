"""Delivery: takes payloads out of the outbox and brings each to its end at the vendor."""

from container.delivery.attempt import Attempt
from container.delivery.delivery import Delivery
from container.delivery.state import DestinationState

__all__ = ["Attempt", "Delivery", "DestinationState"]
