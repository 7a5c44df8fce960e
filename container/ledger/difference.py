"""The difference: what two periods have not in common, as sentences and as data: who gets what since when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from container.event import CONSENT_PURPOSES
from container.ledger.cells import Cell
from container.ledger.entry import written

Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is so in one period and not in the other. ``what`` is a destination, an identifier (hashed with a
    ``#``), a consent, a legal ground or an outcome. ``at`` is when it was first seen, or last when it ``ended``."""

    kind: str
    tag: str
    destination: str
    what: str
    ended: bool
    at: str
    count: int
    text: str

    def to_json(self) -> dict[str, Any]:
        """The change as plain data."""
        return asdict(self)


def difference(before: Iterable[Cell], after: Iterable[Cell]) -> list[Change]:
    """The changes from one period to another: destinations first, then identifiers, consent, legal grounds, limited
    use and outcomes. Of a destination that is new or gone nothing further is told."""
    old, new = list(before), list(after)
    was, now = _by_name(cell for cell in old if cell.sent), _by_name(cell for cell in new if cell.sent)
    found = [*_moved("destination", now.keys() - was.keys(), now, False)]
    found += _moved("destination", was.keys() - now.keys(), was, True)
    for kind, words in _KINDS.items():
        for name in sorted(was.keys() & now.keys()):
            found += _changed(kind, name, _sorted(was[name], words), _sorted(now[name], words))
    was, now = _by_name(old), _by_name(new)
    for name in sorted(was.keys() & now.keys()):
        found += _changed("outcome", name, _sorted(was[name], _outcome), _sorted(now[name], _outcome))
    return found


def _by_name(cells: Iterable[Cell]) -> dict[Name, list[Cell]]:
    found: dict[Name, list[Cell]] = {}
    for cell in cells:
        found.setdefault((cell.tag, cell.destination), []).append(cell)
    return found


def _sorted(cells: list[Cell], words: Callable[[Cell], Iterable[str]]) -> dict[str, list[Cell]]:
    found: dict[str, list[Cell]] = {}
    for cell in cells:
        for word in words(cell):
            found.setdefault(word, []).append(cell)
    return found


def _identifiers(cell: Cell) -> Iterable[str]:
    return cell.profile.identifiers


def _consent(cell: Cell) -> Iterator[str]:
    for purpose, state, source in zip(CONSENT_PURPOSES, *cell.profile.consent, strict=False):
        yield f"{purpose} {state}" + (f" by {source}" if source else "")


def _basis(cell: Cell) -> Iterable[str]:
    return [cell.profile.basis] if cell.profile.basis else []


def _limited(cell: Cell) -> Iterable[str]:
    return ["limited data use"] if cell.profile.limited else []


def _outcome(cell: Cell) -> Iterable[str]:
    return [cell.outcome] if cell.outcome not in ("pending", "not_triggered") else []


_KINDS: dict[str, Callable[[Cell], Iterable[str]]] = {
    "identifier": _identifiers,
    "consent": _consent,
    "basis": _basis,
    "limited": _limited,
}
_WORDS = {
    "destination": ("{to} gets events", "{to} gets events no more"),
    "identifier": ("{what} goes to {to}", "{what} goes to {to} no more"),
    "consent": ("events for {to} have {what}", "no event for {to} has {what} any more"),
    "basis": ("events for {to} have the legal ground {what}", "no event for {to} has the legal ground {what} any more"),
    "limited": ("{to} is told to limit its use of data", "{to} is told no more to limit its use of data"),
    "outcome": ("events for {to} are {what}", "no event for {to} is {what} any more"),
}
"""What a beginning and an end of each kind are called."""


def _moved(kind: str, names: Iterable[Name], cells: dict[Name, list[Cell]], ended: bool) -> Iterator[Change]:
    for name in sorted(names):
        yield _change(kind, name, name[1], cells[name], ended)


def _changed(kind: str, name: Name, was: dict[str, list[Cell]], now: dict[str, list[Cell]]) -> Iterator[Change]:
    for word in sorted(now.keys() - was.keys()):
        yield _change(kind, name, word, now[word], False)
    for word in sorted(was.keys() - now.keys()):
        yield _change(kind, name, word, was[word], True)


def _change(kind: str, name: Name, what: str, cells: list[Cell], ended: bool) -> Change:
    at = written(max(cell.last for cell in cells) if ended else min(cell.first for cell in cells))
    told = what.removeprefix("#") + (
        " (hashed)" if what.startswith("#") else " (in clear)" if kind == "identifier" else ""
    )
    said = _WORDS[kind][ended].format(to=" ".join(name).strip(), what=told)
    number = sum(cell.count for cell in cells)
    text = f"since {at} {said}" if not ended else f"{said}, last at {at}"
    return Change(kind, *name, what, ended, at, number, text)
