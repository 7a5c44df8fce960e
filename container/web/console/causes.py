"""The causes: for each tag of a hit that sent nothing, one sentence that says why, and where it is mended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Place = Callable[[str, str], str]
"""The address of where a section's entry stands in the configuration's file, e.g. of ``triggers`` and ``purchase``."""

_MOST_SEEN = 80
_CONSENT = {
    "hit": "That is the visitor's own word, sent with the hit: nothing is to be mended if they did decline.",
    "": "Nobody said anything about it, so the consent section decides.",
}


def causes(events: list[dict[str, Any]], place: Place) -> list[dict[str, Any]]:
    """One for each tag and event that sent nothing: ``tag``, ``outcome``, ``tone``, ``cause``; ``notes`` that explain
    it; ``others``, what else did not hold; ``mend`` in words with ``link`` and ``link_text``.

    What no trigger was for is told last, in one sentence an event.
    """
    told, idle = [], []
    for event in events:
        strangers = []
        for tag in event["tags"]:
            made = _MAKE[tag["outcome"]](tag, event, place) if tag["outcome"] in _MAKE else None
            if made is not None:
                told.append({"notes": [], "others": [], **made, "tag": tag["tag"], "outcome": tag["outcome"]})
            elif tag["outcome"] == "not_triggered":
                strangers.append(tag)
        if strangers:
            idle.append(_idle(event, strangers, place))
    return [*told, *idle]


def _suppressed(tag: dict[str, Any], event: dict[str, Any], place: Place) -> dict[str, Any]:
    """The tag's own reason, and those of its notes that are about what the reason is about."""
    data = tag.get("shown", event["after"])
    notes = [_with_value(note, data) for note in tag["notes"] if _explains(note, tag["reason"])]
    return {
        "tone": "warn", "cause": f"decided not to send: {tag['reason']}", "notes": notes,
        "mend": "Mend what the page sends, or write it with a transformation.", "link": "#event",
        "link_text": "What came",
    }  # fmt: skip


def _no_consent(tag: dict[str, Any], event: dict[str, Any], place: Place) -> dict[str, Any]:
    missing = next((one for one in tag["needs_consent"] if not one["allowed"]), {"purpose": ""})
    said = next((one for one in event["consent"] if one["purpose"] == missing["purpose"]), {"source": "", "why": ""})
    source = str(said["source"])
    advice = _CONSENT.get(source, f"The consent section decided: {said['why']}.")
    return {
        "tone": "warn", "cause": f"needs consent: {tag['reason']}", "mend": advice,
        "link": "#consent" if source == "hit" else place("consent", ""),
        "link_text": "Who said so" if source == "hit" else "The consent section",
    }  # fmt: skip


def _blocked(tag: dict[str, Any], event: dict[str, Any], place: Place) -> dict[str, Any]:
    blocking = next((one["name"] for one in tag["blocked_by"] if one["holds"]), "")
    return {
        "tone": "warn", "cause": f"was {tag['reason']}",
        "mend": "If it should not have been, narrow that trigger.", "link": place("triggers", blocking),
        "link_text": f"The trigger {blocking}" if blocking else "The configuration",
    }  # fmt: skip


def _not_triggered(tag: dict[str, Any], event: dict[str, Any], place: Place) -> dict[str, Any] | None:
    """The trigger that nearly held: one that is for events of this name. None when no trigger is."""
    near = [one for one in tag["fires_on"] if _nearly(one)]
    if not near:
        return None
    first = max(near, key=_share)
    others = [f"{one['name'] or 'conditions'}: {_failing(one)}" for one in tag["fires_on"] if one is not first]
    name = first["name"] or "its trigger"
    return {
        "tone": "warn", "cause": f"was not triggered: {name} is for this event, but {_failing(first)}",
        "others": others, "mend": "If the value is right, change the condition.", "link": place("triggers", name),
        "link_text": f"The trigger {name}" if first["name"] else "The configuration",
    }  # fmt: skip


def _failed(tag: dict[str, Any], event: dict[str, Any], place: Place) -> dict[str, Any]:
    return {
        "tone": "bad", "cause": f"sent nothing: {tag['reason'] or 'it failed'}",
        "mend": "That is a fault of the tag or of a variable it reads, not of the hit.", "link": "#log",
        "link_text": "The log",
    }  # fmt: skip


_MAKE: Mapping[str, Callable[[dict[str, Any], dict[str, Any], Place], dict[str, Any] | None]] = {
    "suppressed": _suppressed, "no_consent": _no_consent, "blocked": _blocked, "not_triggered": _not_triggered,
    "failed": _failed,
}  # fmt: skip


def _idle(event: dict[str, Any], tags: list[dict[str, Any]], place: Place) -> dict[str, Any]:
    """All tags of an event that listen for others only."""
    names = ", ".join(one["tag"] for one in tags)
    others = [
        f"{tag['tag']}, {one['name'] or 'conditions'}: {_failing(one)}" for tag in tags for one in tag["fires_on"]
    ]
    return {
        "tag": names, "outcome": "not_triggered", "tone": "info", "notes": [], "others": others[:40],
        "cause": f"{'was' if len(tags) == 1 else 'were'} not triggered: no trigger is for {event['name'] or 'it'}",
        "mend": "If one should be, add the event's name to a trigger.", "link": place("triggers", ""),
        "link_text": "The triggers",
    }  # fmt: skip


def _nearly(trigger: dict[str, Any]) -> bool:
    """Whether a trigger that does not hold is for events of this name; one that names none is when anything held."""
    named = [one["holds"] for one in trigger["conditions"] if one["type"] == "event"]
    return all(named) if named else any(one["holds"] for one in trigger["conditions"])


def _share(trigger: dict[str, Any]) -> float:
    held = [bool(one["holds"]) for one in trigger["conditions"]]
    return sum(held) / len(held)


def _failing(trigger: dict[str, Any]) -> str:
    failing = [one["why"] for one in trigger["conditions"] if not one["holds"]]
    return " and ".join(failing) or "it has no condition"


def _explains(note: str, reason: str) -> bool:
    """Whether a note is about a field the reason names; ``custom_data.currency`` is called ``currency``."""
    name = _field(note)
    return name.islower() and name in reason.lower()


def _with_value(note: str, data: Any) -> str:
    """A note with the value that was seen. What is personal in it was masked before."""
    value = data.get(_field(note)) if isinstance(data, dict) else None
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return f"{note} (it came as {str(value)[:_MOST_SEEN]!r})"
    return note


def _field(note: str) -> str:
    """The field a note begins with, without what it lies in."""
    return note.split(" ", 1)[0].rstrip(":,").rpartition(".")[2].partition("[")[0]
