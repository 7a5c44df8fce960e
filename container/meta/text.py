"""The white space, punctuation and hash forms that Meta's rules speak of, for every normaliser to share."""

import hashlib
import re
import unicodedata
from decimal import Decimal
from typing import Final

# ECMAScript's white space, which Meta's own code trims by; Python's `str.strip()` also takes U+001C..U+001F.
SPACES: Final = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
PUNCTUATION: Final = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

_NO_SPACES: Final = dict.fromkeys(map(ord, SPACES))
_NO_PUNCTUATION: Final = dict.fromkeys(map(ord, SPACES + PUNCTUATION))
_NOT_DIGITS: Final = re.compile(r"[^0-9]+")
_NOT_LATIN: Final = re.compile(r"[^a-zA-Z0-9]+")
_NOT_LETTERS: Final = re.compile(r"[^a-z]+")
_SHA256: Final = re.compile(r"[A-Fa-f0-9]{64}")
_MD5: Final = re.compile(r"[A-Fa-f0-9]{32}")


def words(text: str) -> frozenset[str]:
    """The words of a text written with spaces between them."""
    return frozenset(text.split())


def text(value: object) -> str:
    """A scalar as the text a browser would hash: `true`, `12.5`, `123` for 123.0; empty for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        try:
            return str(value)
        except ValueError:  # beyond Python's limit for converting huge integers
            return ""
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e21:
            return str(int(value))
        # A browser writes small numbers out where Python uses an exponent.
        return format(Decimal(repr(value)), "f") if 1e-6 <= abs(value) < 1e-4 else repr(value)
    return ""


def trim(value: str) -> str:
    """Without white space at either end."""
    return value.strip(SPACES)


def without_spaces(value: str) -> str:
    """Without any white space."""
    return value.translate(_NO_SPACES)


def without_punctuation(value: str) -> str:
    """Without white space and ASCII punctuation."""
    return value.translate(_NO_PUNCTUATION)


def without_symbols(value: str) -> str:
    """Without white space, punctuation, symbols, pictograms and control characters of any script; letters, their
    accents and digits stay."""
    value = value.translate(_NO_PUNCTUATION)
    if value.isascii() and value.isprintable():
        return value
    return "".join(c for c in value if unicodedata.category(c)[0] not in "PSZC" and not "\ufe00" <= c <= "\ufe0f")


def digits(value: str) -> str:
    """The ASCII digits alone."""
    return _NOT_DIGITS.sub("", value)


def latin(value: str) -> str:
    """The ASCII letters and digits alone."""
    return _NOT_LATIN.sub("", value)


def letters(value: str) -> str:
    """The ASCII letters alone, in lower case."""
    return _NOT_LETTERS.sub("", value.lower())


def plain(value: str) -> str:
    """The ASCII letters alone, in lower case, accents taken off first: `Côte d'Ivoire` -> `cotedivoire`."""
    return letters(value if value.isascii() else unicodedata.normalize("NFKD", value))


def is_sha256(value: str) -> bool:
    """64 hexadecimal characters: somebody hashed it already."""
    return len(value) == 64 and _SHA256.fullmatch(value) is not None


def is_md5(value: str) -> bool:
    """32 hexadecimal characters: the MD5 that Meta has stopped asking for."""
    return len(value) == 32 and _MD5.fullmatch(value) is not None


def sha256(value: str) -> str:
    """SHA-256 of the UTF-8 text, 64 lower-case hexadecimal characters."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
