"""Validation: what is wrong with a Measurement Protocol body, in the form and codes of Google's validation server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from container.ga4.measurement import text_of

Message = dict[str, str]

MOST_EVENTS = 25
_MOST_PARAMETERS, _MOST_PROPERTIES, _MOST_ITEMS = 25, 25, 200
_LONGEST_NAME, _LONGEST_VALUE = 40, 100
_LONGEST_PROPERTY, _LONGEST_PROPERTY_VALUE = 24, 36
_LONGER = {"page_location": 1000, "page_referrer": 420, "page_title": 300}
_MOST_MESSAGES = 100
_OLDEST = 72 * 3600

RESERVED_EVENTS = frozenset(
    {
        "ad_activeview",
        "ad_click",
        "ad_exposure",
        "ad_impression",
        "ad_query",
        "ad_reward",
        "adunit_exposure",
        "app_clear_data",
        "app_exception",
        "app_install",
        "app_remove",
        "app_store_refund",
        "app_update",
        "app_upgrade",
        "dynamic_link_app_open",
        "dynamic_link_app_update",
        "dynamic_link_first_open",
        "error",
        "firebase_campaign",
        "first_open",
        "first_visit",
        "in_app_purchase",
        "notification_dismiss",
        "notification_foreground",
        "notification_open",
        "notification_receive",
        "os_update",
        "session_start",
        "session_start_with_rollout",
        "user_engagement",
    }
)
"""Names Google's own libraries send by themselves."""

_RESERVED_PROPERTIES = frozenset(
    {"first_open_time", "first_visit_time", "last_deep_link_referrer", "user_id", "first_open_after_install"}
)
_RESERVED_PREFIXES = ("_", "firebase_", "ga_", "google_", "gtag.")


def validate(body: Any, query: Mapping[str, str], now: float) -> list[Message]:
    """The messages for a decoded body (None when it is no JSON) and the query; an empty list when nothing is wrong.

    Limits on counts and lengths count only with ``validation_behavior: ENFORCE_RECOMMENDATIONS``, as Google's do.
    """
    found: list[Message] = []
    for message in _messages(body, query, now):
        found.append(message)
        if len(found) == _MOST_MESSAGES:
            break
    return found


def _message(field: str, code: str, description: str) -> Message:
    return {"fieldPath": field, "description": description, "validationCode": code}


def _messages(body: Any, query: Mapping[str, str], now: float) -> Iterator[Message]:
    if not isinstance(body, dict):
        yield _message("", "VALUE_INVALID", "The body is not a JSON object.")
        return
    strict = body.get("validation_behavior") == "ENFORCE_RECOMMENDATIONS"
    yield from _identity(body, query)
    yield from _time("timestamp_micros", body.get("timestamp_micros"), now, strict)
    yield from _consent(body.get("consent"))
    yield from _properties(body.get("user_properties"), strict)
    events = body.get("events")
    if events is None or events == []:
        yield _message("events", "VALUE_REQUIRED", "The body needs at least one event.")
    elif not isinstance(events, list):
        yield _message("events", "VALUE_INVALID", "events must be a list.")
    else:
        if len(events) > MOST_EVENTS:
            text = f"{len(events)} events are too many; one body holds at most {MOST_EVENTS}."
            yield _message("events", "EXCEEDED_MAX_ENTITIES", text)
        for place, event in enumerate(events[:MOST_EVENTS]):
            yield from _event(event, f"The event at index {place}", now, strict)


def _identity(body: Mapping[str, Any], query: Mapping[str, str]) -> Iterator[Message]:
    if query.get("firebase_app_id"):
        instance = text_of(body.get("app_instance_id"))
        if not instance:
            yield _message("app_instance_id", "VALUE_REQUIRED", "An app stream needs an app_instance_id.")
        elif len(instance) != 32 or not all(character in "0123456789abcdefABCDEF" for character in instance):
            yield _message("app_instance_id", "VALUE_INVALID", "app_instance_id must be 32 hexadecimal digits.")
        return
    if not query.get("measurement_id"):
        text = "The query needs a measurement_id, or a firebase_app_id for an app stream."
        yield _message("measurement_id", "VALUE_REQUIRED", text)
    if not text_of(body.get("client_id")):
        yield _message("client_id", "VALUE_REQUIRED", "A web stream needs a client_id.")


def _time(field: str, micros: Any, now: float, strict: bool) -> Iterator[Message]:
    if micros is None:
        return
    text = text_of(micros)
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        yield _message(field, "VALUE_INVALID", f"{field} must be a whole number of microseconds since 1970.")
    elif strict and not now - _OLDEST <= int(text) / 1e6 <= now + 60:
        yield _message(field, "VALUE_OUT_OF_BOUNDS", f"{field} must lie within the last 72 hours.")


def _consent(given: Any) -> Iterator[Message]:
    if given is None:
        return
    if not isinstance(given, dict):
        yield _message("consent", "VALUE_INVALID", "consent must be an object.")
        return
    for purpose in ("ad_user_data", "ad_personalization"):
        if purpose in given and given[purpose] not in ("GRANTED", "DENIED"):
            yield _message(f"consent.{purpose}", "VALUE_INVALID", f"{purpose} must be GRANTED or DENIED.")


