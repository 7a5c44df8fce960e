"""Stand-ins: a hit whose personal data is replaced by values that belong to nobody and are read just as well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, quote_plus

import msgspec
import re2
from msgspec.structs import replace

from container.called import secret
from container.cases.parts import Parts
from container.hit import Hit
from container.hit_file import hit_from
from container.masking import found
from container.personal import SORTS
from container.preview import mask
from container.trace import Trace

_EMAIL = SORTS["email"].pattern
_HASH = re2.compile(r"\b[0-9a-fA-F]{64}\b")
_PATTERN = 20_000
"""Letters of one pattern; a longer value only gets a stand-in where it is a whole field."""
_SHORTEST = 4
"""Characters from which a value is looked for inside texts; a shorter one only stands in for a whole field."""


def personal(hit: Hit, trace: Trace) -> list[tuple[str, str]]:
    """The personal data of a hit: what preview masks of its events, by its field, and the visitor's address."""
    found = [("ip", hit.ip)] if hit.ip else []
    for event in trace.events:
        found += _masked(event.event, mask(event.event), "")
    return list(dict.fromkeys(found))


def _masked(value: Any, masked: Any, path: str) -> Iterator[tuple[str, str]]:
    """The leaves that masking changes."""
    if isinstance(value, dict) and isinstance(masked, dict):
        for (key, inner), other in zip(value.items(), masked.values(), strict=False):
            yield from _masked(inner, other, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and isinstance(masked, list):
        for inner, other in zip(value, masked, strict=False):
            yield from _masked(inner, other, path)
    elif value != masked:
        whole = isinstance(masked, str) and masked.endswith("***")
        parts = [] if whole else found(str(value))
        yield from ((path, one) for one in parts or [str(value)])


def secrets(hit: Hit) -> list[tuple[str, str]]:
    """Headers and parameters of a hit that are called like secrets."""
    fields = [("headers", *one) for one in hit.headers.items()] + [("query", *one) for one in hit.query.items()]
    return [
        (f"{word}.{name}", value)
        for word, name, value in fields
        if value and (secret(name) or "session" in name.lower())
    ]


def stand_in(hit: Hit, known: Sequence[tuple[str, str]]) -> Hit:
    """The hit with a stand-in for each of these values wherever it stands, and for every SHA-256 hash."""
    stands = {value: _stand_in(field, value, number) for number, (field, value) in enumerate(known, start=1) if value}
    swap = _Swap(stands)
    parts = Parts(hit)
    for step in parts.readings():
        step()
    fields = {word: swap.every(value) for word, value in parts.fields.items()}
    return replace(hit_from(fields), id=hit.id)


def _stand_in(field: str, value: str, number: int) -> str:
    name = field.rpartition(".")[2]
    for sign in ("@", "%40"):
        if sign in value:
            return f"visitor{number}{sign}example.com"
    if "phone" in name:
        return f"+120255501{number % 100:02}"
    try:
        return f"192.0.2.{number % 250}" if ip_address(value.strip()).version == 4 else f"2001:db8::{number:x}"
    except ValueError:
        pass
    kind, index, made, own = ([*value.split(".", 3)] + [""] * 3)[:4]
    if name in ("fbp", "fbc") and kind == "fb" and index.isdigit() and made.isdigit() and own:
        # What the container reads of it stays: the form and the moment, without whose it is.
        return f"fb.{index}.{made}." + (f"{number:010}" if name == "fbp" else f"visitor{number}")
    if value.isdigit():
        return "19900101" if len(value) == 8 else str(number).rjust(len(value), "1")[: len(value)]
    return f"visitor{number}"


class _Swap:
    """Replaces values in everything a hit holds, also where they are percent-encoded or in another case."""

    def __init__(self, stands: Mapping[str, str]) -> None:
        self._whole = {value.strip().lower(): new for value, new in stands.items()}
        self._inside: dict[str, str] = {}
        for value, new in stands.items():
            old = value.strip()
            if len(old) >= _SHORTEST:
                forms = {old: new, quote(old, safe=""): quote(new, safe=""), quote_plus(old): quote_plus(new)}
                self._inside.update({form.lower(): other for form, other in forms.items()})
        self._patterns = [re2.compile(f"(?i){'|'.join(map(re2.escape, forms))}") for forms in _portions(self._inside)]

    def every(self, value: Any) -> Any:
        """The value with every text in it looked through."""
        if isinstance(value, dict):
            return {key: self.every(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.every(inner) for inner in value]
        if isinstance(value, int | float) and not isinstance(value, bool):
            swapped = self._text(str(value))
            return value if swapped == str(value) else msgspec.json.decode(swapped) if swapped.isdigit() else swapped
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        whole = self._whole.get(text.strip().lower())
        if whole is not None:
            return whole
        text = text.encode("utf-8", "replace").decode()  # half a character has no form that RE2 reads
        for pattern in self._patterns:
            text = pattern.sub(lambda found: self._inside.get(found[0].lower(), found[0]), text)
        return str(_HASH.sub(lambda found: sha256(f"visitor {found[0].lower()}".encode()).hexdigest(), text))


def _portions(forms: Iterable[str]) -> Iterator[list[str]]:
    """The forms, the longest first, in portions that RE2 can hold as one pattern."""
    portion: list[str] = []
    length = 0
    for form in sorted((one for one in forms if len(one) <= _PATTERN), key=lambda one: (-len(one), one)):
        if length + len(form) > _PATTERN:
            yield portion
            portion, length = [], 0
        portion.append(form)
        length += len(form)
    if portion:
        yield portion
