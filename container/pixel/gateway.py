"""The gateway's request: the JSON that Meta's script posts to a Conversions API Gateway, as pixel parameters."""

from __future__ import annotations

from typing import Any

from container.amount import identifier
from container.hit import Hit
from container.pixel.parameters import Parameters
from container.reading import Unreadable, read_json

MARK = b"fb.pixel_id"
"""What tells this request from every other POST to a path that ends in ``/events``."""


def read_gateway(hit: Hit) -> Parameters:
    """The request's parameters under the pixel's own names. Raises `Unreadable` when the body is not an object in
    JSON.

    It carries no time, address or user agent: those are the request's own.
    """
    notes: list[str] = []
    body = read_json(hit.body, notes)
    if not isinstance(body, dict):
        raise Unreadable("is not a JSON object")
    page = _object(body.get("website_context"))
    said = {
        "id": body.get("fb.pixel_id"),
        "ev": body.get("event_name"),
        "eid": body.get("event_id"),
        "dl": page.get("location"),
        "rl": page.get("referrer"),
        "fbp": body.get("fb.fbp"),
        "fbc": body.get("fb.fbc"),
    }
    return Parameters(
        plain={name: text for name, value in said.items() if (text := identifier(value))},
        custom=_object(body.get("custom_data")),
        manual={
            name: value
            for name, value in _object(body.get("fb.advanced_matching")).items()
            if value and isinstance(value, (str, list))
        },
        notes=tuple(notes),
    )


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
