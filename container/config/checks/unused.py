"""Unused: triggers, variables and settings that are written down and change nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from container.config.checks.whole import Whole
from container.problem import nearest

_WORD = re.compile(r"[A-Za-z_]\w*")
_MOST_NEAR = 20
"""Unknown names for which the nearest is looked for; each is compared with every name of the file."""


def unused(whole: Whole) -> None:
    """Tell what nobody asks for."""
    _triggers(whole)
    if whole.bindings and not any(whole.unread(section) for section in ("tags", "triggers", "variables")):
        _variables(whole)
        _settings(whole)


def _triggers(whole: Whole) -> None:
    broken = whole.broken()
    asked = {mention.name for mention in whole.decoder.mentions if mention.what == "trigger"}
    known = whole.keys("triggers")
    # A name written almost right was reported with the right one.
    used = asked | {nearest(name, known) for name in sorted(asked - known.keys())[:_MOST_NEAR]} | _unread_words(whole)
    section = whole.top.items.get("triggers")
    hidden = whole.unread("tags") or whole.unread("consent")
    for name, key in whole.keys("triggers").items():
        if section is not None and section.items[name].kind == "mapping" and not section.items[name].items:
            text = "a trigger without conditions holds for every event"
            hint = "add conditions; where: { event.event_name: { exists: true } } says that it is meant"
            whole.decoder.warning(key, "catch_all", text, hint)
        if name not in used and not hidden and key.path not in broken:
            hint = "name it in fires_on, in blocked_by or under consent, or remove it"
            whole.decoder.warning(key, "unused", "nothing uses this trigger", hint)


def _unread_words(whole: Whole) -> set[str]:
    """The words in texts that have an error or stand below one: any may be a name that was not read."""
    wrong = {one.path for one in whole.decoder.problems if not one.warning}
    return {
        word
        for node, _ in whole.texts()
        if isinstance(node.value, str) and any(one in wrong for one in _upwards(node.path))
        for word in _WORD.findall(node.raw)
    }


def _upwards(path: str) -> Iterator[str]:
    """A path and those of the values it stands in."""
    while path:
        yield path
        path = path[: max(path.rfind("."), path.rfind("["), 0)]


def _variables(whole: Whole) -> None:
    """A container without tags reads nothing at all: there, every variable would be told."""
    used = {
        mention.name
        for mention in whole.decoder.mentions
        if mention.what == "variable" and mention.owner != ("variable", mention.name)
    }
    used |= _unread_words(whole)
    broken = whole.broken()
    for name, key in whole.keys("variables").items():
        if name not in used and key.path not in broken:
            hint = "use it in an expression or under where, or remove it"
            whole.decoder.warning(key, "unused", "nothing reads this variable", hint)


def _settings(whole: Whole) -> None:
    for change in whole.changes:
        if change.tags is not None and not change.tags:
            key = whole.keys("transformations")[change.name]
            if not any(one.path.startswith(f"{key.path}.for") for one in whole.decoder.problems):
                text = "the transformation is for no tag, so it changes nothing"
                whole.decoder.warning(key, "unused", text, "name tags behind for:, or remove the line")
    limited = whole.consent is not None and whole.consent.limited_data_use is not None
    if limited and not any(one.tag.advertising for one in whole.bindings):
        key = whole.top.items["consent"].keys["limited_data_use"]
        whole.decoder.warning(key, "unused", "no tag of this file reads limited_data_use", "remove it")
