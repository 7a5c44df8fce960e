"""The cases: tests of a configuration, written in YAML beside it, and what they find."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from container.config.compose import Composer
from container.config.document import Configuration
from container.hit import Hit
from container.hit_file import HitFileError, hit_from
from container.node import Node
from container.problem import Problem, suggestion
from container.runtime import route
from container.trace import TagTrace, Trace

GIVEN = ("client", "method", "path", "query", "headers", "cookies", "body", "ip")
EXPECTED = ("fired", "skipped", "sends", "sends_exactly", "consent", "response")


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
class Difference:
    """One expectation that was not met, with the place it was written at."""

    file: str
    line: int
    text: str
    expected: Any
    received: Any


@dataclass(slots=True)
class Result:
    """What came of a case; it passed when there is no difference."""

    case: Case
    differences: list[Difference] = field(default_factory=list)
    trace: Trace | None = None


def read_cases(configuration: Configuration) -> tuple[list[Case], list[Problem]]:
    """The cases of a configuration: its ``tests:`` section and ``tests/examples/*.yaml`` beside it."""
    cases: list[Case] = []
    problems: list[Problem] = []
    if configuration.tests is not None:
        cases += _section(configuration.tests, configuration, problems)
    folder = Path(configuration.file).parent / "tests" / "examples"
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        composer = Composer({})
        top = composer.read(path)
        problems += composer.problems
        if top is None:
            continue
        if set(top.items) != {"tests"}:
            text = "a file of tests holds one section, tests:"
            problems.append(Problem(str(path), top.line, top.column, "", "test", text, "write tests: above the cases"))
            continue
        cases += _section(top.items["tests"], configuration, problems)
    return cases, problems


def run_case(case: Case, configuration: Configuration) -> Result:
    """Route the case's hit and compare what came of it with what was expected."""
    trace = route(case.hit, configuration, case.at, explain=True).trace
    assert trace is not None
    result = Result(case, trace=trace)
    for word, node in case.expect.items():
        result.differences += _COMPARE[word](node, trace)
    return result


def _section(node: Node, configuration: Configuration, problems: list[Problem]) -> Iterator[Case]:
    if node.kind != "mapping":
        if node.value is not None:
            problems.append(_problem(node, "tests are cases by name", "write a name, a colon, given: and expect:"))
        return
    for name, body in node.items.items():
        before = len(problems)
        case = _case(name, body, node.keys[name], configuration, problems)
        if case is not None and len(problems) == before:
            yield case


def _case(name: str, body: Node, key: Node, configuration: Configuration, problems: list[Problem]) -> Case | None:
    if body.kind != "mapping" or "given" not in body.items or "expect" not in body.items:
        problems.append(_problem(key, "a test needs given: and expect:", "write the hit under given:"))
        return None
    _known(body, ("at", "given", "expect"), problems)
    given, expect = body.items["given"], body.items["expect"]
    for node, known in ((given, GIVEN), (expect, EXPECTED)):
        if node.kind != "mapping":
            problems.append(_problem(node, f"expected a mapping, found {node.noun}", f"known: {', '.join(known)}"))
            return None
        _known(node, known, problems)
    for word in ("skipped", "sends", "sends_exactly"):
        if word in expect.items:
            _known(expect.items[word], tuple(configuration.tags), problems)
    hit = _hit(given, configuration, problems)
    at = _at(body.items.get("at"), problems)
    if hit is None or at is None:
        return None
    hit.id = name
    return Case(name, key.file, key.line, at, hit, expect.items)


def _hit(given: Node, configuration: Configuration, problems: list[Problem]) -> Hit | None:
    fields = given.plain()
    name = fields.pop("client", None)
    if name is not None and "path" not in fields:
        client = configuration.clients.get(str(name))
        if client is None:
            hint = suggestion(str(name), configuration.clients)
            problems.append(_problem(given.items["client"], f"there is no client '{name}'", hint))
            return None
        fields["path"] = next(iter(client.paths()), "/")
    try:
        return hit_from(fields)
    except HitFileError as error:
        problems.append(_problem(given, str(error), "write it as a mapping"))
        return None


def _at(node: Node | None, problems: list[Problem]) -> float | None:
    if node is None:
        return datetime.now(UTC).timestamp()
    try:
        found = datetime.fromisoformat(node.raw)
    except ValueError:
        problems.append(_problem(node, f"'{node.raw}' is not a time", "write 2026-03-01T12:00:00Z"))
        return None
    return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).timestamp()


def _known(node: Node, words: tuple[str, ...], problems: list[Problem]) -> None:
    for word in node.items:
        if word not in words:
            problems.append(_problem(node.keys[word], f"'{word}' is not known here", suggestion(word, words)))


def _problem(node: Node, text: str, hint: str) -> Problem:
    return Problem(node.file, node.line, node.column, node.path, "test", text, hint)


def _tags(trace: Trace) -> dict[str, list[TagTrace]]:
    found: dict[str, list[TagTrace]] = {}
    for event in trace.events:
        for tag in event.tags:
            found.setdefault(tag.tag, []).append(tag)
    return found


def _fired(node: Node, trace: Trace) -> list[Difference]:
    wanted = sorted(_words(node))
    fired = sorted(name for name, ones in _tags(trace).items() if any(one.outcome == "fired" for one in ones))
    if wanted == fired:
        return []
    whys = [
        f"{name}: {one.outcome}, {one.reason}"
        for name, ones in _tags(trace).items()
        for one in ones
        if (name in wanted) != (one.outcome == "fired")
    ]
    if trace.client is None:
        whys = ["no client claims the hit"]
    elif not trace.events:
        whys = ["the hit holds no event", *trace.problems]
    return [Difference(node.file, node.line, "; ".join(["fired", *whys]), wanted, fired)]


def _skipped(node: Node, trace: Trace) -> list[Difference]:
    tags = _tags(trace)
    found = []
    for name, inner in node.items.items():
        wanted = inner.raw
        for one in tags.get(name, [TagTrace(name, "", "absent", "the hit holds no event")]):
            said = f"{one.outcome}: {one.reason}"
            if one.outcome == "fired" or wanted not in said:
                found.append(Difference(inner.file, inner.line, f"skipped {name}", wanted, said))
    return found


def _sends(node: Node, trace: Trace, *, exactly: bool = False) -> list[Difference]:
    tags = _tags(trace)
    found = []
    for name, inner in node.items.items():
        wanted = inner.plain()
        sent = [_plain(one.payload) for one in tags.get(name, []) if one.payload is not None]
        every = wanted if isinstance(wanted, list) else [wanted]
        for one in every:
            if not any((one == body) if exactly else _holds(one, body) for body in sent):
                received = sent[0] if len(sent) == 1 else sent
                word = "sends_exactly" if exactly else "sends"
                found.append(Difference(inner.file, inner.line, f"{word} {name}", one, received))
    return found


def _consent(node: Node, trace: Trace) -> list[Difference]:
    wanted = node.plain()
    received = [dict(event.consent) for event in trace.events]
    return [
        Difference(node.file, node.line, "consent", wanted, state) for state in received if not _holds(wanted, state)
    ]


def _response(node: Node, trace: Trace) -> list[Difference]:
    wanted, received = node.plain(), {"status": trace.status}
    if not isinstance(wanted, dict):
        wanted = {"status": wanted}
    return [] if _holds(wanted, received) else [Difference(node.file, node.line, "response", wanted, received)]


_COMPARE = {
    "fired": _fired,
    "skipped": _skipped,
    "sends": _sends,
    "sends_exactly": lambda node, trace: _sends(node, trace, exactly=True),
    "consent": _consent,
    "response": _response,
}


def _words(node: Node) -> list[str]:
    if node.kind == "list":
        return [one.raw for one in node.elements]
    return [node.raw] if node.raw else []


def _plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def _holds(wanted: Any, received: Any) -> bool:
    """Whether everything wanted is there; mappings may hold more, lists may not."""
    if isinstance(wanted, dict):
        return isinstance(received, dict) and all(
            key in received and _holds(inner, received[key]) for key, inner in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(received, list)
            and len(wanted) == len(received)
            and all(_holds(one, other) for one, other in zip(wanted, received, strict=True))
        )
    return bool(wanted == received) and isinstance(wanted, bool) == isinstance(received, bool)
