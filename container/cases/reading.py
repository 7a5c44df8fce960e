"""Reading: the cases under ``tests:`` and in files beside the configuration, and every problem they have."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from container.cases.case import Case
from container.cases.checks import Checks
from container.cases.faults import Faults
from container.cases.given import Givens
from container.component import Client
from container.config.case import CASE, EXPECTED
from container.config.compose import Composer
from container.config.load import Loaded
from container.moment import moment
from container.node import Node
from container.problem import Problem, nearest

_NEEDED = {"given": "write the hit under given:", "expect": "write what must come of it under expect:"}
FOLDER = Path("tests") / "examples"
"""Where further files of cases stand, beside the configuration."""


def read_cases(loaded: Loaded) -> tuple[list[Case], list[Problem]]:
    """The cases of a configuration: its ``tests:`` section and ``tests/examples/*.yaml`` beside it.

    Every problem of theirs is reported, also when the configuration itself is wrong; the cases of one that is cannot
    be run.
    """
    reading = Reading(loaded)
    return reading.cases, reading.problems


class Reading:
    """One run over the tests of a configuration: ``cases``, ``problems``, and the ``files`` they came from.

    Which clients and tags there are is not known where a fault of the configuration hides them: one fault of its own
    must not make one of every case.
    """

    def __init__(self, loaded: Loaded) -> None:
        top = loaded.top.items if loaded.top is not None else {}
        sound = loaded.configuration is not None
        names, tags = _names(top.get("clients")), _names(top.get("tags"))
        clients: Mapping[str, Client | None] | None = dict.fromkeys(names) if names or sound else None
        if loaded.configuration is not None:
            clients, tags = loaded.configuration.clients, tuple(loaded.configuration.tags)
        self.cases: list[Case] = []
        self._faults = Faults()
        self._givens = Givens(self._faults, clients)
        self._checks = Checks(self._faults, tags if tags or sound else None, clients)
        self._examples: list[Path] = []
        if "tests" in top:
            self._section(top["tests"])
        if loaded.folder is not None:
            for path in sorted((loaded.folder / FOLDER).glob("*.yaml")):
                self._file(path)
        self.problems = sorted(self._faults.problems)

    @property
    def files(self) -> list[Path]:
        """The files beside the configuration that hold cases or hits."""
        return [*self._examples, *self._givens.files]

    def _file(self, path: Path) -> None:
        """One file of cases."""
        self._examples.append(path)
        composer = Composer({})
        top = composer.read(path)
        self._faults.problems += composer.problems
        if top is None or top.missing:
            return
        if set(top.items) == {"tests"}:
            self._section(top.items["tests"])
        elif not composer.problems:  # what could be read of a broken file may lack its first line
            self._faults.problem(top, "a file of tests holds one section, tests:", "write tests: above the cases")

    def _section(self, node: Node) -> None:
        """The cases of one ``tests:``."""
        if node.kind != "mapping":
            if node.kind == "list" or node.value is not None:
                self._faults.problem(node, "tests are cases by name", "write a name, a colon, given: and expect:")
            return
        for name, body in node.items.items():
            before = len(self._faults.problems)
            case = self._case(name, body, node.keys[name])
            if case is not None and len(self._faults.problems) == before:
                self.cases.append(case)

    def _case(self, name: str, body: Node, key: Node) -> Case | None:
        if body.kind != "mapping":
            self._faults.problem(key, "a test needs given: and expect:", "write the hit under given:")
            return None
        self._faults.mapping(body, CASE)
        meant = {nearest(word, CASE) for word in body.items}  # a word written almost right was told with the right one
        for word, hint in _NEEDED.items():
            if word not in meant:
                self._faults.problem(key, f"the test has no {word}:", hint)
        given, expect = body.items.get("given"), body.items.get("expect")
        sound = expect is not None and self._faults.mapping(expect, EXPECTED)
        if expect is not None and sound:
            self._checks.check(expect)
        hit = None if given is None else self._givens.hit(given)
        at = self._at(body.items.get("at"))
        if hit is None or at is None or expect is None or not sound:
            return None
        return Case(name, key.file, key.line, at, replace(hit, id=name), expect.items)

    def _at(self, node: Node | None) -> float | None:
        if node is None:
            return time.time()
        found = moment(node.raw) if node.kind == "scalar" else None
        if found is None:
            said = f"'{node.raw}'" if node.kind == "scalar" else node.noun
            self._faults.problem(node, f"{said} is not a time", "write 2026-03-01T12:00:00Z")
        return found


def _names(section: Node | None) -> tuple[str, ...]:
    return () if section is None else tuple(section.items)
