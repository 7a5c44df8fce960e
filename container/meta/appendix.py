"""The mark that Meta's parameter builder leaves behind a value, after a dot: who made it and whether it is new."""

import base64
import binascii
import re
from typing import Final, NamedTuple

LANGUAGES: Final = ("php", "python", "java", "nodejs", "ruby", "client_js")  # numbered from 1
KINDS: Final = ("no_change", "general_new", "net_new", "modified_new")
LEGACY: Final = {"AQ": "php", "Ag": "python", "Aw": "java", "BA": "nodejs", "BQ": "ruby", "Bg": "client_js"}

_EIGHT: Final = re.compile(r"[A-Za-z0-9_-]{8}")
_FORMAT: Final = 1


class Appendix(NamedTuple):
    """What a mark says; `kind` and `version` are empty in the two-character form of before 2025."""

    language: str
    kind: str = ""
    version: str = ""
    legacy: bool = False


def is_appendix(mark: str) -> bool:
    """Has `mark` the form of an appendix: a known two-character token or eight characters of base64url?"""
    return mark in LEGACY or (len(mark) == 8 and _EIGHT.fullmatch(mark) is not None)


def write(language: str, kind: str, version: str) -> str:
    """The eight characters for one of `LANGUAGES` and `KINDS` and a version of three numbers."""
    numbers = [int(number) for number in version.split(".")]
    raw = bytes([_FORMAT, LANGUAGES.index(language) + 1, KINDS.index(kind), *numbers])
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read(mark: str) -> Appendix | None:
    """What a mark says, None for one that nobody at Meta writes."""
    if mark in LEGACY:
        return Appendix(LEGACY[mark], legacy=True)
    if not is_appendix(mark):
        return None
    try:
        form, language, kind, *version = base64.urlsafe_b64decode(mark)
    except (binascii.Error, ValueError):
        return None
    if form != _FORMAT or not 1 <= language <= len(LANGUAGES) or kind >= len(KINDS):
        return None
    return Appendix(LANGUAGES[language - 1], KINDS[kind], ".".join(map(str, version)))
