"""The rules Meta documents for customer information, one function for every key that is hashed."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from container.meta import builder
from container.meta.places import ALPHA2, ALPHA3, COUNTRIES, OTHER_NAMES, STATES, TERRITORIES
from container.meta.text import is_sha256, letters, plain, text, trim, without_spaces, without_symbols

_AMERICAN: Final = STATES | TERRITORIES
_COUNTRY: Final = ALPHA3 | COUNTRIES | OTHER_NAMES
_ZIP_PLUS_4: Final = re.compile(r"([0-9]{5})[- ]?[0-9]{4}")


def name(value: object) -> str | None:
    """Lower case without white space, punctuation and symbols; accents and other scripts stay."""
    return None if value is None else without_symbols(text(value)).lower()


def city(value: object) -> str | None:
    """As a name; None for what is no text."""
    return (without_symbols(value).lower() or None) if isinstance(value, str) else builder.city(value)


def state(value: object) -> str | None:
    """The two letters of an American state or territory, elsewhere the whole name without spaces and punctuation."""
    if not isinstance(value, str):
        return builder.state(value)
    found = without_symbols(value).lower()
    return _AMERICAN.get(found, found) or None


def post_code(value: object) -> str | None:
    """Lower case without spaces and hyphens, an American ZIP+4 cut to its five digits. A number of less than four
    digits has lost its leading zeros and cannot be told."""
    if isinstance(value, str):
        code = trim(value).lower()
        american = _ZIP_PLUS_4.fullmatch(code)
        return american[1] if american else without_spaces(code).replace("-", "") or None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1000:
        return text(value)
    return None


def country(value: object) -> str | None:
    """ISO 3166-1 alpha-2 in lower case, from itself, alpha-3 or a name; what is none of them as the builder has it."""
    if isinstance(value, str) and letters(value) not in ALPHA2:
        known = _COUNTRY.get(plain(value))
        if known is not None:
            return known
    return builder.country(value)


def external_id(value: object) -> str | None:
    """As it is, because the browser's pixel hashes it so; empty when there is only white space."""
    if value is None:
        return None
    found = text(value)
    trimmed = trim(found)
    return trimmed if not trimmed or is_sha256(trimmed) else found


def first_five(value: object) -> str | None:
    """The first five letters of a name (`f5first`, `f5last`)."""
    return (name(value) or "")[:5] or None


def initial(value: object) -> str | None:
    """The first letter of a name (`fi`)."""
    return (name(value) or "")[:1] or None


def day(value: object) -> str | None:
    """Two digits, 01 to 31 (`dobd`)."""
    return _number(value, 1, 31, 2)


def month(value: object) -> str | None:
    """Two digits, 01 to 12 (`dobm`)."""
    return _number(value, 1, 12, 2)


def year(value: object) -> str | None:
    """Four digits (`doby`)."""
    digits = trim(text(value))
    return digits if len(digits) == 4 and digits.isascii() and digits.isdigit() else None


def currency(value: object) -> str | None:
    """Three letters in lower case, as Meta's SDK writes a currency before hashing an event."""
    code = trim(value).lower() if isinstance(value, str) else ""
    return code if len(code) == 3 and code.isascii() and code.isalpha() else None


RULES: Final[Mapping[str, Callable[[object], str | None]]] = {
    **builder.RULES,
    "fn": name,
    "ln": name,
    "ct": city,
    "st": state,
    "zp": post_code,
    "country": country,
    "external_id": external_id,
    "f5first": first_five,
    "f5last": first_five,
    "fi": initial,
    "dobd": day,
    "dobm": month,
    "doby": year,
    "currency": currency,
}


def normalise(key: str, value: object) -> str | None:
    """The documented normal form of one value of one of `RULES`' keys; an already hashed value as it is."""
    if isinstance(value, str) and is_sha256(value):
        return value
    return RULES[key](value)


def _number(value: object, least: int, most: int, width: int) -> str | None:
    digits = trim(text(value))
    if digits.isascii() and digits.isdigit() and len(digits) <= 4 and least <= int(digits) <= most:
        return f"{int(digits):0{width}}"
    return None
