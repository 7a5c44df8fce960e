"""The case: a hit at a moment and what must come of it, and what came when it was routed."""

from __future__ import annotations

from dataclasses import dataclass, field

from container.cases.expected import Difference, compare
from container.config.document import Configuration
from container.hit import Hit
from container.node import Node
from container.runtime import route
from container.trace import Trace


@dataclass(slots=True)
class Case:
    """One test: a hit at a moment (unix seconds), and what must come of it."""

    name: str
    file: str
    line: int
    at: float
    hit: Hit
    expect: dict[str, Node]


@dataclass(slots=True)
class Result:
    """What came of a case; it passed when there is no difference. ``seconds`` is how long it took, if measured."""

    case: Case
    differences: list[Difference] = field(default_factory=list)
    trace: Trace | None = None
    seconds: float = 0.0


def run_case(case: Case, configuration: Configuration) -> Result:
    """Route the case's hit and compare what came of it with what was expected."""
    routed = route(case.hit, configuration, case.at, explain=True)
    return Result(case, list(compare(case.expect, routed)), routed.trace)
