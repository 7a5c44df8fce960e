"""The commerce: `custom_data` for Meta from an event's value, items and order, and what each field must look like."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from container.amount import amount
from container.meta import rules
from container.meta.clean import clean, label
from container.meta.customer import Note

# Fields an event carries at its top, under Meta's name or under that of common event data.
_COMMON: Final = {
    "value": "value",
    "currency": "currency",
    "transaction_id": "order_id",
    "search_term": "search_string",
}
_FIELDS: Final = {
    **_COMMON,
    **{name: name for name in (
        "order_id", "search_string", "content_type", "content_name", "content_category", "content_ids", "contents",
        "num_items", "predicted_ltv", "net_revenue", "status", "delivery_category", "item_number",
        "customer_segmentation",
    )},
}  # fmt: skip
_SAYING: Final = frozenset((*_FIELDS, "custom_data", "items"))
_IDS: Final = ("item_id", "id", "product_id", "sku", "item_name")
_PASSED: Final = ("delivery_category",)
_AMOUNTS: Final = frozenset(("predicted_ltv", "net_revenue"))
_COUNTED: Final = frozenset(("InitiateCheckout", "Purchase"))
_MOST_CONTENTS: Final = 1000
_LONGEST_NAME: Final = 200


def commerce(
    event: Mapping[str, Any],
    name: str,
    overrides: Mapping[str, Any],
    *,
    templated: Mapping[str, Any],
    content_type: str | None,
    note: Note,
) -> dict[str, Any]:
    """`custom_data` of an event that Meta knows as `name`.

    For each field the first that says something: `overrides` (a None there leaves the field out), `templated`,
    the fields of common event data (`_COMMON`, which transformations change), the event's own `custom_data`, its fields
    of Meta's names, its items. Nothing is invented: no currency, no value, no quantity. What is left out or lacks its
    counterpart is told to `note`.
    """
    said_at_all = event.keys() & _SAYING
    if not said_at_all and not templated and not overrides:
        return {}  # a page view, mostly
    built: dict[str, Any] = {}
    own = event.get("custom_data")
    if isinstance(own, dict):
        built.update((key, value) for key, value in own.items() if value is not None and value != "")
    elif own is not None:
        note("custom_data is not an object: left out")
    for said, field, common in _places(frozenset(said_at_all)):
        value = event[said]
        if value is not None and value != "" and (common or field not in built):
            built[field] = value
    built.update(templated)
    _from_items(event, name, built, content_type)
    built.update(overrides)
    checked: dict[str, Any] = {}
    for field, value in built.items():
        if value is None:
            continue
        check = _CHECKS.get(field)
        found = check(value) if check is not None else _free(field, value)
        if found is None:
            note(f"custom_data.{label(field)} {_WANTED.get(field, 'cannot be sent')}: left out")
        elif found != []:
            checked[field] = found
    _lost_contents(built.get("contents"), checked.get("contents"), note)
    _paired(checked, name, note)
    return checked


@lru_cache(maxsize=1024)
def _places(said_at_all: frozenset[str]) -> tuple[tuple[str, str, bool], ...]:
    """Which fields these keys of an event fill, in the order of ``_FIELDS``, and whether under a common name."""
    return tuple((said, field, said in _COMMON) for said, field in _FIELDS.items() if said in said_at_all)


def _free(field: str, value: Any) -> Any:
    """The value of a field that is not one of Meta's, whose name is the sender's."""
    fits = len(field) <= _LONGEST_NAME and (field.isascii() or clean(field) is not None)
    return clean(value) if fits else None


def refused(name: str, custom: Mapping[str, Any]) -> str:
    """Why Meta would refuse an event for its `custom_data`; empty when it would not."""
    if name == "Purchase":
        missing = [field for field in ("value", "currency") if field not in custom]
        if missing:
            return f"Meta refuses a Purchase without {' and '.join(missing)}"
    return ""


def _from_items(event: Mapping[str, Any], name: str, built: dict[str, Any], content_type: str | None) -> None:
    items = event.get("items")
    if not isinstance(items, list):
        items = []
    if items and not isinstance(built.get("contents"), (list, dict)):
        built["contents"] = [_content(item) for item in items[:_MOST_CONTENTS] if isinstance(item, dict)]
    contents = built.get("contents")
    if isinstance(contents, list) and contents:
        if not isinstance(built.get("content_ids"), list):
            ids = [one["id"] for one in contents if isinstance(one, dict) and "id" in one]
            if ids:
                built["content_ids"] = list(dict.fromkeys(one for one in ids if isinstance(one, (str, int))))
        if name in _COUNTED and "num_items" not in built:
            quantities = [amount(one.get("quantity")) if isinstance(one, dict) else None for one in contents]
            if all(isinstance(quantity, int) and quantity >= 0 for quantity in quantities):
                built["num_items"] = sum(quantity for quantity in quantities if quantity is not None)
    if content_type and "content_type" not in built and (contents or built.get("content_ids")):
        built["content_type"] = content_type


def _content(item: Mapping[str, Any]) -> dict[str, Any]:
    """One item of common event data as one of Meta's contents."""
    content: dict[str, Any] = {}
    for name in _IDS:
        if item.get(name) not in (None, ""):
            content["id"] = item[name]
            break
    for name, ours in (("quantity", "quantity"), ("item_price", "price"), ("item_price", "item_price")):
        if name not in content and item.get(ours) not in (None, ""):
            content[name] = item[ours]
    content.update((name, item[name]) for name in _PASSED if name in item)
    return content


