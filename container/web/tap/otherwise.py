"""Otherwise: whether a configuration that is tried decides another way about a hit than the one that runs."""

from __future__ import annotations

from typing import Any, Literal

Otherwise = Literal["", "outcome", "payload"]


def otherwise(document: dict[str, Any], tried: dict[str, Any]) -> Otherwise:
    """``outcome`` when some tag came to another outcome, ``payload`` when the same tags would send something else or to
    somewhere else.

    Both hold the insights of one hit as ``events``, and ``payloads``. A tag that only one of them has counts when it
    fires.
    """
    now, then = _decided(document["events"]), _decided(tried["events"])
    found: Otherwise = "" if document["payloads"] == tried["payloads"] else "payload"
    for key in now.keys() | then.keys():
        (outcome, payload), (other, tried_payload) = now.get(key, _NO_TAG), then.get(key, _NO_TAG)
        if outcome != other and ("fired" in (outcome, other) or "" not in (outcome, other)):
            return "outcome"
        if payload != tried_payload:
            found = "payload"
    return found


_NO_TAG: tuple[str, Any] = ("", None)


def _decided(events: list[dict[str, Any]]) -> dict[tuple[int, str], tuple[str, Any]]:
    return {
        (place, one["tag"]): (one["outcome"], one["payload"])
        for place, event in enumerate(events)
        for one in event["tags"]
    }
