"""The parameters: everything one pixel hit says, sorted by the group Meta's script puts it in."""

from __future__ import annotations

from itertools import filterfalse
from operator import itemgetter
from typing import Any

import msgspec

from container.hit import MOST_ESCAPES, Hit, parse_parameters
from container.pixel.multipart import parse_multipart
from container.reading import Unreadable, read_json


class Parameters(msgspec.Struct):
    """One hit's parameters. Of a repeated name the first counts: the script writes its own before a page's text.

    ``plain`` has every name as it was sent; ``custom`` is ``cd[]``, JSON text decoded; ``manual`` is ``ud[]``,
    ``automatic`` is ``aud[]``, ``form`` is ``udff[]``; ``page`` is ``pmd[]``. ``notes`` say what of
    its JSON was mended, ``broken`` that some could not be read.
    """

    plain: dict[str, str] = msgspec.field(default_factory=dict)
    custom: dict[str, Any] = msgspec.field(default_factory=dict)
    manual: dict[str, Any] = msgspec.field(default_factory=dict)
    automatic: dict[str, Any] = msgspec.field(default_factory=dict)
    form: dict[str, Any] = msgspec.field(default_factory=dict)
    page: dict[str, Any] = msgspec.field(default_factory=dict)
    notes: tuple[str, ...] = ()
    broken: bool = False


def read_parameters(hit: Hit) -> Parameters:
    """The query's parameters, and after them those of an urlencoded or multipart body."""
    pairs = hit.parameters
    if hit.method == "POST" and hit.body:
        kind = hit.headers.get("content-type", "")
        if kind[:10].lower() == "multipart/" or hit.body[:2] == b"--":
            pairs = pairs + parse_multipart(hit.body, kind)
        else:
            pairs = pairs + parse_parameters(hit.text.strip())
    found = sort_parameters(pairs)
    if found.broken and max(hit.query_string.count("%"), hit.body.count(b"%")) > MOST_ESCAPES:
        found.notes += (f"longer than {MOST_ESCAPES} escaped characters: what stands behind them was not read",)
    return found


def sort_parameters(pairs: list[tuple[str, str]]) -> Parameters:
    """Sort pairs into their groups; groups that carry no data (``cud``, ``ncud``, ``expv2`` ...) are left out."""
    # Reversed, so that of a repeated name the first stays; at the speed of the interpreter's own code.
    plain = dict(reversed(pairs))
    found = Parameters(plain)
    custom = found.custom
    groups = {"ud": found.manual, "aud": found.automatic, "udff": found.form, "pmd": found.page}
    filled: dict[str, str] | None = None
    for name in filterfalse(_PLAIN.__contains__, map(_NAME, pairs)):
        group, _, key = name[:-1].partition("[")
        if not key or name[-1] != "]":
            continue
        value = plain[name]
        if group == "cd":
            if key not in custom:
                custom[key] = _from_json(value, found) if value[:1] in _OPENERS else value
        elif group in groups:
            if not value:
                filled = filled if filled is not None else dict(pair for pair in reversed(pairs) if pair[1])
                value = filled.get(name, "")
            if value:
                groups[group].setdefault(key, value)
    return found


_NAME = itemgetter(0)
_PLAIN_NAMES = "id ev dl rl if ts sw sh v r a ec o fbp fbc it coo eid tm tz es rqm dpo dpoco dpost cs_est ler cdl"
_PLAIN = frozenset(_PLAIN_NAMES.split())
"""Names that the script writes with every hit; others may be of a group."""

_OPENERS = frozenset("[{")


def _from_json(text: str, found: Parameters) -> Any:
    """The object or array a text spells in JSON; the text itself when it does not, or is nested past all sense."""
    notes: list[str] = []
    try:
        value = read_json(text, notes)
    except Unreadable:
        found.broken = True
        return text
    if notes:
        found.notes = tuple(dict.fromkeys((*found.notes, *notes)))
    return value
