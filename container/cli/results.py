"""Results: tests and their coverage as a person reads them, on a terminal of any width and in a pipe."""

from __future__ import annotations

from textwrap import wrap

from rich.console import Console
from rich.text import Text

from container.cases.case import Result
from container.cases.coverage import Coverage, Point
from container.cases.expected import Difference
from container.cases.rows import MARK, TITLES, WIDTH, Row, column_of, folded, rows
from container.cli.common import shown

WIDEST = 160
INDENT = "    "


def print_result(result: Result, console: Console) -> None:
    """One test: whether it passed, and each expectation it did not meet, both sides beside one another."""
    passed = not result.differences
    mark = ("✓ ", "green") if passed else ("✗ ", "red")
    console.print(Text.assemble(mark, shown(result.case.name)))
    width = min(console.width, WIDEST) if console.is_terminal else WIDTH
    for one in result.differences:
        place = f"  {one.file}:{one.line}: "
        for line in (*_about(place, shown(one.text), width), *_sides(one, width)):
            console.print(line)


def _about(place: str, text: str, width: int) -> list[Text]:
    """The place, which editors jump to, and behind it what is wrong, going on below."""
    room = " " * min(len(place), width // 2)
    first, *others = wrap(
        text, width, initial_indent=room, subsequent_indent=INDENT, break_on_hyphens=False, break_long_words=False
    )
    return [Text.assemble((place, "dim"), first[len(room) :]), *map(Text, others)]


def _sides(one: Difference, width: int) -> list[Text]:
    column = column_of(width - len(INDENT))
    left, right = TITLES
    found = [Text(f"{INDENT}  {left:<{column}}  {right}", "bold")]
    for row in rows(one.expected, one.received, exactly=one.exactly):
        found += _row(row, column)
    return found


def _row(row: Row, column: int) -> list[Text]:
    clean = Row(shown(row.left), shown(row.right), row.differs, row.aside)
    styles = ("green", "red") if row.differs else ("dim", "dim") if row.aside else ("", "")
    lines = []
    for left, right in folded(clean, column):
        line = Text.assemble(
            INDENT,
            (f"{MARK} ", "bold red") if row.differs else "  ",
            (f"{left:<{column}}", styles[0]),
            "  ",
            (right, styles[1]),
        )
        line.rstrip()
        lines.append(line)
    return lines


def print_coverage(coverage: Coverage, console: Console, fail_under: float | None) -> None:
    """What no test reached, line by line, then how much of each sort was reached."""
    missed = _merged(coverage.missed())
    if missed:
        console.print(Text("no test reached", "bold"))
    for one in missed:
        place = (f"  {one.file}:{one.line}: ", "dim")
        console.print(Text.assemble(place, f"{one.sort} ", (one.name, "bold"), (f" {one.missing}", "yellow")))
    parts = [f"{sort}s {reached}/{total}" for sort, (reached, total) in coverage.counts().items()]
    enough = fail_under is None or coverage.percent >= fail_under
    colour = "red" if not enough else "green" if not missed else "yellow"
    percent = (f"coverage {rounded(coverage.percent)} %", colour)
    console.print(Text.assemble(percent, f": {', '.join(parts)}" if parts else ""))
    if not enough:
        console.print(Text(f"that is less than the {fail_under:g} % asked for with --fail-under", "red"))


def rounded(percent: float) -> str:
    """One digit after the point, never rounded up to 100."""
    return f"{int(percent * 10) / 10:g}"


def _merged(points: list[Point]) -> list[Point]:
    """A condition no test asked at all stands on one line, not once for each of its sides."""
    found: list[Point] = []
    for one in points:
        before = found[-1] if found else None
        same = before is not None and (before.sort, before.name, before.line) == (one.sort, one.name, one.line)
        asked = one.missing.removesuffix(" is never false")
        if same and before is not None and asked != one.missing and before.missing == f"{asked} is never true":
            found[-1] = Point(one.sort, one.name, f"{asked} is never asked", one.file, one.line)
        else:
            found.append(one)
    return found
