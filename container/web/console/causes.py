"""The causes: for each tag of a hit that sent nothing, one sentence that says why, and where it is mended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from container.web.tap.cause import cause, explaining, failing, nearest

Place = Callable[[str, str], str]
"""The address of where a section's entry stands in the configuration's file, e.g. of ``triggers`` and ``purchase``."""

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
                about = {"tag": tag["tag"], "outcome": tag["outcome"], "cause": cause(tag, event)}
                told.append({"tone": "warn", "notes": [], "others": [], **made, **about})
            elif tag["outcome"] == "not_triggered":
                strangers.append(tag)
        if strangers:
            idle.append(_idle(event, strangers, place))
    return [*told, *idle]


def _suppressed(tag: dict[str, Any], event: dict[str, Any], place: Place) -> dict[str, Any]:
    return {
        "notes": explaining(tag, event), "mend": "Mend what the page sends, or write it with a transformation.",
        "link": "#event", "link_text": "What came",
    }  # fmt: skip


def _no_consent(tag: dict[str, Any], event: dict[str, Any], place: Place) -> dict[str, Any]:
    missing = next((one for one in tag["needs_consent"] if not one["allowed"]), {"purpose": ""})
    said = next((one for one in event["consent"] if one["purpose"] == missing["purpose"]), {"source": "", "why": ""})
    source = str(said["source"])
    advice = _CONSENT.get(source, f"The consent section decided: {said['why']}.")
    return {
        "mend": advice, "link": "#consent" if source == "hit" else place("consent", ""),
        "link_text": "Who said so" if source == "hit" else "The consent section",
    }  # fmt: skip


def _blocked(tag: dict[str, Any], event: dict[str, Any], place: Place) -> dict[str, Any]:
    blocking = next((one["name"] for one in tag["blocked_by"] if one["holds"]), "")
    return {
        "mend": "If it should not have been, narrow that trigger.", "link": place("triggers", blocking),
        "link_text": f"The trigger {blocking}" if blocking else "The configuration",
    }  # fmt: skip


def _not_triggered(tag: dict[str, Any], event: dict[str, Any], place: Place) -> dict[str, Any] | None:
    """None when no trigger is for events of this name."""
    first = nearest(tag)
    if first is None:
        return None
    others = [f"{one['name'] or 'conditions'}: {failing(one)}" for one in tag["fires_on"] if one is not first]
    return {
        "others": others, "mend": "If the value is right, change the condition.",
        "link": place("triggers", first["name"] or ""),
        "link_text": f"The trigger {first['name']}" if first["name"] else "The configuration",
    }  # fmt: skip


def _failed(tag: dict[str, Any], event: dict[str, Any], place: Place) -> dict[str, Any]:
    return {
        "tone": "bad", "mend": "That is a fault of the tag or of a variable it reads, not of the hit.", "link": "#log",
        "link_text": "The log",
    }  # fmt: skip


_MAKE: Mapping[str, Callable[[dict[str, Any], dict[str, Any], Place], dict[str, Any] | None]] = {
    "suppressed": _suppressed, "no_consent": _no_consent, "blocked": _blocked, "not_triggered": _not_triggered,
    "failed": _failed,
}  # fmt: skip


def _idle(event: dict[str, Any], tags: list[dict[str, Any]], place: Place) -> dict[str, Any]:
    """All tags of an event that listen for others only."""
    names = ", ".join(one["tag"] for one in tags)
    others = [f"{tag['tag']}, {one['name'] or 'conditions'}: {failing(one)}" for tag in tags for one in tag["fires_on"]]
    said = cause(tags[0], event)
    return {
        "tag": names, "outcome": "not_triggered", "tone": "info", "notes": [], "others": others[:40],
        "cause": said if len(tags) == 1 else said.replace("was", "were", 1),
        "mend": "If one should be, add the event's name to a trigger.", "link": place("triggers", ""),
        "link_text": "The triggers",
    }  # fmt: skip