def _properties(given: Any, strict: bool) -> Iterator[Message]:
    field = "user_properties"
    if given is None:
        return
    if not isinstance(given, dict):
        yield _message(field, "VALUE_INVALID", "user_properties must be an object.")
        return
    if strict and len(given) > _MOST_PROPERTIES:
        text = f"{len(given)} user properties are too many; at most {_MOST_PROPERTIES} are taken."
        yield _message(field, "EXCEEDED_MAX_ENTITIES", text)
    for name, value in given.items():
        what = f"The user property [{_short(name)}]"
        if name in _RESERVED_PROPERTIES or name.startswith(_RESERVED_PREFIXES):
            yield _message(field, "NAME_RESERVED", f"{what} has a reserved name.")
        else:
            yield from _name(field, what, name, _LONGEST_PROPERTY, strict)
        if not isinstance(value, dict) or "value" not in value:
            yield _message(field, "VALUE_REQUIRED", f"{what} must be an object with a value.")
        elif isinstance(value["value"], (dict, list)):
            yield _message(field, "VALUE_INVALID", f"{what} must have a text or a number as its value.")
        elif strict and len(text_of(value["value"])) > _LONGEST_PROPERTY_VALUE:
            text = f"{what} is longer than {_LONGEST_PROPERTY_VALUE} characters."
            yield _message(field, "VALUE_OUT_OF_BOUNDS", text)


def _event(event: Any, what: str, now: float, strict: bool) -> Iterator[Message]:
    if not isinstance(event, dict):
        yield _message("events", "VALUE_INVALID", f"{what} is not an object.")
        return
    name = event.get("name")
    if not isinstance(name, str) or not name:
        yield _message("events", "VALUE_REQUIRED", f"{what} needs a name.")
    elif name in RESERVED_EVENTS:
        yield _message("events", "NAME_RESERVED", f"{what} has the reserved name [{name}].")
    else:
        yield from _name("events", what, name, _LONGEST_NAME, True)
    yield from _time("events.timestamp_micros", event.get("timestamp_micros"), now, strict)
    params = event.get("params")
    if params is None:
        return
    if not isinstance(params, dict):
        yield _message("events.params", "VALUE_INVALID", f"{what} has params that are not an object.")
        return
    if strict and len(params) > _MOST_PARAMETERS:
        text = f"{what} has {len(params)} parameters; at most {_MOST_PARAMETERS} are taken."
        yield _message("events.params", "EXCEEDED_MAX_ENTITIES", text)
    for key, value in params.items():
        if key == "items":
            yield from _items(value, what, strict)
        else:
            yield from _parameter(key, value, what, strict)
    if strict and "value" in params and "currency" not in params:
        yield _message("events.params.currency", "VALUE_REQUIRED", f"{what} has a value but no currency.")


def _parameter(name: str, value: Any, what: str, strict: bool) -> Iterator[Message]:
    field = f"events.params.{_short(name)}"
    which = f"{what} has a parameter [{_short(name)}] that"
    if name.startswith(_RESERVED_PREFIXES):
        yield _message(field, "NAME_RESERVED", f"{which} has a reserved name.")
    else:
        yield from _name(field, which, name, _LONGEST_NAME, strict)
    if isinstance(value, (dict, list)):
        yield _message(field, "VALUE_INVALID", f"{which} is neither a text nor a number.")
    elif name == "value" and (isinstance(value, bool) or not isinstance(value, (int, float))):
        yield _message(field, "VALUE_INVALID", f"{which} is not a number.")
    elif name == "currency" and not (
        isinstance(value, str) and len(value) == 3 and value.isascii() and value.isalpha()
    ):
        yield _message(field, "VALUE_INVALID", f"{which} is not a currency code of three letters.")
    elif strict and len(text_of(value)) > _LONGER.get(name, _LONGEST_VALUE):
        most = _LONGER.get(name, _LONGEST_VALUE)
        yield _message(field, "VALUE_OUT_OF_BOUNDS", f"{which} is longer than {most} characters.")


def _items(items: Any, what: str, strict: bool) -> Iterator[Message]:
    field = "events.params.items"
    if not isinstance(items, list):
        yield _message(field, "VALUE_INVALID", f"{what} has items that are not a list.")
        return
    if len(items) > _MOST_ITEMS:
        text = f"{what} has {len(items)} items; at most {_MOST_ITEMS} are taken."
        yield _message(field, "EXCEEDED_MAX_ENTITIES", text)
    for place, item in enumerate(items[:_MOST_ITEMS]):
        if not isinstance(item, dict):
            yield _message(field, "VALUE_INVALID", f"{what} has an item at index {place} that is not an object.")
        elif strict and not (item.get("item_id") or item.get("item_name")):
            text = f"{what} has an item at index {place} with neither item_id nor item_name."
            yield _message(field, "VALUE_REQUIRED", text)


def _name(field: str, what: str, name: str, longest: int, strict: bool) -> Iterator[Message]:
    plain = name.replace("_", "a")
    if not name[:1].isalpha():
        yield _message(field, "NAME_INVALID", f"{what} [{_short(name)}] has a name that does not start with a letter.")
    elif not plain.isalnum():
        text = f"{what} [{_short(name)}] has a name with other characters than letters, digits and underscores."
        yield _message(field, "NAME_INVALID", text)
    elif strict and len(name) > longest:
        text = f"{what} [{_short(name)}] has a name of more than {longest} characters."
        yield _message(field, "NAME_INVALID", text)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}..."
