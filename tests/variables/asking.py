"""Asking one variable of one event, as the loaded file would."""

from __future__ import annotations

from typing import Any

from container.config.load import load_text
from container.context import Context
from container.hit import Hit

NOW = 1_772_366_400.123
"""2026-03-01T12:00:00.123Z."""


def context(written: str, event: dict[str, Any] | None = None, hit: Hit | None = None, **more: Any) -> Context:
    """A context in which the variable ``asked`` is as written; ``other`` is 3."""
    loaded = load_text(f"variables:\n  asked: {written}\n  other: {{ constant: 3 }}\n")
    assert loaded.errors == []
    made = Context(event or {}, hit=hit, now=NOW, variables=loaded.whole().variables)
    for name, value in more.items():
        setattr(made, name, value)
    return made


def ask(written: str, event: dict[str, Any] | None = None, hit: Hit | None = None, **more: Any) -> Any:
    """What the variable gives."""
    return context(written, event, hit, **more).variable("asked")


def told(written: str) -> list[str]:
    """What loading the variable reports, without the place."""
    loaded = load_text(f"variables:\n  asked: {written}\n  other: {{ constant: 3 }}\n")
    return [f"{one.text}; {one.hint}" for one in loaded.problems]
