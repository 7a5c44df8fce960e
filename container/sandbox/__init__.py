"""A local Meta: what passes here passes there."""

from .sandbox import Sandbox

__all__ = ["Sandbox"]
