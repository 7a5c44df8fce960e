"""Masked texts: what is left to see of a text when what is somebody's or secret in it is hidden."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import re2

from container.called import SECRET, says
from container.personal import spans

HIDDEN: Final = "***"

# An address in any text, also percent-encoded once or several times; letters of every script.
_EMAIL: Final = re2.compile(
    r"""([^\s@"'<>()\[\],;:=&?/#])[^\s@"'<>()\[\],;:=&?/#]*(?:@|%(?:25)*40)"""
    r"""([^\s@"'<>()\[\],;:=&?/#.%])[^\s@"'<>()\[\],;:=&?/#%]*(\.[^\s@"'<>()\[\],;:=&?/#.%]{2,})"""
)
# What ends a parameter or stands behind its name, escaped any number of times.
_MARK: Final = re2.compile(r"[?&;#=\s]|%(?:25)*(?:3[FfBbDd]|26|23)")
_QUOTE: Final = r"""(?:\\*"|%(?:25)*22)"""
_JSON: Final = re2.compile(
    rf"{_QUOTE}([\w.@%-]{{1,80}}?){_QUOTE}(?:\s|\+|%20)*(?::|%(?:25)*3[Aa])(?:\s|\+|%20)*"
    rf"(?:{_QUOTE}([^\"]*?)(?:{_QUOTE}|$)|([0-9.+-]+))"
)
_GAP: Final = r"(?:[ +()./-]|%(?:25)*(?:20|28|29|2[DdEeFf]))"
_PHONE: Final = re2.compile(rf"(?:\+|%(?:25)*2[Bb])\(?[1-9](?:{_GAP}{{0,3}}[0-9]){{6,}}")
_NUMBER: Final = re2.compile(r"[0-9 ()./-]{2,}")
_LONGEST_NAME, _FAR = 80, 200


def mask_text(text: str) -> str:
    """The text with e-mail addresses, telephone, card and account numbers, and the values of parameters and JSON fields
    whose names say that they are somebody's or secret, hidden; in addresses inside addresses too. Names stay, and of
    what is personal the first character. Takes time in proportion to the text."""
    return _masked(text, [])


def found(text: str) -> list[str]:
    """What `mask_text` hides of a text, as it stands there."""
    hidden: list[str] = []
    _masked(text, hidden)
    return hidden


def shorten(text: str) -> str:
    """A personal value by its first character, an e-mail address by its shape; a hash as it is."""
    if not text or is_hash(text) or text.endswith(HIDDEN):
        return text
    if _EMAIL.fullmatch(_readable(text)):
        return mask_email(text)
    return HIDDEN if text[0] == "%" else text[0] + HIDDEN


def is_hash(text: str) -> bool:
    """Whether it is the hexadecimal text of an MD5 or a SHA-256."""
    return len(text) in {32, 64} and set(text) <= _HEX


_HEX: Final = frozenset("0123456789abcdefABCDEF")


def mask_email(text: str) -> str:
    """The text with its e-mail addresses by their first letters and ending."""
    return str(_EMAIL.sub(r"\1***@\2***\3", _readable(text))) if "@" in text or "40" in text else text


def _readable(text: str) -> str:
    """RE2 reads UTF-8, which has no form for a lone surrogate."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _masked(text: str, hidden: list[str]) -> str:
    if len(text) < 5 or is_hash(text):
        return text
    text = _readable(text)
    if "=" in text or "3D" in text or "3d" in text:
        text = _without(text, _parameters(text), hidden)
    if '"' in text or "%" in text:
        text = _without(text, _fields(text), hidden)
    if "@" in text or "40" in text:
        hidden += [match[0] for match in _EMAIL.finditer(text) if HIDDEN not in match[0]]
        text = mask_email(text)
    if "+" in text or "2B" in text or "2b" in text:
        text = _without(text, _phones(text), hidden)
    if sum(map(str.isdigit, text)) >= 10:
        text = _without(text, _numbers(text), hidden)
    return text


def _without(text: str, found: Iterator[tuple[int, int, str]], hidden: list[str]) -> str:
    pieces, done = [], 0
    for start, end, shown in found:
        hidden.append(text[start:end])
        pieces += [text[done:start], shown]
        done = end
    return "".join([*pieces, text[done:]]) if pieces else text


def _parameters(text: str) -> Iterator[tuple[int, int, str]]:
    """Values of parameters. Such a value ends at a mark that is not escaped more often than what stands behind its
    name."""
    segment, start, depth, name = 0, -1, 0, ""
    for match in _MARK.finditer(text):
        mark, place = match[0], match.start()
        level = (len(mark) - 1) // 2
        equals = mark == "=" or mark[-2:] in {"3D", "3d"}
        if start >= 0:
            if equals or level > depth or (mark == " " and _goes_on(text, start, place)):
                continue
            yield from _value(text, start, place, name)
            start = -1
        if not equals:
            segment = match.end()
        elif segment < place:
            name = text[max(segment, place - _LONGEST_NAME) : place]
            if says(name, "00000"):
                start, depth = match.end(), level
    if start >= 0:
        yield from _value(text, start, len(text), name)


def _goes_on(text: str, start: int, place: int) -> bool:
    """Whether a number written in groups goes on behind this blank."""
    return text[place + 1 : place + 2].isdigit() and bool(
        _NUMBER.fullmatch(text[max(start, place - 20) : place].lstrip("+"))
    )


def _value(text: str, start: int, end: int, name: str) -> Iterator[tuple[int, int, str]]:
    while end > start and text[end - 1] in "\"'\\)}],.":
        end -= 1
    value = text[start:end]
    what = says(name, value)
    if not what or value in {"", "true", "false", "null"} or value.startswith("(redacted)"):
        return
    shown = HIDDEN if what == SECRET else shorten(value)
    if shown != value:
        yield start, end, shown


def _fields(text: str) -> Iterator[tuple[int, int, str]]:
    """Values of fields of JSON that stands in a text."""
    for match in _JSON.finditer(text):
        for group in (2, 3):
            if match[group] and not text.startswith(HIDDEN, match.end(group)):
                yield from _value(text, match.start(group), match.end(group), match[1])


def _phones(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _PHONE.finditer(text):
        start, end = match.span()
        if match[0][0] == "+" and text[start - 1 : start].isalnum() and _in_query(text, start):
            continue  # a blank, as forms write it
        yield start, end, f"+{HIDDEN}" if match[0][0] == "+" else HIDDEN


def _in_query(text: str, place: int) -> bool:
    before = text[max(0, place - _FAR) : place]
    return "=" in before[before.rfind(" ") + 1 :]


def _numbers(text: str) -> Iterator[tuple[int, int, str]]:
    """Numbers of accounts, by their check digits, and telephone numbers as North America writes them; of cards only
    what is written in groups or in a sentence: ids of goods and pixels are as long, and one in ten has its check digit.
    """
    done = 0
    every = [(start, end) for sort in ("iban", "phone") for start, end in spans(text, sort)]
    every += [
        (start, end)
        for start, end in spans(text, "credit_card")
        if not text[start:end].isdigit() or (" " in text and end - start in {15, 16})
    ]
    for start, end in sorted(every):
        if start >= done:
            yield start, end, text[start] + HIDDEN
            done = end
