"""The rules of Meta's parameter builder (version 1.3.2), for hashes that must equal its own (`match: builder`)."""

import re
import time
from collections.abc import Callable, Mapping
from typing import Final

from container.meta.places import COUNTRIES, PROVINCES, STATES
from container.meta.text import (
    digits,
    is_sha256,
    latin,
    letters,
    text,
    trim,
    without_punctuation,
    without_spaces,
    words,
)

EARLIEST_YEAR: Final = 1800
LATEST_YEAR: Final = time.gmtime().tm_year + 1  # read once: normalising asks no clock

MALE: Final = words(
    """man male boy gentleman guy sir mister mr son father dad daddy papa uncle nephew brother husband boyfriend groom
    widower king prince duke count emperor god lord lad fellow chap bloke dude he him his himself m"""
)
FEMALE: Final = words(
    """woman female girl lady miss ms mrs madam ma'am daughter mother mom mama mommy aunt niece sister wife girlfriend
    bride widow queen princess duchess countess empress goddess maiden lass gal chick dame belle she her hers herself
    f"""
)

_STATES: Final = PROVINCES | STATES
_LOCAL: Final = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+", re.ASCII)
_LABEL: Final = re.compile(r"[a-z0-9-]+")
_DIGITS: Final = re.compile(r"[0-9]+")


def email(value: object) -> str | None:
    """Trimmed and in lower case; None unless it is `local@domain.tld` in ASCII."""
    address = trim(value.lower()) if isinstance(value, str) else ""
    local, at, domain = address.partition("@")
    labels = domain.split(".")
    if not at or len(labels) < 2:
        return None
    for part in local.split("."):
        # The builder's expression lets a colon stand before each of the local part's dots.
        if _LOCAL.fullmatch(part) is None and (part[-1:] != ":" or _LOCAL.fullmatch(part[:-1]) is None):
            return None
    if local.endswith(":"):
        return None
    for label in labels:
        if _LABEL.fullmatch(label) is None or label[0] == "-" or label[-1] == "-":
            return None
    return address


def phone(value: object) -> str | None:
    """The digits, without leading zeros."""
    return None if value is None else digits(text(value)).lstrip("0")


def name(value: object) -> str | None:
    """Lower case without white space and ASCII punctuation."""
    return None if value is None else without_punctuation(text(value)).lower()


def city(value: object) -> str | None:
    """The ASCII letters and digits in lower case; None unless a letter comes first."""
    found = latin(text(value)).lower()
    return found if found and not found[0].isdigit() else None


def state(value: object) -> str | None:
    """Two letters: from the names of American states and Canadian provinces, else the first two of the text."""
    return _two_letters(value, _STATES)


def country(value: object) -> str | None:
    """Two letters: from the names of countries, else the first two of the text."""
    return _two_letters(value, COUNTRIES)


def post_code(value: object) -> str | None:
    """What stands before the first hyphen, in lower case; None when shorter than two characters."""
    code = trim(value.lower().partition("-")[0]) if isinstance(value, str) else ""
    return code if len(code) >= 2 else None


def gender(value: object) -> str | None:
    """`m` or `f` for about eighty English words, None for any other."""
    word = trim(value.lower()) if isinstance(value, str) else ""
    return "m" if word in MALE else "f" if word in FEMALE else None


def birthday(value: object) -> str | None:
    """`YYYYMMDD` from three groups of digits in any order (the month first where both are possible) or from eight
    digits as they are; None unless the year is 1800 to next year, the month 1 to 12 and the day 1 to 31."""
    groups = _DIGITS.findall(value, 0, 1024) if isinstance(value, str) else []
    if len(groups) == 1 and len(groups[0]) == 8:
        return str(groups[0])
    if len(groups) < 3 or max(map(len, groups[:3])) > 9:
        return None
    first, second, third = (int(group) for group in groups[:3])
    if first > 31:
        year, month, day = first, *((third, second) if second > 12 else (second, third))
    elif second > 31:
        year, month, day = second, *((first, third) if third > 12 else (third, first))
    else:
        year, month, day = third, *((second, first) if first > 12 else (first, second))
    if EARLIEST_YEAR <= year <= LATEST_YEAR and 1 <= month <= 12 and 1 <= day <= 31:
        return f"{year:04}{month:02}{day:02}"
    return None


def external_id(value: object) -> str | None:
    """Lower case without white space."""
    return None if value is None else without_spaces(text(value)).lower()


RULES: Final[Mapping[str, Callable[[object], str | None]]] = {
    "em": email,
    "ph": phone,
    "fn": name,
    "ln": name,
    "ct": city,
    "st": state,
    "zp": post_code,
    "country": country,
    "ge": gender,
    "db": birthday,
    "external_id": external_id,
}


def normalise(key: str, value: object) -> str | None:
    """The builder's normal form of one value of one of `RULES`' keys; an already hashed value as it is."""
    if isinstance(value, str) and is_sha256(value):
        return value
    return RULES[key](value)


def _two_letters(value: object, names: Mapping[str, str]) -> str | None:
    if isinstance(value, str):
        word = letters(value)
        if len(word) != 2:
            word = names.get(word) or next((code for name, code in names.items() if name in word), word)
        return word[:2] or None
    word = latin(text(value)).lower()[:2]
    return word if word and not word[0].isdigit() else None
