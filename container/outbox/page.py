"""The page: many entries of the ledger as one blob, column by column, as SQL can write them."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Literal, NamedTuple

import msgspec

from container.outbox.schema import ROWS_A_GROUP

Kind = Literal["delivered", "suppressed", "dead", "events", "forgotten"]
"""What a page holds: payloads by the end they reached, events that left no payload with a tag, erasures."""

SMALL = 64
"""Entries below which a page is written as it is, and later folded into a larger one with others of its kind."""

_FAST, _SMALLEST = 1, 9
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(list[list[Any]])


class Try(NamedTuple):
    """What went before the end of a payload, or with it: attempts without success, the last answer, its history."""

    attempts: int = 0
    status: int = 0
    reason: str = ""
    history: Sequence[Any] = ()


class Line(NamedTuple):
    """One entry. ``order`` is the payload's place in its group, times are unix milliseconds, ``took`` those from the
    acceptance to the end, ``profile`` the number of what many entries have in common."""

    order: int
    accepted: int
    took: int
    event_name: str
    event_id: str
    order_id: str
    client: str
    profile: int
    tried: Try | None = None


class Page(NamedTuple):
    """Entries of one kind and one group (0 where there is none) with the times of the first and the last, seconds."""

    kind: Kind
    grp: int
    first: float
    last: float
    entries: int
    data: bytes
    """JSON: the columns of ``Line`` one after the other, then a list for each entry that was tried before."""


_COLUMNS = (
    f"json_group_array(id & {ROWS_A_GROUP - 1})",
    "json_group_array(CAST(accepted * 1000 AS INTEGER))",
    "json_group_array(CAST(({ended} - accepted) * 1000 AS INTEGER))",
    *(f"json_group_array({name})" for name in ("event_name", "event_id", "order_id", "client", "profile")),
    f"json_group_array(json_array(id & {ROWS_A_GROUP - 1}, attempts, status, reason, json(history)))"
    " FILTER (WHERE attempts > 0 OR reason <> '')",
)
_WHOLE = "'[' || " + " || ',' || ".join(_COLUMNS) + " || ']'"
# The columns are put together here, since each would otherwise be a text of its own on its way to the page.
OF_PENDING = (
    f"SELECT count(*), min(accepted), max(accepted), {_WHOLE.format(ended=':now')} "
    "FROM pending WHERE id IN (SELECT value FROM json_each(:ids))"
)
"""Entries of payloads that are about to leave ``pending``; takes ``now`` and ``ids``, gives one row."""
OF_DEAD = (
    f"SELECT count(*), min(accepted), max(accepted), {_WHOLE.format(ended='died')} "
    "FROM dead WHERE id IN (SELECT value FROM json_each(:ids))"
)
"""The same of dead letters; takes ``ids``."""

INSERT_PAGE = """
INSERT INTO ledger (kind, grp, first, last, count, small, size, records) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""


def of_rows(connection: sqlite3.Connection, statement: str, words: dict[str, object], kind: Kind, grp: int) -> Page:
    """The page of rows of one group, by ``OF_PENDING`` or ``OF_DEAD``; of no rows an empty one."""
    count, first, last, columns = connection.execute(statement, words).fetchone()
    return Page(kind, grp, first or 0.0, last or 0.0, count, columns.encode())


def of_lines(kind: Kind, grp: int, lines: Sequence[Line]) -> Page:
    """The page of these lines, of which there is at least one."""
    times = [line.accepted for line in lines]
    return Page(kind, grp, min(times) / 1000, max(times) / 1000, len(lines), _columns(lines))


def of_events(times: Sequence[int], *columns: Sequence[Any]) -> Page:
    """The page of events without a payload: arrivals in milliseconds, names, ids, orders, clients, profiles."""
    nothing = [0] * len(times)
    data = _encoder.encode([nothing, times, nothing, *columns, []])
    return Page("events", 0, min(times) / 1000, max(times) / 1000, len(times), data)


def write(connection: sqlite3.Connection, page: Page, *, folded: bool = False) -> None:
    """Append a page to the ledger; ``folded`` says that it was made of small ones."""
    data = page.data
    small = page.entries < SMALL and not folded
    if not small:
        data = zlib.compress(data, _SMALLEST if folded else _FAST)
    words = (page.kind, page.grp, page.first, page.last, page.entries, int(small), len(data), data)
    connection.execute(INSERT_PAGE, words)


def replace(connection: sqlite3.Connection, number: int, lines: Sequence[Line]) -> None:
    """Write the entries of a page anew in its place; their times stay."""
    data = zlib.compress(_columns(lines), _SMALLEST)
    statement = "UPDATE ledger SET small = 0, size = ?, records = ? WHERE id = ?"
    connection.execute(statement, (len(data), data, number))


def opened(records: bytes) -> bytes:
    """The JSON of a page as it is kept. Raises ``zlib.error``."""
    return records if records[:1] == b"[" else zlib.decompress(records)


def lines(data: bytes) -> Iterator[Line]:
    """The entries of a page's JSON. Raises ``ValueError`` when it is none."""
    columns = _decoder.decode(data)
    if len(columns) != len(_COLUMNS):
        raise ValueError("not so many columns")
    # A group's payloads are told apart by their order; entries without a payload have none, and were never tried.
    tried = {told[0]: Try(*told[1:]) for told in columns[8]}
    for values in zip(*columns[:8], strict=True):
        order, accepted, took, name, event_id, order_id, client, profile = values
        yield Line(order, accepted, took, name, event_id, order_id, client, profile, tried.get(order))


def folded(pages: Iterable[Page]) -> Iterator[Page]:
    """Pages of the same kind and group put together, in the order of their first."""
    together: dict[tuple[Kind, int], list[Page]] = {}
    for page in pages:
        together.setdefault((page.kind, page.grp), []).append(page)
    for (kind, grp), parts in together.items():
        same = zip(*(_decoder.decode(one.data) for one in parts), strict=True)
        columns = [list(chain.from_iterable(each)) for each in same]
        first, last = min(one.first for one in parts), max(one.last for one in parts)
        yield Page(kind, grp, first, last, sum(one.entries for one in parts), _encoder.encode(columns))


def _columns(lines: Sequence[Line]) -> bytes:
    columns: list[Sequence[Any]] = [[line[place] for line in lines] for place in range(8)]
    columns.append([(line.order, *line.tried) for line in lines if line.tried is not None])
    return _encoder.encode(columns)
