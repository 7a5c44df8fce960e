"""The vendor's words: what an answer says, short, and without the personal data and tokens it may repeat."""

from __future__ import annotations

import html
import ipaddress
from collections.abc import Collection, Iterator
from typing import Any

import msgspec
import re2

from container.event import as_text
from container.regex import encodable

MASK = "***"

LONGEST_SAID = 200
"""Characters of an answer that are kept."""

LONGEST_REASON = 300
"""Characters of a reason that are kept."""

_LONGEST_READ = 4096
_LONGEST_JSON = 65_536
_MOST_NODES = 50
_SHORTEST_ID = 7
"""Digits from which on a number is taken for somebody's: a telephone number, a customer's. Subcodes have as many."""

_MESSAGES = (
    "error_user_msg", "message", "error_message", "errormessage", "error_description", "errordescription", "error_msg",
    "msg", "detail", "description", "title", "reason", "faultstring",
)  # fmt: skip
"""Where vendors write in JSON what was wrong, in lower case, the most telling first."""

_CODES = ("code", "error_code", "errorcode", "error_subcode", "type", "status")
_HOLDERS = ("error", "errors", "fault", "detail", "details", "exception", "messages", "data", "response", "result")

_MARKUP = re2.compile(r"(?is)<(?:script|style)\b.*?</(?:script|style)\s*>|<!--.*?-->|</?[a-z!?][^<>]*>?")
_EMAIL = re2.compile(r"""[^\s@<>"'(),;:=&?{}\[\]|\\]+(?:@|%40|\\u0040)[^\s@<>"'(),;:=&?{}\[\]|\\]*""")
_NAMED = re2.compile(
    r"(?i)((?:token|secret|passw(?:or)?d|pwd|signature|proof|api_?-?key|session|cookie|authorization|[*]{3})"
    r"""\w*\\?["']?\s*(?:=|%3D)\s*\\?["']?|(?:token|secret|password|signature|proof|api_?-?key)\w*\\?["']\s*:\s*\\?["']|"""
    r"""\b(?:bearer|basic)(?:\s+|%20|\+)|\bauthorization\\?["']?\s*:\s*(?:(?:bearer|basic)\s+)?)[^\s&,;"'<>)\]}\\]+"""
)
_AFTER = re2.compile(r"""(?i)((?:token|secret|password|api[ _-]?key)(?:\s*:\s*|\s+))([^\s&,;"'<>)\]}\\]+)""")
_OPAQUE = re2.compile(r"EAA[\w-]{3,}|\beyJ[\w.-]{8,}|\b[0-9A-Fa-f]{24,}\b|\b\w{32,}")
_V4 = re2.compile(r"\b(?:[0-9]{1,3}[.]){3}[0-9]{1,3}\b")
_V6 = re2.compile(r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}(?:[.][0-9]{1,3}){0,3}")
_NUMBERS = re2.compile(
    r"""(?i)(fbtrace_id\\?["']?\s*[:=]?\s*\\?["']?[\w+/-]+"""
    r"""|(?:error|code|\(#)\\?["']?[ :=#]*\\?["']?[0-9]{1,7}(?:/[0-9]{1,7})?\b)"""
    r"|(?:\+|%2B|\b00)[0-9](?:[ ()./-]{0,2}[0-9]){5,20}|\b0[1-9](?:[ ()./-]{0,2}[0-9]){5,20}"
    r"|\(?\b[0-9]{3}\)?[ .-]{1,2}[0-9]{3}[ .-][0-9]{4}\b|\b([0-9]{2,4}(?:[ -][0-9]{2,4}){2,6})\b|\p{Nd}{7,}"
)
_RUN = re2.compile(r"\p{Nd}{7,}")
_FEWEST_IN_GROUPS = 9
_DATE = re2.compile(r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}\b")


