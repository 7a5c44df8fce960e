"""The body of a hit as JSON: read once for all who ask, and nothing where it is none."""

from __future__ import annotations

from typing import Any

from container.context import Context
from container.reading import Unreadable, read_json

_KEPT = "body as JSON"


def json_body(context: Context) -> Any:
    """The JSON value that the hit's body holds, or None when it holds none or one nested beyond all reason."""
    kept = context.shared.minted
    if _KEPT not in kept:
        kept[_KEPT] = _read(context.hit.body)
    return kept[_KEPT]


def _read(body: bytes) -> Any:
    if not body:
        return None
    try:
        return read_json(body, [])
    except Unreadable:
        return None
