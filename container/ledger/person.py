"""The person: how somebody may stand in payloads, in clear and in every form in which tags hash them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec

from container.meta.normalise import hashed
from container.meta.text import is_sha256, sha256
from container.outgoing.hashing import hash_google, hash_plain

_ID_KEYS = frozenset({"external_id", "user_id", "userid", "customer_id", "client_user_id", "uid"})
_FEWEST_DIGITS, _MOST_DIGITS = 7, 20
_NOT_DIGITS = re.compile(r"\D+")
_DEEPEST = 64


@dataclass(frozen=True, slots=True)
class Person:
    """Whom to look for. ``references`` are ids of events and orders; the texts are in lower case.

    ``hashes`` are looked for anywhere; ``texts`` where no letter or digit stands beside them; ``ids`` only as the whole
    value of a field that is named like a person's id, since a number alone may be a product's.
    """

    references: frozenset[str]
    hashes: frozenset[bytes]
    texts: frozenset[bytes]
    ids: frozenset[str]

    @property
    def looks_inside(self) -> bool:
        """Whether bodies have to be read to find them."""
        return bool(self.hashes or self.texts or self.ids)

    def is_in(self, body: bytes) -> bool:
        """Whether a payload's body names them."""
        if not self.looks_inside:
            return False
        lower = body.lower()
        if any(one in lower for one in self.hashes) or any(stands(one, lower) for one in self.texts):
            return True
        return any(one.encode() in lower for one in self.ids) and self._has_id(lower)

    def _has_id(self, lower: bytes) -> bool:
        try:
            value = msgspec.json.decode(lower)
        except (msgspec.MsgspecError, RecursionError):
            return False
        return any(one in self.ids for one in _ids(value))


def person(
    *,
    emails: Sequence[str] = (),
    phones: Sequence[str] = (),
    external_ids: Sequence[str] = (),
    references: Sequence[str] = (),
    countries: Iterable[str | None] = (),
) -> Person:
    """A person by what is known of them; each value may be in clear or a SHA-256 hash.

    ``countries`` are those tags take a national phone number to be of.
    """
    hashes: set[str] = set()
    texts: set[str] = set()
    for email in emails:
        hashes |= _hashes(
            email, [hashed("em", email), hashed("em", email, match="builder"), hash_google(email, "email")]
        )
        texts |= {email.strip().lower()}
    for phone in phones:
        digits = _NOT_DIGITS.sub("", phone)
        known = [phone.strip(), digits, f"+{digits}", digits.removeprefix("00"), f"+{digits.removeprefix('00')}"]
        made = [hash_google(phone, "phone"), *(sha256(one) for one in known)]
        for country in {None, *countries}:
            made += [hashed("ph", phone, default_country=country, match=match) for match in ("documented", "builder")]
        hashes |= _hashes(phone, made)
        texts |= {one.lower() for one in known if len(_NOT_DIGITS.sub("", one)) >= _FEWEST_DIGITS}
    for one in external_ids:
        hashes |= _hashes(one, [hashed("external_id", one), hashed("external_id", one, match="builder"), sha256(one)])
    kept = {one for one in texts if one and not is_sha256(one)}
    return Person(
        references=frozenset(one for one in references if one),
        hashes=frozenset(one.encode() for one in hashes),
        texts=frozenset(form.encode() for one in kept for form in (one, quote(one, safe="").lower())),
        ids=frozenset(one.strip().lower() for one in external_ids if one.strip()),
    )


def is_email(text: str) -> bool:
    """Whether somebody can be looked for by it: an e-mail address, or the hash of one."""
    name, _, host = text.strip().rpartition("@")
    return is_sha256(text.strip()) or bool(name and "." in host.strip(".") and not set(text.strip()) & set(' \t,;"<>'))


def is_phone(text: str) -> bool:
    """Whether somebody can be looked for by it: a telephone number that is long enough, or the hash of one."""
    plain = text.strip()
    return is_sha256(plain) or (
        _FEWEST_DIGITS <= sum(map(str.isdigit, plain)) <= _MOST_DIGITS and not set(plain) - set("0123456789+ ()./-")
    )


def _hashes(value: str, made: Iterable[Any]) -> set[str]:
    """The hashes of a value that tags may have made, and the value itself where it is one."""
    plain = value.strip()
    every = [*made, hash_plain(plain), sha256(plain), sha256(plain.lower())]
    found = {one.lower() for one in every if isinstance(one, str) and is_sha256(one)}
    return {plain.lower()} if is_sha256(plain) else found


def stands(text: bytes, body: bytes) -> bool:
    """Whether a text stands in a body by itself, not as a part of a longer word; both are in lower case."""
    at = body.find(text)
    while at >= 0:
        end = at + len(text)
        if not body[at - 1 : at].isalnum() and not body[end : end + 1].isalnum():
            return True
        at = body.find(text, at + 1)
    return False


def _ids(value: Any, key: str = "", deep: int = 0) -> Iterator[str]:
    """The values of fields that are named like a person's id."""
    if deep > _DEEPEST:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _ids(inner, name, deep + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _ids(inner, key, deep + 1)
    elif key in _ID_KEYS and isinstance(value, str | int) and not isinstance(value, bool):
        yield str(value).strip()
