"""The shopping: what ``cd[]`` says about money and goods, under the names of common event data."""

from __future__ import annotations

from typing import Any

from container.amount import amount, identifier
from container.event import Event
from container.reading import fault

MOST_ITEMS = 500
"""More goods than any real basket holds; the rest stay in ``custom_data`` alone."""

_ITEM_TEXTS = (
    ("name", "item_name"), ("title", "item_name"), ("category", "item_category"), ("brand", "item_brand"),
)  # fmt: skip
_TEXTS = (("currency", "currency"), ("search_string", "search_term"), ("order_id", "transaction_id"))


def add_shopping(event: Event, custom: dict[str, Any], notes: list[str]) -> None:
    """Add value, currency, items, search_term and transaction_id to an event, each only when it is there and valid."""
    if (value := custom.get("value")) is not None and value != "":
        number = amount(value)
        if number is None:
            notes.append("cd[value] is not a finite number: the event has no value")
        else:
            event["value"] = number
    for name, key in _TEXTS:
        if text := identifier(custom.get(name)):
            event[key] = text
    items = _items(custom.get("contents"), notes) or _listed(custom.get("content_ids"))
    if len(items) > MOST_ITEMS:
        notes.append(f"only the first {MOST_ITEMS} items are read")
        del items[MOST_ITEMS:]
    if items:
        event["items"] = items


def _items(contents: Any, notes: list[str]) -> list[Event]:
    """``[{id, quantity, item_price}]``; a single object counts as a list of one."""
    if contents is None or contents == "":
        return []
    if isinstance(contents, dict):
        contents = [contents]
    if not isinstance(contents, list):
        wrong = fault(contents) if isinstance(contents, str) else ""
        about = wrong or "is neither an object nor a list"
        notes.append(f"cd[contents] {about}: kept as text, items are taken from content_ids")
        return []
    return [item for one in contents[: MOST_ITEMS + 1] if isinstance(one, dict) and (item := _item(one))]


def _item(content: dict[str, Any]) -> Event:
    item: Event = {}
    if identity := identifier(content.get("id")):
        item["item_id"] = identity
    for name, key in _ITEM_TEXTS:
        if key not in item and (text := identifier(content.get(name))):
            item[key] = text
    for name, key in (("item_price", "price"), ("quantity", "quantity")):
        number = amount(content.get(name))
        if number is not None:
            item[key] = number
    return item


def _listed(ids: Any) -> list[Event]:
    """``content_ids`` as the wild writes it: a JSON list, one id, or ids with commas between them."""
    if isinstance(ids, str):
        ids = ids.split(",", MOST_ITEMS + 1)
    elif not isinstance(ids, list):
        ids = [ids]
    return [{"item_id": text} for one in ids[: MOST_ITEMS + 1] if (text := identifier(one))]
