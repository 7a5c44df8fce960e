"""The person: an event's user data under one name each, from wherever senders put it, for tags to hash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from container.event import Event

NAMES: dict[str, tuple[str, ...]] = {
    "email": ("email_address", "email", "em"),
    "phone": ("phone_number", "phone", "ph"),
    "first_name": ("first_name", "fn"),
    "last_name": ("last_name", "ln"),
    "street": ("street",),
    "city": ("city", "ct"),
    "region": ("region", "state", "st"),
    "postal_code": ("postal_code", "zip", "zp"),
    "country": ("country",),
    "gender": ("gender", "ge"),
    "date_of_birth": ("date_of_birth", "birthday", "db"),
}
"""What a person is asked for -> the names senders use in ``user_data`` and its ``address``, the first that is there."""

HASHED_PHONE = "hashed_phone"
"""Phone numbers that came hashed. They are Google's, with a plus sign, so they match with few other vendors."""

KNOWN = frozenset(NAMES) | {HASHED_PHONE, "user_id"}
"""Every name a person can be asked for."""

_MOST_VALUES, _MOST_ADDRESSES = 20, 10


def person(event: Event) -> dict[str, list[Any]]:
    """Lists of what the event says of its person, in clear or already hashed; a name nothing is said of is missing.

    ``sha256_email_address`` and its like stand beside the clear values: the hashing filters leave hashes as they are.
    """
    found: dict[str, list[Any]] = {}
    user_id = event.get("user_id")
    if _scalar(user_id):
        found["user_id"] = [user_id]
    data = event.get("user_data")
    if not isinstance(data, dict):
        return found
    addresses = data.get("address")
    listed = addresses if isinstance(addresses, list) else [addresses]
    places = [data, *(one for one in listed[:_MOST_ADDRESSES] if isinstance(one, dict))]
    for name, spellings in NAMES.items():
        values = [value for place in places for value in _said(place, spellings)]
        if values:
            found[name] = values[:_MOST_VALUES]
    hashed = _values(data.get("sha256_phone_number"))
    if hashed:
        found[HASHED_PHONE] = hashed
    external = _values(data.get("external_id"))
    if external and "user_id" not in found:
        found["user_id"] = external
    return found


def _said(place: Mapping[str, Any], spellings: tuple[str, ...]) -> list[Any]:
    clear = next((values for one in spellings if (values := _values(place.get(one)))), [])
    if spellings is NAMES["phone"]:
        return clear
    return clear or next((values for one in spellings if (values := _values(place.get(f"sha256_{one}")))), [])


def _values(value: Any) -> list[Any]:
    return [one for one in (value if isinstance(value, list) else [value]) if _scalar(one)][:_MOST_VALUES]


def _scalar(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""
