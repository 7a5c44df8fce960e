"""Personal data in texts: what e-mail addresses, telephone numbers, cards and the like look like."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import re2

from container import called
from container.regex import encodable

_LONGEST_NAME = 80
_SHORTEST, _LONGEST, _MOST_GROUPS = 13, 45, 10
"""Characters and groups of a number that is written in groups."""
_MOST_TRIES = 2000
"""A list of numbers longer than anybody writes is not searched to its end."""

Spans = Callable[[str, int, int], Iterable[tuple[int, int]]]
"""Given a text and where a candidate starts and ends: where in it personal data starts and ends, in order."""


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of personal data: what it is, how a candidate looks, what of it is personal, and letters or digits
    without which a text cannot hold any. What the pattern's group matches stands before a candidate, and stays."""

    help: str
    pattern: Any
    spans: Spans
    needs: str


def redact(text: str, sorts: Iterable[str], replacement: str) -> str:
    """The text with all personal data of these sorts replaced."""
    text = encodable(text)
    for word in sorts:
        if any(one in text for one in SORTS[word].needs):
            text = _replaced(text, word, replacement)
    return text


def spans(text: str, word: str) -> Iterator[tuple[int, int]]:
    """Where in a text personal data of a sort starts and ends, in order; the text has no lone surrogates."""
    sort = SORTS[word]
    for match in sort.pattern.finditer(text):
        first = match.end(1) if sort.pattern.groups else match.start()
        yield from sort.spans(text, first, match.end())


def _replaced(text: str, word: str, replacement: str) -> str:
    pieces, done = [], 0
    for start, end in spans(text, word):
        pieces += [text[done:start], replacement]
        done = end
    return "".join([*pieces, text[done:]]) if pieces else text


def _all(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    yield start, end


def _free(text: str, start: int, end: int) -> bool:
    """Whether it stands by itself, and is not a piece of a longer number, name or version."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if before.isalnum() and text[max(0, start - 3) : start].upper() in {"%20", "%22", "%2C", "%3A", "%3D", "%2F"}:
        before = ""
    if before.isalnum() or (before in {"_", ".", "-", "+"}) or (before == "/" and text[start - 2 : start] != "//"):
        return False
    return not (after.isalnum() or after == "_" or (after in {".", "-"} and text[end + 1 : end + 2].isdigit()))


def _phone(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if _free(text, start, end):
        yield start, end


def _address(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    try:
        version = ipaddress.ip_address(text[start:end]).version
    except ValueError:
        return
    if _free(text, start, end) and (version == 4 or text[end : end + 1] != ":"):
        yield start, end


def _grouped(sound: Callable[[str], bool]) -> Spans:
    """What is written in groups, with a blank or a dash between: it may begin and end at any of them, since other
    numbers and words may stand beside it."""

    def spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        gaps = [place for place in range(start, end) if text[place] in " -"]
        done, tries = start, 0
        for number, first in enumerate((start, *(gap + 1 for gap in gaps))):
            if first < done:
                continue
            # From the farthest end, so that a number is not taken for a shorter one that is sound by chance.
            for last in reversed([*gaps[number : number + _MOST_GROUPS], end][: _MOST_GROUPS + 1]):
                tries += 1
                if _SHORTEST <= last - first <= _LONGEST and _free(text, first, last) and sound(text[first:last]):
                    yield first, last
                    done = last
                    break
            if tries > _MOST_TRIES:
                return

    return spans


def _is_card(text: str) -> bool:
    """By the digits that card networks begin with, and by Luhn's check digit (ISO/IEC 7812-1)."""
    digits = text.replace(" ", "").replace("-", "")
    if not 13 <= len(digits) <= 19 or digits[0] not in "23456":
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_iban(text: str) -> bool:
    """By its check digits (ISO 13616): the rest of the division by 97 is 1."""
    text = text.replace(" ", "")
    if not (15 <= len(text) <= 34 and text[:2].isalpha() and text[2:4].isdigit()):
        return False
    return int("".join(str(int(one, 36)) for one in text[4:] + text[:4])) % 97 == 1


def _parameter(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    name = text[max(0, start - _LONGEST_NAME) : start - 1]
    if called.personal(name[max(name.rfind(mark) for mark in "?&;#") + 1 :]):
        yield start, end


SORTS: dict[str, Sort] = {
    "query": Sort(
        "values of parameters in addresses whose name says so, such as email=, first_name= or phone=",
        re2.compile(r"((?:^|[?&;#])[A-Za-z][\w.\[\]%-]{1,60}=)[^&;#\s]+"),
        _parameter,
        "=",
    ),
    "email": Sort(
        "e-mail addresses, also with %40 for the @",
        re2.compile(r"[\pL\pN._%+'-]+(?:@|%40)[\pL\pN-]+(?:\.[\pL\pN-]+)*\.\pL{2,}"),
        _all,
        "@%",
    ),
    "iban": Sort(
        "account numbers (IBAN), by their check digits",
        re2.compile(r"[A-Za-z]{2}[0-9]{2}(?: ?[A-Za-z0-9]{4}){2,}(?: ?[A-Za-z0-9]{1,3})?"),
        _grouped(_is_iban),
        "0123456789",
    ),
    "credit_card": Sort(
        "card numbers of 13 to 19 digits, by their check digit",
        re2.compile(r"[0-9]{13,}|[0-9]{3,}(?:[ -][0-9]{3,}){2,}"),
        _grouped(_is_card),
        "0123456789",
    ),
    "ip": Sort(
        "IPv4 and IPv6 addresses",
        re2.compile(
            r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}"
            r"|(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4})"
        ),
        _address,
        "0123456789:",
    ),
    "phone": Sort(
        "telephone numbers: international with a +, or ten digits in the groups of North America",
        re2.compile(
            r"(?:\+|%2B)[1-9](?:[ ()./-]{0,2}[0-9]){6,14}"
            r"|\([0-9]{3}\) ?[0-9]{3}[ .-][0-9]{4}|[0-9]{3}[ .-][0-9]{3}[ .-][0-9]{4}"
        ),
        _phone,
        "0123456789",
    ),
}  # fmt: skip
"""Every sort by its word, in the order they are looked for."""
