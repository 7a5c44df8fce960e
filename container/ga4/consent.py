"""Consent: what ``gcs`` and ``gcd`` say, what the site said kept apart from what its region implies."""

from __future__ import annotations

from functools import lru_cache

from container.event import CONSENT_PURPOSES

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"
_BITS = {character: value for value, character in enumerate(_ALPHABET)}
_STATES = {2: "denied", 3: "granted"}  # 1 is "not set"
_GCS = {"0": "denied", "1": "granted"}


@lru_cache(maxsize=1024)
def read_consent(gcs: str, gcd: str) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """Return the explicit and the implicit states as (purpose, state) pairs; purposes nothing is said of are missing.

    Explicit is the ``update`` command, else the ``default`` command, else ``gcs``, which knows two purposes only.
    Groups missing from a truncated ``gcd`` say nothing. Source: ga4_hits.md, section 8.
    """
    explicit: dict[str, str] = {}
    implicit: dict[str, str] = {}
    if gcd[:1] == "1":
        for place, purpose in enumerate(CONSENT_PURPOSES):
            group = gcd[2 * place + 1 : 2 * place + 3]
            if len(group) < 2 or group[0] not in _BITS or group[1] not in _BITS:
                break
            region, command = _BITS[group[0]] & 3, _BITS[group[1]]
            if region in _STATES:
                implicit[purpose] = _STATES[region]
            said = _STATES.get(command & 3) or _STATES.get(command >> 2 & 3)
            if said is not None:
                explicit[purpose] = said
    if gcs[:2] == "G1":
        for purpose, letter in zip(CONSENT_PURPOSES[:2], gcs[2:4], strict=False):
            if purpose not in explicit and letter in _GCS:
                explicit[purpose] = _GCS[letter]
    return tuple(explicit.items()), tuple(implicit.items())


def granted_states(explicit: tuple[tuple[str, str], ...], implicit: tuple[tuple[str, str], ...]) -> dict[str, bool]:
    """The effective states as server containers dump them: what the site said, else what its region implies."""
    states = dict(implicit)
    states.update(explicit)
    return {purpose: state == "granted" for purpose, state in states.items()}
