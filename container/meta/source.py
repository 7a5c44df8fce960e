"""The action source: where an event happened, and what Meta wants to know about it there."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from container.meta import names, rules
from container.meta.clean import clean, label
from container.meta.customer import Note

_ORIGINAL: Final = ("event_name", "event_time", "order_id", "event_id")


USUAL: Final = "website"
"""Where events happen when nobody says."""


def action_source(configured: object, said: object, note: Note) -> str:
    """The configuration's word, else the event's own, else `website`."""
    for source in (configured, said):
        if source is None or source == "":
            continue
        if isinstance(source, str) and source in rules.ACTION_SOURCES:
            return source
        note(f"action_source is none of Meta's: {USUAL} is used")
    return USUAL


def messaging_name(name: str, note: Note) -> str:
    """The event name for `business_messaging`, where Meta calls a Lead `LeadSubmitted`."""
    if name == "Lead":
        note("Meta refuses Lead for business_messaging: LeadSubmitted is sent")
        return "LeadSubmitted"
    if name not in names.MESSAGING:
        note(f"{label(name)} is not known to be allowed for business_messaging")
    return name


def refused(source: str, payload: Mapping[str, Any]) -> str:
    """Why Meta would refuse an event of this source for what it lacks; empty when it would not."""
    for field in rules.REQUIRED.get(source, ()):
        if not payload.get(field):
            return f"Meta wants {field} of an event whose action_source is {source}"
    return ""


@lru_cache(maxsize=1024)
def unmatched(source: str, user: tuple[str, ...]) -> str:
    """Why Meta would refuse an event for having these keys of `user_data` alone; empty when it would not."""
    if rules.too_broad(user):
        told = ", ".join(sorted(user)) or "nothing"
        return f"Meta cannot match anybody by {told} (insufficient customer information)"
    if source == "website" and "client_user_agent" not in user:
        return "Meta wants the visitor's client_user_agent of an event whose action_source is website"
    return ""


def app_data(given: Any, note: Note) -> dict[str, Any] | None:
    """`app_data` with flags of 0 or 1 and `extinfo` filled to its sixteen places; None without what Meta requires."""
    if not isinstance(given, Mapping):
        if given is not None:
            note("app_data is not an object: left out")
        return None
    found: dict[str, Any] = clean(dict(given))
    for flag in rules.APP_FLAGS:
        value = found.get(flag)
        if value in (0, 1, "0", "1"):
            found[flag] = int(value)
        else:
            note(f"app_data.{flag} is neither 0 nor 1: app_data is left out")
            return None
    extra = given.get("extinfo")
    if not isinstance(extra, list) or not rules.EXTINFO_OS_VERSION < len(extra) <= rules.EXTINFO_LENGTH:
        note("app_data.extinfo is not a list of 16 places: app_data is left out")
        return None
    places = [str(clean(place)) if isinstance(place, (str, int, float)) else "" for place in extra]
    if not places[rules.EXTINFO_OS_VERSION]:
        note("app_data.extinfo names no version of the operating system in its fifth place: app_data is left out")
        return None
    found["extinfo"] = places + [""] * (rules.EXTINFO_LENGTH - len(places))
    return found


def original_event(given: Any, note: Note) -> dict[str, Any] | None:
    """`original_event_data`: what links a delayed event to the one it belongs to."""
    if given is None:
        return None
    found = clean(dict(given)) if isinstance(given, Mapping) else {}
    kept = {key: found[key] for key in _ORIGINAL if found.get(key) not in (None, "")}
    if not kept:
        note("original_event_data says nothing: left out")
    return kept or None
