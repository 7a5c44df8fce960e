"""Names: every trigger, variable, tag and client that is asked for must be there."""

from __future__ import annotations

import re
from collections.abc import Iterable

from container.config.checks.whole import Whole
from container.config.decode import Mention
from container.expression import BUILT_IN
from container.kinds import NAME_PATTERN, usable_name
from container.problem import suggestion

_SECTION = {"trigger": "triggers", "variable": "variables", "tag": "tags", "client": "clients"}
_MOST_SUGGESTIONS = 100
_SEPARATOR = re.compile(r"\s*[,;|]\s*|\s+(?:and|or)\s+|\s+")


def names(whole: Whole) -> None:
    """Tell every name that stands for nothing, with the nearest one that does."""
    if whole.partial:
        return
    known = {what: _known(whole.keys(section)) for what, section in _SECTION.items()}
    hidden = {what for what, section in _SECTION.items() if whole.unread(section)}
    number = 0
    for mention in whole.decoder.mentions:
        if mention.name in known[mention.what] or mention.what in hidden:
            continue
        hint = f"see {_SECTION[mention.what]}"
        if number < _MOST_SUGGESTIONS:  # each compares with every name of the file
            # What cannot be a name is a fault of its own, and no help.
            hint = _advice(mention, [name for name in known[mention.what] if re.fullmatch(NAME_PATTERN, name)])
        number += 1
        text = f"there is no {mention.what} '{mention.name}'"
        whole.decoder.problem(mention.node, "unknown", text, hint, offset=mention.offset)


def _known(keys: Iterable[str]) -> dict[str, None]:
    """The names of a section; one that cannot be used is told at its own place, also as it should be written."""
    return dict.fromkeys(name for key in keys for name in (key, usable_name(key)))


def _advice(mention: Mention, usable: list[str]) -> str:
    parts = _SEPARATOR.split(mention.name.strip())
    if len(parts) > 1 and set(parts) <= set(usable):
        return f"write a list: [{', '.join(parts)}]"
    # Only inside an expression the built-in names may be meant as well.
    return suggestion(mention.name, [*usable, *(BUILT_IN if mention.offset else ())])
