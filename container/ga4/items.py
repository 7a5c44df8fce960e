"""Items: the ``prN`` parameters of an e-commerce event, two-character keys joined by tildes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from container.amount import amount

FIELDS: dict[str, str] = {
    "id": "item_id",
    "nm": "item_name",
    "br": "item_brand",
    "ca": "item_category",
    "c2": "item_category2",
    "c3": "item_category3",
    "c4": "item_category4",
    "c5": "item_category5",
    "va": "item_variant",
    "cp": "coupon",
    "af": "affiliation",
    "ln": "item_list_name",
    "li": "item_list_id",
    "lo": "location_id",
    "pi": "promotion_id",
    "pn": "promotion_name",
    "cn": "creative_name",
    "cs": "creative_slot",
    "pr": "price",
    "qt": "quantity",
    "ds": "discount",
    "lp": "index",
}
"""Key on the wire -> field of the event data."""

NUMBERS = frozenset({"pr", "qt", "ds", "lp"})
MOST_ITEMS = 200
"""As many as the sender's own limit."""

_CUSTOM = frozenset("0123456789ABCDEFGHIJKLMNOPQ")  # one character numbers the 27 custom parameters
_MOST_PAIRS = 100  # 22 fields and two times 27 custom ones, with room for repeats
_LITERAL = "\0"


def read_item(text: str) -> dict[str, Any]:
    """Read one item (ga4_hits.md, section 6).

    Unknown keys are left out; a number that cannot be read stays as the text it is. A shop's items come again and
    again, so the short ones are remembered.
    """
    return dict(_remembered(text)) if len(text) <= _LONGEST_REMEMBERED else _read(text)


_LONGEST_REMEMBERED = 512


def _read(text: str) -> dict[str, Any]:
    if "~~" in text:  # a tilde that belongs to a value is doubled
        parts = [part.replace(_LITERAL, "~") for part in text.replace("~~", _LITERAL).split("~", _MOST_PAIRS)]
    else:
        parts = text.split("~", _MOST_PAIRS)
    item: dict[str, Any] = {}
    names: dict[str, str] = {}
    values: dict[str, str] = {}
    for part in parts[:_MOST_PAIRS]:
        key, value = part[:2], part[2:]
        field = FIELDS.get(key)
        if field is not None:
            if not value:
                continue
            if key in NUMBERS:
                number = amount(value)
                item[field] = value if number is None else number
            else:
                item[field] = value
        elif key[1:] in _CUSTOM:
            if key[0] == "k":
                names[key[1]] = value
            elif key[0] == "v":
                values[key[1]] = value
    for place, name in names.items():
        if name and place in values:
            item.setdefault(name, values[place])
    return item


_remembered = lru_cache(maxsize=2048)(_read)


def read_items(texts: Mapping[int, str]) -> list[dict[str, Any]]:
    """Read the items of an event in the order of their numbers; empty ones are left out."""
    if len(texts) == 1:
        items = [read_item(text) for text in texts.values()]
    else:
        items = [read_item(texts[place]) for place in sorted(texts)[:MOST_ITEMS]]
    return [item for item in items if item]
