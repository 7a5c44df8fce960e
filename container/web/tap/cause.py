"""The cause: in one sentence why a tag sent nothing of an event, the same in a list of hits and on the hit's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_MOST_SEEN = 80


def cause(tag: Mapping[str, Any], event: Mapping[str, Any]) -> str:
    """What stands behind the tag's name: "was not triggered: ..."; "" for a tag that fired. Both are of an insight."""
    make = _MAKE.get(tag["outcome"])
    return make(tag, event) if make is not None else ""


def nearest(tag: Mapping[str, Any]) -> dict[str, Any] | None:
    """Of the triggers of a tag that was not triggered the one that nearly held: one that is for events of this name.
    None when no trigger is."""
    near = [one for one in tag["fires_on"] if _nearly(one)]
    return max(near, key=_share) if near else None


def failing(trigger: Mapping[str, Any]) -> str:
    """The conditions of a trigger that did not hold, with what each saw."""
    whys = [one["why"] for one in trigger["conditions"] if not one["holds"]]
    return " and ".join(whys) or "it has no condition"


def explaining(tag: Mapping[str, Any], event: Mapping[str, Any]) -> list[str]:
    """Those of a tag's notes that are about what its reason is about, with the values they speak of."""
    notes = []
    for note in tag["notes"]:
        name = _field(note)
        if name.islower() and name in tag["reason"].lower():
            value = _value(name, tag, event)
            notes.append(f"{note} (it came as {value})" if value else note)
    return notes


def _suppressed(tag: Mapping[str, Any], event: Mapping[str, Any]) -> str:
    """The tag's own reason; before it what came and was of no use, where the reason is that it is missing."""
    reason = str(tag["reason"])
    missing = reason.rpartition(" without ")[2].split() if " without " in reason else []
    useless = [_field(note) for note in tag["notes"] if note.endswith(": left out") and _field(note) in missing]
    if not useless:
        return f"decided not to send: {reason}"
    named = (f"{name} {_value(name, tag, event)}".strip() for name in dict.fromkeys(useless))
    was = "was" if len(set(useless)) == 1 else "were"
    return f"decided not to send: {' and '.join(named)} {was} not understood, and {reason}"


def _not_triggered(tag: Mapping[str, Any], event: Mapping[str, Any]) -> str:
    near = nearest(tag)
    if near is None:
        return f"was not triggered: no trigger is for {event['name'] or 'it'}"
    return f"was not triggered: {near['name'] or 'its trigger'} is for this event, but {failing(near)}"


_MAKE: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], str]] = {
    "suppressed": _suppressed,
    "no_consent": lambda tag, _: f"needs consent: {tag['reason']}",
    "blocked": lambda tag, _: f"was {tag['reason']}",
    "not_triggered": _not_triggered,
    "failed": lambda tag, _: f"sent nothing: {tag['reason'] or 'it failed'}",
}


def _nearly(trigger: Mapping[str, Any]) -> bool:
    """Whether a trigger that does not hold is for events of this name; one that names none is when anything held."""
    named = [one["holds"] for one in trigger["conditions"] if one["type"] == "event"]
    return all(named) if named else any(one["holds"] for one in trigger["conditions"])


def _share(trigger: Mapping[str, Any]) -> float:
    held = [bool(one["holds"]) for one in trigger["conditions"]]
    return sum(held) / len(held)


def _field(note: str) -> str:
    """The field a note begins with, without what it lies in; ``custom_data.currency`` is called ``currency``."""
    return note.split(" ", 1)[0].rstrip(":,").rpartition(".")[2].partition("[")[0]


def _value(name: str, tag: Mapping[str, Any], event: Mapping[str, Any]) -> str:
    """The value of a field that the tag was shown, in quotes; "" for what is no text and no number. What is personal
    in it was masked before."""
    data = tag.get("shown", event["after"])
    value = data.get(name) if isinstance(data, dict) else None
    plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return repr(str(value)[:_MOST_SEEN]) if plain else ""
