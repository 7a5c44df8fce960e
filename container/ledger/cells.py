"""The cells: how many entries there are of each sort, counted without making an entry of every line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from container.ledger.reading import Source, Watch, opened
from container.outbox import page
from container.outbox.profile import NOTHING, Profile

_PAGES = "SELECT kind, grp, first, last, records, count FROM ledger WHERE last >= :since AND first < :until ORDER BY id"
_WAITING = """
SELECT grp, profile, attempts > 0, count(*), min(accepted), max(accepted)
FROM {table} WHERE accepted >= :since AND accepted < :until GROUP BY 1, 2, 3"""
_ENDS = ("delivered", "suppressed", "dead")

Key = tuple[str, str, str, bool, Profile]


@dataclass(slots=True)
class Cell:
    """Entries of one tag, destination, outcome and profile; ``sent`` says whether they were ever part of a request.

    ``first`` and ``last`` are arrivals, in unix seconds.
    """

    tag: str
    destination: str
    outcome: str
    sent: bool
    profile: Profile
    count: int
    first: float
    last: float


def cells(paths: Iterable[Path], since: float = 0.0, until: float = 1e18, watch: Watch = lambda _: None) -> list[Cell]:
    """The cells of all files for hits that came from ``since`` on and before ``until``. Raises OutboxUnavailable."""
    found: dict[Key, Cell] = {}
    for path in paths:
        with opened(path) as source:
            for cell in _of_file(source, since, until, watch):
                key = (cell.tag, cell.destination, cell.outcome, cell.sent, cell.profile)
                one = found.get(key)
                if one is None:
                    found[key] = cell
                else:
                    one.count += cell.count
                    one.first, one.last = min(one.first, cell.first), max(one.last, cell.last)
    return list(found.values())


def _of_file(source: Source, since: float, until: float, watch: Watch) -> Iterator[Cell]:
    span = {"since": since, "until": until}
    for kind, grp, _, _, records, count in source.connection.execute(_PAGES, span):
        watch(count)
        if kind == "forgotten":
            continue
        tag, destination = source.groups.get(grp, ("", ""))
        for number, sent, times in _times(records, since, until):
            profile = source.profile(number)
            ends = [(tag, destination, kind)]
            if kind == "events":
                ends = [(one.tag, "", one.outcome) for one in profile.decisions if one.outcome != "fired"]
            for of_tag, of_destination, outcome in ends:
                yield Cell(
                    of_tag, of_destination, outcome, kind == "delivered" or sent, profile,
                    len(times), min(times) / 1000, max(times) / 1000,
                )  # fmt: skip
    for table in ("dead", "pending"):
        for grp, number, sent, count, first, last in source.connection.execute(_WAITING.format(table=table), span):
            tag, destination = source.groups.get(grp, ("", ""))
            profile = source.profile(number) if number else NOTHING
            yield Cell(tag, destination, table, bool(sent), profile, count, first, last)


def _times(records: bytes, since: float, until: float) -> Iterator[tuple[int, bool, list[int]]]:
    """The arrivals of a page's lines by profile and by whether they were tried before their end."""
    first, last = since * 1000, until * 1000
    found: dict[tuple[int, bool], list[int]] = {}
    for line in page.lines(page.opened(records)):
        if first <= line.accepted < last:
            sent = line.tried is not None and line.tried.attempts > 0
            found.setdefault((line.profile, sent), []).append(line.accepted)
    for (number, sent), times in found.items():
        yield number, sent, times
