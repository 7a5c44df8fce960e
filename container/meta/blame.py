"""Who is to blame: the event of a refused request that Graph's error names, where it names one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_INDEXED = re.compile(r"data\[([0-9]{1,4})\]")
_MOST = 200


def blamed(error: Mapping[str, Any]) -> int | None:
    """The place of the event in ``data``, from 0; None when the error does not say.

    Two forms are known: ``error_data.blame_field_specs``, a list of paths such as ``["data", "3", "user_data"]``, and
    an ``event_index`` somewhere within ``error_data``. The latter may itself be JSON in a string. It is what the vendor
    says, so it is a hint and no proof.
    """
    given = error.get("error_data")
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            return None
    waiting: list[Any] = [given]
    for _ in range(_MOST):
        if not waiting:
            break
        one = waiting.pop()
        if isinstance(one, dict):
            place = _number(one.get("event_index"))
            if place is None and isinstance(one.get("blame_field_specs"), list):
                place = next((found for path in one["blame_field_specs"] if (found := _in(path)) is not None), None)
            if place is not None:
                return place
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return None


def _in(path: object) -> int | None:
    """The place a path names: ``["data", 3, ...]``, ``["data", "3", ...]`` or ``["data[3]", ...]``."""
    if not isinstance(path, list) or not path or not isinstance(path[0], str):
        return None
    if path[0] == "data":
        return _number(path[1]) if len(path) > 1 else None
    indexed = _INDEXED.match(path[0])
    return int(indexed[1]) if indexed else None


def _number(value: object) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 5:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