def _paired(custom: dict[str, Any], name: str, note: Note) -> None:
    """A value means nothing without its currency: Meta refuses it (subcode 2804023), and a Purchase as a whole."""
    if "currency" not in custom:
        if name != "Purchase" and custom.pop("value", None) is not None:
            note("custom_data.value has no currency, and Meta refuses it without: left out")
        return
    if "value" in custom:
        return
    priced = any("item_price" in one for one in custom.get("contents", ()))
    if not priced and not custom.keys() & _AMOUNTS:
        note("custom_data.currency has no value to go with: left out")
        del custom["currency"]


def _lost_contents(given: Any, kept: Any, note: Note) -> None:
    if isinstance(given, list):
        lost = len(given) - len(kept or ())
        if lost:
            note(f"custom_data.contents: {lost} of {len(given)} without a usable id left out")


def _number(value: Any) -> int | float | None:
    number = amount(value)
    return number if number is not None and number >= 0 else None


def _count(value: Any) -> int | None:
    number = amount(value)
    return number if isinstance(number, int) and number >= 0 else None


def _text(value: Any) -> str | None:
    if type(value) is str:  # as nearly always
        return value.strip() or None if clean(value) is not None else None
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    found = clean(value)
    if found is None:
        return None
    written = str(amount(found)) if isinstance(found, float) else str(found).strip()
    return written or None


def _status(value: Any) -> bool | str | None:
    return value if isinstance(value, bool) else _text(value)


def _identity(value: Any) -> str | int | None:
    if type(value) is not str and isinstance(value, int) and not isinstance(value, bool):
        found = clean(value)
        return found if isinstance(found, int) else None
    return _text(value)


def _identities(value: Any) -> list[str | int] | None:
    """A list of ids; one id, or ids with commas between them, as some sites write it."""
    if isinstance(value, str):
        value = [one for one in value.split(",", _MOST_CONTENTS) if one.strip()]
    elif not isinstance(value, list):
        value = [value]
    found = [one for one in (_identity(each) for each in value[:_MOST_CONTENTS]) if one is not None]
    return found or None


def _contents(value: Any) -> list[dict[str, Any]] | None:
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        return None
    kept = []
    for one in value[:_MOST_CONTENTS]:
        if not isinstance(one, dict):
            continue
        identity = _identity(one.get("id"))
        if identity is None:
            continue
        content: dict[str, Any] = {"id": identity}
        for field, inner in one.items():
            check: Callable[[Any], Any] = _CONTENT_CHECKS.get(field, clean)
            found = check(inner) if field != "id" else None
            if found is not None:
                content[field] = found
        kept.append(content)
    return kept


def _one_of(*words: str) -> Callable[[Any], str | None]:
    known = frozenset(words)
    return lambda value: value if isinstance(value, str) and value in known else None


_DELIVERY: Final = _one_of(*rules.DELIVERY_CATEGORIES)
_CONTENT_CHECKS: Final[dict[str, Callable[[Any], Any]]] = {
    "quantity": _number,
    "item_price": _number,
    "delivery_category": _DELIVERY,
}
_CHECKS: Final[dict[str, Callable[[Any], Any]]] = {
    "value": _number,
    "net_revenue": _number,
    "predicted_ltv": _number,
    "currency": rules.currency,
    "contents": _contents,
    "content_ids": _identities,
    "content_type": _one_of(*rules.CONTENT_TYPES),
    "content_name": _text,
    "content_category": _text,
    "num_items": _count,
    "order_id": _text,
    "item_number": _text,
    "search_string": _text,
    "status": _status,
    "delivery_category": _DELIVERY,
    "customer_segmentation": _one_of(*rules.SEGMENTS),
}
_WANTED: Final = {
    "value": "is not a number of at least 0",
    "net_revenue": "is not a number of at least 0",
    "predicted_ltv": "is not a number of at least 0",
    "currency": "is not an ISO 4217 currency",
    "contents": "is not a list of objects",
    "content_ids": "holds no id",
    "content_type": "is neither product nor product_group",
    "num_items": "is not a whole number",
    "delivery_category": "is none of in_store, curbside, home_delivery",
    "customer_segmentation": "is none of Meta's segments",
}