def masked(text: str, most: int = LONGEST_REASON, keep: str = "") -> str:
    """A vendor's words on one line of at most ``most`` characters, with ``***`` in place of what may be a person's or
    opens something.

    Masked are e-mail addresses, IP addresses, telephone numbers, all runs of seven digits and more, hashes and other
    long words with digits in them, access tokens, and whatever is called a token, a secret or a password. Left are an
    error's code and subcode, its ``fbtrace_id``, and the numbers of ``keep``, which is the name of the destination.
    """
    if len(text) > _LONGEST_READ:
        text = text[:_LONGEST_READ].rpartition(" ")[0]  # half an address is not known to be one
    text = " ".join(encodable(text).split())
    if not text.isalpha():
        text = _EMAIL.sub(MASK, text)
        text = _NAMED.sub(lambda match: match[1] + MASK, text)
        text = _AFTER.sub(lambda match: match[1] + (MASK if _is_key(match[2]) else match[2]), text)
        text = _opaque(_V4.sub(MASK, _without_v6(text)))
        kept = frozenset(_RUN.findall(keep))
        text = _NUMBERS.sub(
            lambda match: match[0] if match[1] or match[0] in kept or _is_date(match[2]) else MASK, text
        )
    return text[:most]


def without(text: str, secrets: Collection[str]) -> str:
    """A vendor's words without the secrets it may have repeated."""
    for secret in secrets:
        if len(secret) > 3:
            text = text.replace(secret, MASK)
    return text


def said(body: bytes, secrets: Collection[str] = ()) -> str:
    """What an answer says in at most ``LONGEST_SAID`` characters, masked and without ``secrets``: the message of a JSON
    error with its code, or the text without markup. JSON without a message says nothing: it may be what it was sent.
    """
    start = body.lstrip()[:1]
    if start in (b"{", b"[", b'"'):
        try:
            answer = msgspec.json.decode(body[:_LONGEST_JSON])
        except (msgspec.DecodeError, RecursionError, ValueError):
            return ""
        return masked(without(answer if isinstance(answer, str) else _told(answer), secrets), LONGEST_SAID)
    text = body[:_LONGEST_READ].decode("utf-8", "replace")
    if "\0" in text:
        return ""
    return masked(without(html.unescape(_MARKUP.sub(" ", encodable(text))), secrets), LONGEST_SAID)


def _is_key(word: str) -> bool:
    """Whether what follows the word token is one: a word of the language has no digit and is not so long."""
    return len(word) >= 20 or (len(word) >= 6 and any(map(str.isdigit, word)))


def _is_date(groups: str | None) -> bool:
    """Whether groups of digits begin with a date, or are too few to be a telephone or a card number."""
    return groups is not None and (bool(_DATE.match(groups)) or sum(map(str.isdigit, groups)) < _FEWEST_IN_GROUPS)


def _opaque(text: str) -> str:
    def one(match: Any) -> str:
        word: str = match[0]
        return MASK if word.startswith("EAA") or any(map(str.isdigit, word)) else word

    return str(_OPAQUE.sub(one, text))


def _without_v6(text: str) -> str:
    """Without IPv6 addresses that stand by themselves; a time of day and the name of a class look alike."""

    def one(match: Any) -> str:
        word: str = match[0]
        if text[match.start() - 1 : match.start()].isalnum() or text[match.end() : match.end() + 1].isalnum():
            return word
        forms = (word, word.rstrip(":."), word.lstrip(":"), word.strip(":."))
        return MASK if any(map(_reads, forms)) else word

    return str(_V6.sub(one, text))


def _reads(word: str) -> bool:
    try:
        ipaddress.IPv6Address(word)
    except ValueError:
        return False
    return True


def _told(answer: Any) -> str:
    """The first message in an answer, from the outside in, with the code that stands beside it."""
    for one in _objects(answer):
        for name in _MESSAGES:
            message = one.get(name)
            if isinstance(message, str) and message.strip():
                code = next((one[code] for code in _CODES if _is_code(one.get(code))), "")
                return f"{message} (code {as_text(code)})" if code else message
    return next((as_text(one[code]) for one in _objects(answer) for code in _CODES if _is_code(one.get(code))), "")


def _objects(answer: Any) -> Iterator[dict[str, Any]]:
    """The objects in which a message may stand, those of errors; a bare text in their place counts as one."""
    waiting = [answer]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        one = waiting.pop(0)
        if isinstance(one, str):
            yield {"message": one}
        elif isinstance(one, list):
            waiting += one[:3]
        elif isinstance(one, dict):
            words = {name.lower(): value for name, value in one.items() if isinstance(name, str)}
            inner = [words[name] for name in _HOLDERS if name in words]
            waiting = [*[each for each in inner if isinstance(each, dict | list | str)], *waiting]
            yield words


def _is_code(value: Any) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool) and value != "" and len(as_text(value)) <= 40
