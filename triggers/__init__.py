"""Triggers: each file is one kind of condition."""
