"""The parameters: everything one pixel hit says, sorted by the group Meta's script puts it in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from container.hit import Hit, parse_parameters
from container.nesting import shallow
from container.pixel.multipart import parse_multipart

_decode = msgspec.json.decode


@dataclass(slots=True)
class Parameters:
    """One hit's parameters. Of a repeated name the first counts: the script writes its own before a page's text.

    ``plain`` has the names without brackets; ``custom`` is ``cd[]``, JSON text decoded; ``manual`` is ``ud[]``,
    ``automatic`` is ``aud[]``, ``form`` is ``udff[]``; ``page`` is ``pmd[]``.
    """

    plain: dict[str, str] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)
    manual: dict[str, Any] = field(default_factory=dict)
    automatic: dict[str, Any] = field(default_factory=dict)
    form: dict[str, Any] = field(default_factory=dict)
    page: dict[str, Any] = field(default_factory=dict)


def read_parameters(hit: Hit) -> Parameters:
    """The query's parameters, and after them those of an urlencoded or multipart body."""
    pairs = hit.parameters
    if hit.method == "POST" and hit.body:
        kind = hit.headers.get("content-type", "")
        if kind[:10].lower() == "multipart/" or hit.body[:2] == b"--":
            pairs = pairs + parse_multipart(hit.body, kind)
        else:
            pairs = pairs + parse_parameters(hit.text.strip())
    return sort_parameters(pairs)


def sort_parameters(pairs: list[tuple[str, str]]) -> Parameters:
    """Sort pairs into their groups; groups that carry no data (``cud``, ``ncud``, ``expv2`` ...) are left out."""
    found = Parameters()
    plain, custom = found.plain, found.custom
    groups = {"ud": found.manual, "aud": found.automatic, "udff": found.form, "pmd": found.page}
    for name, value in pairs:
        if name[-1:] != "]":
            plain.setdefault(name, value)
            continue
        group, _, key = name[:-1].partition("[")
        if not key:
            continue
        if group == "cd":
            if key not in custom:
                custom[key] = from_json(value) if value[:1] in _OPENERS else value
        elif value and group in groups:
            groups[group].setdefault(key, value)
    return found


_OPENERS = frozenset("[{")


def from_json(text: str) -> Any:
    """The object or array a text spells in JSON; the text itself when it does not, or is nested past all sense."""
    try:
        value = _decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return text
    return value if shallow(value, text) else text
