"""docs/errors.md: every stable kind of problem is in it, with an example that says what lint says."""

from __future__ import annotations

import ast
import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from container.cases import read_cases
from container.cli.common import print_problems
from container.config.load import load, load_text
from container.problem import KINDS, Problem

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "errors.md").read_text()
SECTIONS = dict(re.findall(r"^## `(\w+)`\n\n(.*?)(?=^## |\Z)", PAGE, re.S | re.M))
WHERE = {"problem": 1, "warning": 1, "Problem": 4, "fault": 3, "Complaint": 3, "SourceError": 0}
"""The place of the kind among the arguments of what reports a problem."""
OF_FILES = {"file", "include", "component", "version", "internal"}
"""Kinds whose examples need more than a text, or change with the vendor's versions."""


def test_every_kind_has_a_section_with_its_meaning_in_the_order_of_the_list() -> None:
    assert list(SECTIONS) == list(KINDS)
    assert [kind for kind, meaning in KINDS.items() if not SECTIONS[kind].startswith(meaning)] == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in OF_FILES])
def test_the_example_of_a_kind_says_what_lint_says(kind: str) -> None:
    text, shown = re.findall(r"^```(?:yaml)?\n(.*?)^```", SECTIONS[kind], re.S | re.M)
    loaded = load_text(text)
    problems = sorted([*loaded.problems, *read_cases(loaded)[1]])
    assert kind in {one.kind for one in problems}
    assert shown.splitlines() == printed(problems)


def printed(problems: list[Problem]) -> list[str]:
    """The lines that the commands print."""
    told = io.StringIO()
    print_problems(problems, Console(file=told, width=500, highlight=False))
    return told.getvalue().splitlines()


def test_the_example_of_a_component_says_what_lint_says(tmp_path: Path) -> None:
    (tmp_path / "variables").mkdir()
    (tmp_path / "variables" / "shout.py").write_text('"""Shouts."""\n\n\ndef (\n')
    (tmp_path / "config.yaml").write_text("clients: { browser: ga4 }\n")
    (line,) = printed(load(tmp_path / "config.yaml", {}).problems)
    assert f"```\n{line.removeprefix(f'{tmp_path}/')}\n```" in SECTIONS["component"]


def kinds_in(path: Path) -> set[str]:
    """The kinds written out in a file of the program."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = node.args[WHERE[name]] if name in WHERE and len(node.args) > WHERE[name] else None
        named = [one.value for one in node.keywords if one.arg == "kind"] if name in WHERE else []
        for value in [given, *named]:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found.add(value.value)
    return found


@pytest.mark.parametrize("folder", ["container/config", "container/kinds", "tags", "triggers", "variables"])
def test_no_kind_is_used_that_is_not_in_the_list(folder: str) -> None:
    used = {kind for path in (ROOT / folder).rglob("*.py") for kind in kinds_in(path)}
    assert used - KINDS.keys() == set()


def test_the_whole_program_uses_most_kinds_of_the_list() -> None:
    used = {kind for path in (ROOT / "container").rglob("*.py") for kind in kinds_in(path)}
    assert KINDS.keys() - used <= {"version", "include", "jsonpath", "regex", "test"}


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert links
    for link in links:
        file, _, anchor = link.partition("#")
        page = (ROOT / "docs" / file).read_text()
        titles = [
            re.sub(r"[^\w -]", "", one).strip().lower().replace(" ", "-") for one in re.findall(r"^#+ (.*)", page, re.M)
        ]
        assert not anchor or anchor in titles, link
