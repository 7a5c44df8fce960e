"""Which events are copies of one already received, by Meta's rules (reference section 3).

Two copies are one event when pixel, event_name and event_id are equal and the second is received within 48 hours of
the receipt of the first; event_time plays no part. Where one of the two has no event_id, a server event is a copy of a
browser event of the same name and the same fbp or external_id received in the 48 hours before; never the other way
round, and never two browser or two server events. Meta's text leaves open what becomes of two server copies with equal
ids: here the second is taken for a redelivery and deduplicated.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b, sha256

from .record import BROWSER, SERVER, First, Record

WINDOW = 48 * 3600


def key_of(pixel: str, name: str, identity: str, kind: str = "event_id") -> int:
    """A 64-bit key for one meeting point of two copies, signed as SQLite stores it."""
    text = f"{kind}\0{pixel}\0{name}\0{identity}"
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def fallback_keys(pixel: str, name: str, user: object) -> list[tuple[str, int]]:
    """The keys by which copies without a shared event_id may meet: `fbp` and `external_id`."""
    keys: list[tuple[str, int]] = []
    if isinstance(user, dict):
        fbp = user.get("fbp")
        if isinstance(fbp, str) and fbp:
            # A parameter builder may append a fifth part, which names its maker and not the browser.
            keys.append(("fbp", key_of(pixel, name, ".".join(fbp.split(".", 4)[:4]), "fbp")))
        external = user.get("external_id")
        for one in external[:10] if isinstance(external, list) else (external,):
            if isinstance(one, (str, int)) and one != "":
                keys.append(("external_id", key_of(pixel, name, _hashed(str(one)), "external_id")))
    return keys


def mark(records: Iterable[Record], firsts: dict[int, First], browsers: dict[int, First]) -> None:
    """Mark the copies among accepted `records`, in order of receipt.

    `firsts` are the events already known by key, `browsers` the newest browser event by fallback key; both grow by the
    records themselves, so that copies within one batch are seen too.
    """
    for record in records:
        known = firsts.get(record.key) if record.key is not None else None
        if known is not None and record.received - known.received <= WINDOW:
            record.first, record.deduplicated_by = known.id, "event_id"
            continue
        if record.channel == SERVER:
            for kind, key in record.fallback:
                browser = browsers.get(key)
                if browser is None or record.received - browser.received > WINDOW:
                    continue
                if not (browser.has_id and record.key is not None):
                    record.first, record.deduplicated_by = browser.id, kind
                    break
        if record.first is None and record.key is not None:
            firsts[record.key] = First(record.id, record.received, True)
        if record.channel == BROWSER:
            for _, key in record.fallback:
                # One without an id can meet every server copy, one with an id only those without: the former stays.
                held = browsers.get(key)
                if record.key is None or held is None or held.has_id or record.received - held.received > WINDOW:
                    browsers[key] = First(record.id, record.received, record.key is not None)


def _hashed(external_id: str) -> str:
    """The pixel hashes an external_id and a server may not: compare hashes."""
    text = external_id.strip()
    if len(text) == 64 and not text.strip("0123456789abcdefABCDEF"):
        return text.lower()
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
