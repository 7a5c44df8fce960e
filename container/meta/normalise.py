"""What a person's data must look like for Meta: the normal form of every `user_data` key, and its hash."""

from functools import lru_cache
from typing import Final

from container.meta import builder, documented
from container.meta.appendix import is_appendix
from container.meta.phone import international
from container.meta.text import is_md5, is_sha256, sha256, text, trim

HASHED: Final = (
    "em", "ph", "fn", "ln", "db", "ge", "ct", "st", "zp", "country", "external_id",
    "f5first", "f5last", "fi", "dobd", "dobm", "doby",
)  # fmt: skip
PLAIN: Final = (
    "client_ip_address", "client_user_agent", "fbc", "fbp", "subscription_id", "fb_login_id", "lead_id", "anon_id",
    "madid", "page_id", "page_scoped_user_id", "ctwa_clid", "ig_account_id", "ig_sid", "partner_id", "partner_name",
)  # fmt: skip
LISTS: Final = frozenset(("em", "ph", "fn", "ln", "db", "ge", "ct", "st", "zp", "country", "external_id"))

# What a page writes when it has nothing to say.
PLACEHOLDERS: Final = frozenset(
    ("", "undefined", "null", "none", "nan", "n/a", "(not set)", "not set", "[object object]", "(none)")
)
HASHES_OF_NOTHING: Final = frozenset(sha256(word) for word in PLACEHOLDERS | {" ", "NaN", "None", "(not set)"})
LONGEST: Final = 2048

_WANTED: Final = {
    "em": "is not an e-mail address",
    "ph": "has no digits of a phone number",
    "db": "is not a date of birth",
    "ge": "is neither female nor male",
    "ct": "is not the name of a city",
    "st": "is not the name of a state",
    "zp": "is not a postal code",
    "country": "is not a country",
    "dobd": "is not a day of a month",
    "dobm": "is not a month",
    "doby": "is not a year",
}


def normalise(key: str, value: object, *, default_country: str | None = None, match: str = "documented") -> str | None:
    """The normal form of one value, as it is before hashing; None (or empty) when the value cannot be valid.

    `key` is one of `HASHED` (or `currency`), else KeyError. An already hashed value comes back as it is. With
    `default_country` (ISO alpha-2) a national phone number gets that country's code. `match="builder"` follows Meta's
    parameter builder where it differs from Meta's documentation.
    """
    if key == "ph" and default_country and value is not None and not _is_hash(value):
        return international(value, default_country)
    if match == "builder" and key in builder.RULES:
        return builder.normalise(key, value)
    return documented.normalise(key, value)


def hashed(key: str, value: object, *, default_country: str | None = None, match: str = "documented") -> str | None:
    """What Meta is sent for one value of a hashed key: 64 lower-case hexadecimal characters, or None to leave it out.

    An already hashed value is only put in lower case; one with the parameter builder's appendix is kept as it is. The
    hash of nothing and of a placeholder (`undefined`, `null`, `(not set)` ...) is never sent, hashed here or before.
    """
    found, _ = judged(key, value, default_country=default_country, match=match)
    return found


def hashed_all(
    key: str, value: object, *, default_country: str | None = None, match: str = "documented"
) -> tuple[list[str], list[str]]:
    """Every value of a list (or the one value) hashed, without repetitions, in order; and why others were left out."""
    if not isinstance(value, (list, tuple)):
        found, reason = judged(key, value, default_country=default_country, match=match)
        return ([], [reason]) if found is None else ([found], [])
    kept: dict[str, None] = {}
    reasons: dict[str, None] = {}
    for count, one in enumerate(value):
        if count == MOST_VALUES:
            reasons[f"has more than {MOST_VALUES} values"] = None
            break
        found, reason = judged(key, one, default_country=default_country, match=match)
        if found is not None:
            kept[found] = None
        elif reason:
            reasons[reason] = None
    return list(kept), list(reasons)


MOST_VALUES: Final = 50


def judged(
    key: str, value: object, *, default_country: str | None = None, match: str = "documented"
) -> tuple[str | None, str]:
    """As `hashed`, with the reason in words when the value is left out."""
    if value is None:
        return None, "is empty"
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None, f"is not text but {_kind(value)}"
    written = trim(text(value))
    if len(written) > LONGEST:
        return None, f"is longer than {LONGEST} characters"
    if written.lower() in PLACEHOLDERS:
        return None, "is empty" if not written else "is a placeholder"
    head, _, tail = written.partition(".")
    if _is_hash(head) and (tail == "" or is_appendix(tail)):
        if head.lower() in HASHES_OF_NOTHING:
            return None, "is the hash of an empty or placeholder value"
        return (written if tail else head.lower()), ""
    if is_md5(written) and key not in ("external_id", "ph"):
        return (written.lower(), "") if match == "builder" else (None, "is an MD5 hash, which Meta does not match")
    try:
        normal = normalise(key, value, default_country=default_country, match=match)
    except ImportError:
        return None, "needs the phonenumbers package for default_country"
    if not normal:
        return None, _WANTED.get(key, "has no letters")
    return sha256(normal), ""


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and is_sha256(value)


def _kind(value: object) -> str:
    names = {bool: "a yes or no", dict: "an object", list: "a list"}
    return names.get(type(value), "something else")


@lru_cache(maxsize=1000)
def identifiers(keys: tuple[str, ...]) -> tuple[str, ...]:
    """The keys of a `user_data`, sorted, with a ``#`` before those that are hashed: what the ledger says was sent."""
    return tuple(f"#{key}" if key in HASHED else key for key in sorted(keys))
