"""The profile: what many entries of the ledger have in common, written once under a number that follows from it."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import msgspec

from container.record import ConsentState, Decision, EventRecord

BITS = 47
"""A number fits six bytes of a row; among ten thousand profiles, two share one with a chance below 1e-6."""

_encode = msgspec.json.Encoder().encode


class Profile(msgspec.Struct, frozen=True):
    """Names of identifiers, consent and who gave it, the CMP's legal ground, limited use, every tag's decision."""

    identifiers: tuple[str, ...] = ()
    limited: bool = False
    consent: ConsentState = ConsentState((), ())
    basis: str = ""
    decisions: tuple[Decision, ...] = ()


_decode = msgspec.json.Decoder(Profile).decode

NOTHING = Profile()
"""Of a payload that nothing is known about: one that was accepted by an older version."""


def profile_of(identifiers: tuple[str, ...], limited: bool, record: EventRecord) -> Profile:
    """The profile of a payload, or without identifiers of an event."""
    return Profile(identifiers, limited, record.consent, record.basis, record.decisions)


def written(profile: Profile) -> tuple[int, str]:
    """The number of a profile and its words as they are kept."""
    words = _encode(_cleaned(msgspec.to_builtins(profile)))
    return int.from_bytes(blake2b(words, digest_size=8).digest(), "big") >> (64 - BITS), words.decode()


def read(words: str) -> Profile:
    """The profile of its words; ``NOTHING`` when they are none."""
    try:
        return _decode(words)
    except msgspec.MsgspecError:
        return NOTHING


def clean(text: str) -> str:
    """Text a file can hold: JSON can smuggle in half a surrogate pair."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _cleaned(value: Any) -> Any:
    """The same of every text in a value: a reason may hold what a hit held."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {name: _cleaned(one) for name, one in value.items()}
    return [_cleaned(one) for one in value] if isinstance(value, list | tuple) else value
