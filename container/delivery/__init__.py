"""Delivery: takes payloads out of the outbox and brings each to its end at the vendor."""

from container.delivery.delivery import Delivery

__all__ = ["Delivery"]
