"""Parameters: where each parameter of protocol v2 goes in the event data (ga4_hits.md, section 5)."""

from __future__ import annotations

from container.amount import amount
from container.ga4.client_hints import HINTS
from container.hit import decode

(
    EVENT,
    NUMBERS,
    UNKNOWN,
    EXTRA,
    EXTRA_NUMBERS,
    PROPERTIES,
    PROPERTY_NUMBERS,
    SYSTEM,
    SST,
    HINT,
    ITEMS,
    USER_DATA,
    PARKED,
    NOT_NUMBERS,
    NOTHING,
) = range(15)
"""The parts of a hit's fields: one mapping each of key -> value, told apart so that filling them takes no decision."""

Target = tuple[int, str | int]
"""A part of the fields, and the key there: a text, or for items the number behind ``pr``."""

Piece = tuple[int, str | int, str | int | float]
"""A part of the fields, the key there, and the value."""

TEXTS: dict[str, str] = {
    "v": "x-ga-protocol_version",
    "tid": "x-ga-measurement_id",
    "en": "event_name",
    "cid": "client_id",
    "uid": "user_id",
    "sid": "ga_session_id",
    "gtm": "x-ga-gtm_version",
    "dl": "page_location",
    "dr": "page_referrer",
    "dt": "page_title",
    "dp": "page_path",
    "dh": "page_hostname",
    "de": "page_encoding",
    "ul": "language",
    "sr": "screen_resolution",
    "vp": "viewport_size",
    "cu": "currency",
    "did": "x-ga-did",
    "edid": "x-ga-edid",
    "gdid": "x-ga-gdid",
    "ecid": "x-ga-ecid",
    "gcs": "x-ga-gcs",
    "gcd": "x-ga-gcd",
    "gcu": "x-ga-gcu",
    "dma": "x-ga-dma",
    "dma_cps": "x-ga-dma_cps",
    "npa": "x-ga-npa",
    "lps": "x-ga-lps",
    "em": "x-ga-em",
    "_uip": "ip_override",
    "ur": "event_location",
}
"""Parameters that have a name of their own in the event data; an empty value is no value."""

NUMBER_TEXTS: dict[str, str] = {
    "sct": "ga_session_number",
    "_et": "engagement_time_msec",
    "_p": "x-ga-page_id",
    "_s": "x-ga-request_count",
    "tfd": "x-ga-tfd",
}
"""The same for those that are numbers there."""

PROTECTED = frozenset(
    {"event_name", "client_id", "ip_override", "user_agent", "items", "user_data", "client_hints", "event_location"}
)
"""Keys that an event parameter of the same name never fills, not even when the hit leaves them empty."""

OURS = ("x-ga-", "x-sst-", "x-tagdock-")
"""How the keys begin that the container itself fills."""

TEXT_KEYS = frozenset(TEXTS.values())
NUMBER_KEYS = frozenset(NUMBER_TEXTS.values())
PROPERTIES_KEY = "x-ga-mp2-user_properties"

_BUILT_IN: dict[str, Target] = {
    **{name: (EVENT, key) for name, key in TEXTS.items()},
    **{name: (NUMBERS, key) for name, key in NUMBER_TEXTS.items()},
    **{name: (HINT, key) for name, key in HINTS.items()},
    "us_privacy": (SST, "us_privacy"),
}
_MOST_KNOWN, _LONGEST_KNOWN = 4096, 100

KNOWN: dict[str, Target] = dict(_BUILT_IN)
"""Every name met so far with its target, so that a name is taken apart once; never larger than a few thousand."""


def find_target(name: str) -> Target:
    """Where a parameter goes by its name, whatever the name is; remembers it in ``KNOWN``."""
    target = _BUILT_IN.get(name) or _target(name)
    if len(name) <= _LONGEST_KNOWN:
        if len(KNOWN) >= _MOST_KNOWN:  # names are the sender's to invent
            KNOWN.clear()
            KNOWN.update(_BUILT_IN)
        KNOWN[name] = target
    return target


def _target(name: str) -> Target:
    family, dot, rest = name.partition(".")
    if dot and rest:
        if family in ("ep", "epn"):
            return _event_parameter(rest, EXTRA if family == "ep" else EXTRA_NUMBERS)
        if family == "up":
            return PROPERTIES, rest
        if family == "upn":
            return PROPERTY_NUMBERS, rest
        if family == "sst":
            return SST, rest
    if name[:1] == "_" and len(name) > 1:
        return SYSTEM, name[1:]
    place = name[2:]
    if name[:2] == "pr" and 0 < len(place) < 4 and place.isascii() and place.isdigit():
        return ITEMS, int(place)
    key = f"x-ga-mp2-{name}"
    return UNKNOWN, key + "_" if key == PROPERTIES_KEY else key


def _event_parameter(name: str, part: int) -> Target:
    if name.startswith("user_data.") and len(name) > 10:
        return USER_DATA, name[10:]
    if name in PROTECTED or name.startswith(OURS):
        return PARKED, name
    if name in TEXT_KEYS:  # a built-in key keeps its type, whatever the sender took the value for
        return EXTRA, name
    return (EXTRA_NUMBERS if name in NUMBER_KEYS else part), name


class Pieces(dict[str, Piece]):
    """Parameters as they stand between two ``&``, read when asked for, and kept when they were met twice.

    Most of a hit's parameters come with every hit of the site, the others never again; a table that held those too
    would push the rest of the program out of the processor's cache.
    """

    def __missing__(self, piece: str) -> Piece:
        found = _read_piece(piece)
        if len(piece) <= _LONGEST_PIECE:
            if piece in _met_once:
                _met_once.discard(piece)
                if len(self) >= _MOST_PIECES:
                    self.clear()
                self[piece] = found
            else:
                if len(_met_once) >= _MOST_MET_ONCE:
                    _met_once.clear()
                _met_once.add(piece)
        return found


PIECES = Pieces()
_met_once: set[str] = set()
_MOST_PIECES, _MOST_MET_ONCE, _LONGEST_PIECE = 4096, 2048, 512
_NUMERIC = {NUMBERS: EVENT, EXTRA_NUMBERS: EXTRA, PROPERTY_NUMBERS: PROPERTIES}


def _read_piece(piece: str) -> Piece:
    """A parameter's place and value. Numbers are read here, so that one that comes with every hit is read once."""
    if not piece:
        return NOTHING, "", ""
    name, _, value = piece.partition("=")
    if "%" in piece or "+" in piece:
        name, value = decode(name), decode(value)
    part, key = KNOWN.get(name) or find_target(name)
    if part not in _NUMERIC:
        return part, key, value
    number = amount(value)
    if number is not None:
        return _NUMERIC[part], key, number
    return (NOT_NUMBERS if value else NOTHING), key, value
