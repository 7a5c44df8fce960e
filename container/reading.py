"""JSON as senders write it: what is no value in it is mended or left out and told, the rest is read."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import msgspec

from container.nesting import DEEPEST, shallow


class Unreadable(ValueError):
    """A text that is not JSON, or is nested beyond all reason; its message goes on after "the body"."""


MENDED = "half of a character (a lone surrogate) was replaced by U+FFFD"
_LONGEST_NAME = 40


def read_json(text: bytes | str, notes: list[str], *, any_depth: bool = False) -> Any:
    """The value a text holds in JSON.

    Half a character, which ``JSON.stringify`` writes of a title that was cut inside an emoji, becomes U+FFFD; a number
    beyond any range is left out. Both are told to ``notes``. Raises `Unreadable`, also of what is
    nested deeper than 32 levels, unless its reader takes ``any_depth``.
    """
    try:
        value = msgspec.json.decode(text)
    except RecursionError:
        raise _deep() from None
    except (msgspec.MsgspecError, ValueError):
        return _mended(text, notes, any_depth)
    if not any_depth and not shallow(value, text):
        raise _deep()
    return value


def fault(text: str) -> str:
    """What is wrong with a text that should be JSON, "" when it can be read."""
    try:
        read_json(text, [])
    except Unreadable as error:
        return str(error)
    return ""


def _deep() -> Unreadable:
    return Unreadable(f"is nested deeper than {DEEPEST} levels")


def _mended(text: bytes | str, notes: list[str], any_depth: bool) -> Any:
    """What the strict decoder refuses, read by one that takes its time."""
    try:
        plain = text.decode() if isinstance(text, bytes) else text
        value = _LENIENT.decode(plain)
    except UnicodeDecodeError:
        raise Unreadable("is not JSON: it is not UTF-8") from None
    except RecursionError:
        raise _deep() from None
    except json.JSONDecodeError as error:
        raise Unreadable(f"is not JSON: {_place(plain, error)}") from None
    if not any_depth and not shallow(value, plain):
        raise _deep()
    told: dict[str, None] = {}
    try:
        value = _clean(value, "", told)
    except RecursionError:
        raise _deep() from None
    if value is _BEYOND:
        raise Unreadable("is a number beyond any range")
    notes += told
    return value


def _place(text: str, error: json.JSONDecodeError) -> str:
    if not text.strip():
        return "it is empty"
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return "it ends too early"
    return f"it cannot be read at character {error.pos + 1}"


class _Beyond:
    """A number that no computer's number can hold."""


_BEYOND = _Beyond()


def _number(text: str) -> float | _Beyond:
    number = float(text)
    return _BEYOND if number in (float("inf"), float("-inf")) else number


def _integer(text: str) -> int | float | _Beyond:
    if len(text) <= 20 and -(2**63) <= (number := int(text)) < 2**64:
        return number
    return _number(text)


def _constant(text: str) -> NoReturn:
    raise Unreadable(f"is not JSON: {text} is no number in it")


_LENIENT = json.JSONDecoder(parse_float=_number, parse_int=_integer, parse_constant=_constant)


def _clean(value: Any, name: str, told: dict[str, None]) -> Any:
    """A value with whole characters alone and without numbers that are none."""
    if isinstance(value, str):
        return _whole(value, told)
    if isinstance(value, dict):
        found = {}
        for key, inner in value.items():
            plain = _whole(key, told)
            one = _clean(inner, plain, told)
            if one is not _BEYOND:
                found[plain] = one
        return found
    if isinstance(value, list):
        return [one for inner in value if (one := _clean(inner, name, told)) is not _BEYOND]
    if value is _BEYOND:
        about = name if len(name) <= _LONGEST_NAME and name.replace("_", "").isalnum() else "a field"
        if len(told) < _MOST_TOLD:
            told[f"{about}: a number beyond any range was left out"] = None
    return value


_MOST_TOLD = 10


def _whole(text: str, told: dict[str, None]) -> str:
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        told[MENDED] = None
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
