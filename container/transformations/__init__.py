"""Transformations: each file changes an event on its way."""
