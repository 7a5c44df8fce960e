"""What a name says of its value: that it is somebody's, a telephone number, or a secret."""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from urllib.parse import unquote

import re2

_PERSONAL: Final = frozenset(
    {
        "address", "birthdate", "birthday", "cardnumber", "ccnumber", "creditcard", "dateofbirth", "dob", "email",
        "emailaddress", "familyname", "firstname", "fname", "fullname", "geburtsdatum", "givenname", "iban", "lastname",
        "lname", "mail", "middlename", "mobilenumber", "nachname", "passwd", "password", "passwort", "phone",
        "phonenumber", "plz", "postalcode", "postcode", "pwd", "socialsecurity", "ssn", "strasse", "street",
        "streetaddress", "surname", "tel", "telefon", "telephone", "username", "vorname", "zip", "zipcode",
    }
)  # fmt: skip
"""Names of what is personal, or how such names end, without what separates their words."""

# A field with such a word in its name may hold a phone number without its country code.
_PHONE_NAMES: Final = ("phone", "mobile", "telefon", "msisdn", "whatsapp")
_PHONE_WORDS: Final = frozenset(("tel", "ph", "cell", "handy"))
PHONE_HINTS: Final = (*_PHONE_NAMES, *sorted(_PHONE_WORDS))
"""Parts of names without which none is a telephone's."""

_SECRET: Final = re2.compile(
    r"(?i)authorization|secret|token|passw|passphrase|passcode|api.?key|access.?key|private.?key|credential|phpsess"
    r"|signature|^x-tagdock-|^tagdock_"
)
_SECRET_WORDS: Final = frozenset({"auth", "bearer", "cvc", "cvv", "jwt", "otp", "pin", "pwd"})
_FACTS: Final = frozenset(
    {"x-tagdock-browser", "x-tagdock-clock", "x-tagdock-drop", "x-tagdock-stable-id", "x-tagdock-trouble"}
)
"""Fields of an event in which tagdock itself says something of it."""

_CAMEL: Final = re2.compile(r"([a-z])([A-Z])")
_NO_WORD: Final = re2.compile(r"[^\pL\pN]+")
_LONGEST: Final = 80
_FEWEST_DIGITS: Final = 5
"""Digits that a value must have to be a number of what may as well be a kind: ``mobile=1``, ``card=visa``."""

PERSONAL, SECRET = "personal", "secret"


def says(name: str, value: str) -> str:
    """``personal`` or ``secret`` when the name says so of this value, "" when it does not."""
    found = _said(name[-_LONGEST:])
    if found == _NUMBERED:
        return PERSONAL if sum(map(str.isdigit, value)) >= _FEWEST_DIGITS else ""
    return found


_NUMBERED: Final = "numbered"


@lru_cache(maxsize=4096)
def _said(name: str) -> str:
    if secret(name):
        return SECRET
    if personal(name):
        return PERSONAL
    words = _words(name)
    return _NUMBERED if phone(name) or (words and words[-1] in {"card", "mobile"}) else ""


@lru_cache(maxsize=4096)
def secret(name: str) -> bool:
    """Whether it is a name of a secret: a token, a password, a signature."""
    name = name[:200]
    if name in _FACTS:
        return False
    if _SECRET.search(name.encode("utf-8", "replace").decode()):
        return True
    words = _words(name)
    return bool(words) and words[-1] in _SECRET_WORDS


@lru_cache(maxsize=4096)
def personal(name: str) -> bool:
    """Whether it is a name of what is somebody's: their mail, street, day of birth ..."""
    words = _words(name)
    return any("".join(words[first:]) in _PERSONAL for first in range(len(words)))


@lru_cache(maxsize=1024)
def phone(name: str) -> bool:
    """Whether a number of this name may be a telephone's."""
    lower = name.lower()
    return any(word in lower for word in _PHONE_NAMES) or not _PHONE_WORDS.isdisjoint(
        lower.replace("-", "_").replace("&", "_").replace("?", "_").replace("=", "_").split("_")
    )


def _words(name: str) -> list[str]:
    """The words of a name, by what separates them, by capitals, and without a number at the end."""
    while "%" in name and (plain := unquote(name, errors="replace")) != name:
        name = plain
    name = name.encode("utf-8", "replace").decode()
    words = str(_NO_WORD.sub(" ", _CAMEL.sub(r"\1 \2", name))).lower().split()[-8:]
    if words and words[-1].rstrip("0123456789") != words[-1]:
        words[-1] = words[-1].rstrip("0123456789")
    return [word for word in words if word]
