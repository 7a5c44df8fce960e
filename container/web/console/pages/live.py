"""The page Live: hits as they arrive, and what became of them."""

from __future__ import annotations

from typing import Any

from container.web.console.page import Ask, Page


async def data(ask: Ask) -> dict[str, Any]:
    """The latest hits."""
    return {"hits": []}


PAGE = Page("/", "Live", "live.html", data, place=1)
