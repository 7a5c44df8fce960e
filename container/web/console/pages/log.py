"""The page Log: what the server said, newest first; never a value of a hit."""

from __future__ import annotations

from typing import Any

from container.web.console.page import Ask, Page


async def data(ask: Ask) -> dict[str, Any]:
    """The latest lines."""
    return {"lines": [one.to_json() for one in ask.app.desk.said.lines()]}


PAGE = Page("/log", "Log", "log.html", data, place=7)
