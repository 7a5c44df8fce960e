"""The cases: tests of a configuration, written in YAML beside it, and what they find."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from container.component import Client
from container.config.compose import Composer
from container.config.document import Configuration
from container.config.load import Loaded
from container.event import CONSENT_PURPOSES
from container.expected import Difference, compare
from container.hit import Hit
from container.hit_file import HitFileError, hit_from
from container.moment import moment
from container.node import Node
from container.problem import Problem, suggestion
from container.runtime import route
from container.trace import Trace

GIVEN = ("client", "method", "path", "query", "headers", "cookies", "body", "ip")
EXPECTED = ("fired", "skipped", "sends", "sends_exactly", "consent", "response")
FOLDER = Path("tests") / "examples"
"""Where further files of cases stand, beside the configuration."""


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
    """What came of a case; it passed when there is no difference."""

    case: Case
    differences: list[Difference] = field(default_factory=list)
    trace: Trace | None = None


def read_cases(loaded: Loaded) -> tuple[list[Case], list[Problem]]:
    """The cases of a configuration: its ``tests:`` section and ``tests/examples/*.yaml`` beside it.

    Every problem of theirs is reported, also when the configuration itself is wrong; the cases of one that is cannot
    be run.
    """
    reading = _Reading(loaded)
    if loaded.top is not None and "tests" in loaded.top.items:
        reading.section(loaded.top.items["tests"])
    for path in sorted((loaded.folder / FOLDER).glob("*.yaml")) if loaded.folder is not None else ():
        composer = Composer({})
        top = composer.read(path)
        reading.problems += composer.problems
        if top is None:
            continue
        if set(top.items) == {"tests"}:
            reading.section(top.items["tests"])
        elif not top.missing:
            reading.problem(top, "a file of tests holds one section, tests:", "write tests: above the cases")
    return reading.cases, sorted(reading.problems)


def run_case(case: Case, configuration: Configuration) -> Result:
    """Route the case's hit and compare what came of it with what was expected."""
    trace = route(case.hit, configuration, case.at, explain=True).trace
    assert trace is not None
    return Result(case, list(compare(case.expect, trace)), trace)


class _Reading:
    """One run over the tests of a configuration.

    ``clients`` and ``tags`` are None where a fault of the configuration hides which there are: one fault of its own
    must not make one of every case.
    """

    def __init__(self, loaded: Loaded) -> None:
        top = loaded.top.items if loaded.top is not None else {}
        sound = loaded.configuration is not None
        clients, tags = _names(top.get("clients")), _names(top.get("tags"))
        self.clients: Mapping[str, Client | None] | None = dict.fromkeys(clients) if clients or sound else None
        if loaded.configuration is not None:
            self.clients = loaded.configuration.clients
        self.tags = tags if tags or sound else None
        self.cases: list[Case] = []
        self.problems: list[Problem] = []

    def problem(self, node: Node, text: str, hint: str) -> None:
        self.problems.append(Problem(node.file, node.line, node.column, node.path, "test", text, hint))

    def section(self, node: Node) -> None:
        """The cases of one ``tests:``."""
        if node.kind != "mapping":
            if node.value is not None:
                self.problem(node, "tests are cases by name", "write a name, a colon, given: and expect:")
            return
        for name, body in node.items.items():
            before = len(self.problems)
            case = self._case(name, body, node.keys[name])
            if case is not None and len(self.problems) == before:
                self.cases.append(case)

    def _case(self, name: str, body: Node, key: Node) -> Case | None:
        if body.kind != "mapping" or "given" not in body.items or "expect" not in body.items:
            self.problem(key, "a test needs given: and expect:", "write the hit under given:")
            return None
        self._known(body, ("at", "given", "expect"))
        given, expect = body.items["given"], body.items["expect"]
        if not self._mapping(given, GIVEN) or not self._mapping(expect, EXPECTED):
            return None
        for word, inner in expect.items.items():
            self._expectation(word, inner)
        hit = self._hit(given)
        at = self._at(body.items.get("at"))
        if hit is None or at is None:
            return None
        hit.id = name
        return Case(name, key.file, key.line, at, hit, expect.items)

    def _expectation(self, word: str, node: Node) -> None:
        if word == "fired":
            for one in node.elements if node.kind == "list" else [node]:
                if one.kind != "scalar" or one.value is None:
                    self.problem(one, f"expected the name of a tag, found {one.noun}", "write fired: [name] or []")
                elif self.tags is not None and one.raw not in self.tags:
                    self.problem(one, f"there is no tag '{one.raw}'", suggestion(one.raw, self.tags))
        elif word in {"skipped", "sends", "sends_exactly"}:
            if self._mapping(node, self.tags):
                for inner in node.items.values() if word == "skipped" else ():
                    if inner.kind != "scalar" or inner.value is None:
                        self.problem(inner, f"expected the reason, found {inner.noun}", "write words of the reason")
        elif word == "consent":
            self._mapping(node, CONSENT_PURPOSES)
        elif word != "response":
            return  # reported as unknown
        elif node.kind == "mapping":
            self._mapping(node, ("status",))
        elif not isinstance(node.value, int):
            self.problem(node, f"expected a status, found {node.noun}", "write response: 200")

    def _hit(self, given: Node) -> Hit | None:
        fields = {word: _literal(node) for word, node in given.items.items() if word != "body"}
        if "body" in given.items:
            fields["body"] = given.items["body"].plain()
        name = fields.pop("client", None)
        if name is not None:
            known = self.clients
            if not isinstance(name, str) or (known is not None and name not in known):
                at = given.items["client"]
                said = f"'{at.raw}'" if at.kind == "scalar" else at.noun
                self.problem(at, f"there is no client {said}", suggestion(at.raw, known or ()))
                return None
            client = known[name] if known is not None else None
            fields.setdefault("path", next(iter(client.paths()), "/") if client is not None else "/")
        try:
            return hit_from(fields)
        except HitFileError as error:
            self.problem(given, str(error), "see docs/testing.md for what a hit may hold")
            return None

    def _at(self, node: Node | None) -> float | None:
        if node is None:
            return time.time()
        found = moment(node.raw) if node.kind == "scalar" else None
        if found is None:
            said = f"'{node.raw}'" if node.kind == "scalar" else node.noun
            self.problem(node, f"{said} is not a time", "write 2026-03-01T12:00:00Z")
        return found

    def _mapping(self, node: Node, known: tuple[str, ...] | None) -> bool:
        if node.kind != "mapping":
            hint = "write a mapping" if known is None else f"known: {', '.join(known) or 'nothing'}"
            self.problem(node, f"expected a mapping, found {node.noun}", hint)
            return False
        if known is not None:
            self._known(node, known)
        return True

    def _known(self, node: Node, words: tuple[str, ...]) -> None:
        for word in node.items:
            if word not in words:
                self.problem(node.keys[word], f"'{word}' is not known here", suggestion(word, words))


def _names(section: Node | None) -> tuple[str, ...]:
    return () if section is None else tuple(section.items)


def _literal(node: Node) -> Any:
    """A hit is text: ``1.10`` under ``query`` stays these four characters."""
    if node.kind == "mapping":
        return {key: _literal(inner) for key, inner in node.items.items()}
    if node.kind == "list":
        return [_literal(inner) for inner in node.elements]
    return None if node.value is None else node.raw
