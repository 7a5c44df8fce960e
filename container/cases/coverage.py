"""Coverage: which parts of a configuration its tests reached, told by what stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from container.component import Condition, Transformation, Variable
from container.config.document import Configuration, Trigger
from container.context import Context
from container.event import Event
from container.node import Node
from container.trace import Trace

SORTS = ("client", "variable", "trigger", "transformation", "tag")


@dataclass(slots=True)
class Point:
    """One thing a test can reach, and in words what is so as long as none does."""

    sort: str
    name: str
    missing: str
    file: str
    line: int
    reached: bool = False

    def to_json(self) -> dict[str, Any]:
        """The shape of ``tagdock test --coverage --json``."""
        return {"sort": self.sort, "name": self.name, "missing": self.missing, "file": self.file, "line": self.line}


class Coverage:
    """Watches a configuration while its tests run.

    Conditions, variables and transformations are put into a cover in their places, so that routing itself is as it is
    for traffic; the configuration serves nothing but this run of tests. What tags did is read from the traces.
    """

    def __init__(self, configuration: Configuration, top: Node | None) -> None:
        self.points: list[Point] = []
        self._top = top
        self._file = configuration.file
        self._clients = {name: self._point("client", name, "takes no hit") for name in configuration.clients}
        for name, variable in configuration.variables.items():
            configuration.variables[name] = _Read(variable, self._point("variable", name, "is never asked for"))
        for trigger in configuration.triggers.values():
            node = self._entry("triggers", trigger.name)
            self._conditions(trigger, trigger.name, "", node.items if node is not None else {})
        own = [change for binding in configuration.bindings for change in binding.changes]
        for change in {id(one): one for one in (*configuration.changes, *own)}.values():
            point = self._point("transformation", change.name, "is never applied")
            change.transformation = _Applied(change.transformation, point)
        self._fired: dict[str, Point] = {}
        self._refused: dict[tuple[str, str], Point] = {}
        for binding in configuration.bindings:
            self._fired[binding.name] = self._point("tag", binding.name, "never fires")
            binding.blocked_by = tuple(
                _Blocking(one, self._point("tag", binding.name, f"is never blocked by {one.name}"))
                for one in binding.blocked_by
            )
            for purpose in binding.needs_consent:
                point = self._point("tag", binding.name, f"never lacks {purpose}")
                self._refused[binding.name, purpose] = point

    def see(self, trace: Trace) -> None:
        """Take in what became of a test's hit."""
        if trace.client in self._clients:
            self._clients[trace.client].reached = True
        for event in trace.events:
            for tag in event.tags:
                if tag.outcome == "fired":
                    self._fired[tag.tag].reached = True
                elif tag.outcome == "no_consent":
                    # The reason begins with the purpose that was refused.
                    point = self._refused.get((tag.tag, tag.reason.partition(" ")[0]))
                    if point is not None:
                        point.reached = True

    @property
    def percent(self) -> float:
        """How much was reached, of 100; all of nothing."""
        return 100.0 * sum(one.reached for one in self.points) / len(self.points) if self.points else 100.0

    def missed(self) -> list[Point]:
        """What no test reached, in the order of the file."""
        return [one for one in self.points if not one.reached]

    def counts(self) -> dict[str, tuple[int, int]]:
        """For each sort, how many points were reached and how many there are."""
        sorts = {sort: [one for one in self.points if one.sort == sort] for sort in SORTS}
        return {sort: (sum(one.reached for one in ones), len(ones)) for sort, ones in sorts.items() if ones}

    def to_json(self) -> dict[str, Any]:
        """The shape of ``tagdock test --coverage --json``."""
        return {
            "percent": round(self.percent, 1),
            "reached": len(self.points) - len(self.missed()),
            "total": len(self.points),
            "sorts": {sort: {"reached": here, "total": total} for sort, (here, total) in self.counts().items()},
            "missed": [one.to_json() for one in self.missed()],
        }

    def _conditions(self, trigger: Trigger, name: str, way: str, written: dict[str, Node]) -> None:
        """Cover the conditions of a trigger, and of triggers written out inside them, such as those of any_of."""
        words = [*written, *(one.type for one in trigger.conditions[len(written) :])]
        for place, (word, condition) in enumerate(zip(words, list(trigger.conditions), strict=False)):
            for number, inner in enumerate(_inside(condition)):
                self._conditions(inner, name, f"{way}{word}[{number}].", {})
            at = written.get(word)
            sides = [self._point("trigger", name, f"{way}{word} is never {side}", at) for side in ("true", "false")]
            trigger.conditions[place] = _Asked(condition, *sides)

    def _point(self, sort: str, name: str, missing: str, at: Node | None = None) -> Point:
        if at is None:
            section = self._top.items.get(f"{sort}s") if self._top is not None else None
            at = section.keys.get(name) if section is not None else None
        point = Point(sort, name, missing, at.file if at else self._file, at.line if at else 1)
        self.points.append(point)
        return point

    def _entry(self, section: str, name: str) -> Node | None:
        found = self._top.items.get(section) if self._top is not None else None
        return found.items.get(name) if found is not None else None


def _inside(condition: Condition) -> Iterator[Trigger]:
    """The triggers written out among a condition's options, which have no name of their own."""
    for value in [getattr(condition, name, None) for name in condition.options]:
        for one in value if isinstance(value, list | tuple) else [value]:
            if isinstance(one, Trigger) and not one.name:
                yield one


class _Asked(Condition):
    """A condition that tells which way it went."""

    def __init__(self, inner: Condition, true: Point, false: Point) -> None:
        self._inner, self._true, self._false = inner, true, false

    def holds(self, context: Context) -> bool:
        held = self._inner.holds(context)
        (self._true if held else self._false).reached = True
        return held

    def why(self, context: Context) -> str:
        return self._inner.why(context)

    def event_names(self) -> frozenset[str] | None:
        return self._inner.event_names()


class _Read(Variable):
    """A variable that tells that it was asked for."""

    def __init__(self, inner: Variable, point: Point) -> None:
        self._inner, self._point = inner, point
        self.known_as = getattr(inner, "known_as", "")

    def read(self, context: Context) -> Any:
        self._point.reached = True
        return self._inner.read(context)


class _Applied(Transformation):
    """A transformation that tells that an event went through it."""

    def __init__(self, inner: Transformation, point: Point) -> None:
        self._inner, self._point = inner, point

    def apply(self, context: Context) -> Event:
        self._point.reached = True
        return self._inner.apply(context)


class _Blocking(Trigger):
    """A trigger that tells that it kept one tag from firing; it is asked only when the tag would fire."""

    def __init__(self, trigger: Trigger, point: Point) -> None:
        super().__init__(trigger.name, trigger.conditions)
        self._point = point

    def holds(self, context: Context) -> bool:
        held = Trigger.holds(self, context)
        if held:
            self._point.reached = True
        return held
