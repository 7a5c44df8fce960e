"""Differing: where what was received is not what was expected, leaf by leaf."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from container.problem import shorten


class Apart(NamedTuple):
    """One place where two values differ: the way to it, and in words what stands there."""

    path: tuple[str | int, ...]
    text: str

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path)) or 'the event'}: {self.text}"


def holds(wanted: Any, received: Any) -> bool:
    """Whether everything wanted is there; mappings may hold more, lists may not. True is not 1; 1.0 is."""
    return next(differing(wanted, received), None) is None


def differing(
    wanted: Any, received: Any, path: tuple[str | int, ...] = (), *, exactly: bool = False
) -> Iterator[Apart]:
    """Each place where what was received is not what is wanted, as ``custom_data.value: expected 120, received 119``.

    A field wanted as nothing (null) must not be there. With ``exactly`` no field may be there that is not wanted.
    """
    if isinstance(wanted, dict) and isinstance(received, dict):
        for key, inner in wanted.items():
            if received.get(key) is not None and inner is not None:
                yield from differing(inner, received[key], (*path, key), exactly=exactly)
            elif received.get(key) is not None or inner is not None:
                yield Apart((*path, key), f"expected {said(inner)}, received {said(received.get(key))}")
        for key in received if exactly else ():
            if key not in wanted:
                yield Apart((*path, key), f"expected nothing, received {said(received[key])}")
    elif isinstance(wanted, list) and isinstance(received, list) and len(wanted) == len(received):
        for place, (one, other) in enumerate(zip(wanted, received, strict=True)):
            yield from differing(one, other, (*path, place), exactly=exactly)
    elif isinstance(wanted, list) and isinstance(received, list):
        yield Apart(path, f"expected {_elements(wanted)}, received {_elements(received)}")
    elif wanted != received or isinstance(wanted, bool) != isinstance(received, bool):
        yield Apart(path, f"expected {said(wanted)}, received {said(received)}")


def said(value: Any) -> str:
    """A value short enough for a line."""
    try:
        return "nothing" if value is None else shorten(msgspec.json.encode(value).decode())
    except UnicodeEncodeError:  # half a character, which JSON cannot carry
        return shorten(repr(value))


def _elements(value: list[Any]) -> str:
    return f"{len(value)} element" + ("" if len(value) == 1 else "s")
