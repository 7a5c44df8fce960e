"""The chart: lines over time as paths of an SVG, with what a reader who does not see them is told instead."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 600, 140
"""The drawing's own units; it is stretched to the width of the page, lines keep theirs."""

Value = float | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its name, its path and that of its values that stand alone, its values, the newest known of them.

    ``said`` is the value the legend says, and ``of`` what it is of: the whole time, or its end.
    """

    name: str
    path: str
    dots: str
    values: Sequence[Value]
    last: Value
    said: Value
    of: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over the same moments (unix seconds). ``ticks`` are the values beside the drawing, the largest first;
    ``unit`` says how values are written: ``share``, ``count``, ``rate`` or ``seconds``; ``goal`` is a value's height.
    """

    title: str
    told: str
    times: Sequence[float]
    lines: Sequence[Line]
    ticks: Sequence[float]
    unit: str
    goal: float | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is known of any moment."""
        return all(one.last is None for one in self.lines)

    @property
    def rows(self) -> list[tuple[float, list[Value]]]:
        """The moments of which anything is known, newest first, with each line's value."""
        found = [(time, [one.values[place] for one in self.lines]) for place, time in enumerate(self.times)]
        return [row for row in reversed(found) if any(value is not None for value in row[1])]


def line_chart(
    title: str,
    times: Sequence[float],
    values: Mapping[str, Sequence[Value]],
    unit: str,
    goal: float | None = None,
    whole: Mapping[str, Value] | None = None,
) -> Chart:
    """The chart of some values over the same moments; None leaves a gap in a line.

    ``whole`` has each line's value over all of the time, where that is known: for shares, which cannot be worked out
    from those of the moments. A rate is said as its average, what waits as it was last.
    """
    known = [value for several in values.values() for value in several if value is not None]
    top = 1.0 if unit == "share" else _round_up(max(known, default=0.0), unit)
    lines = [
        Line(name, *_paths(several, top), several, _last(several), *_legend(name, several, unit, whole))
        for name, several in values.items()
    ]
    height = None if goal is None else _y(goal, top)
    return Chart(title, _told(lines, unit), times, lines, (top, top / 2, 0.0), unit, height)


def written(value: Value, unit: str) -> str:
    """A value for people."""
    if value is None:
        return "-"
    if unit == "share":
        return f"{100 * value:.0f} %"
    if unit == "seconds":
        return duration(value)
    if unit == "rate":
        return f"{value:.1f}" if value < 10 and value % 1 else f"{value:,.0f}"
    return f"{value:,.0f}"


def duration(seconds: float) -> str:
    """A length of time in its largest unit: 12 s, 5 min, 3 h, 2 d."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            whole = seconds / size
            return f"{whole:.1f} {unit}" if whole < 10 and whole % 1 >= 0.05 else f"{whole:.0f} {unit}"
    return f"{seconds:.0f} s"


def _told(lines: Sequence[Line], unit: str) -> str:
    """Each line in words: what the legend says and the range of all."""
    said = []
    for one in lines:
        known = [value for value in one.values if value is not None]
        if known:
            low, high = written(min(known), unit), written(max(known), unit)
            said.append(f"{one.name}: {written(one.said, unit)} {one.of}, between {low} and {high}")
        else:
            said.append(f"{one.name}: nothing known")
    return "; ".join(said)


def _legend(name: str, values: Sequence[Value], unit: str, whole: Mapping[str, Value] | None) -> tuple[Value, str]:
    """What a legend says of a line, and what that is of."""
    known = [value for value in values if value is not None]
    if whole is not None:
        return whole.get(name), "over this time"
    if unit == "rate" and known:
        return sum(known) / len(known), "on average"
    return _last(values), "at last" if values and values[-1] is None else "now"


def _last(values: Sequence[Value]) -> Value:
    return next((value for value in reversed(values) if value is not None), None)


def _paths(values: Sequence[Value], top: float) -> tuple[str, str]:
    """The path of a line, and that of its dots: the round ends of lines of no length."""
    step = WIDTH / max(len(values) - 1, 1)
    line: list[str] = []
    dots: list[str] = []
    for place, value in enumerate(values):
        if value is None:
            continue
        point = f"{place * step:.1f} {_y(value, top):.1f}"
        goes_on = place > 0 and values[place - 1] is not None
        if not goes_on and (place + 1 == len(values) or values[place + 1] is None):
            dots.append(f"M{point}h.01")
        else:
            line.append(f"{'L' if goes_on else 'M'}{point}")
    return "".join(line), "".join(dots)


def _y(value: float, top: float) -> float:
    return HEIGHT - HEIGHT * min(max(value / top, 0.0), 1.0)


def _round_up(value: float, unit: str) -> float:
    """The next number that is easy to read, so that the scale changes seldom."""
    if value <= 0:
        return 60.0 if unit == "seconds" else 10.0
    if unit == "seconds":
        steps = [60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400, 172800]
        found = next((one for one in steps if one >= value), None)
        return float(found if found is not None else 86400 * math.ceil(value / 86400))
    size = 10.0 ** math.floor(math.log10(value))
    return max(next((part * size for part in (1, 2, 4, 5, 10) if part * size >= value), 20 * size), 10.0)
