"""Every file of tests/bad_configs holds faults; its first lines say exactly what must be reported about it."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml

from container.cases import read_cases
from container.config.load import load
from container.config.schema import json_schema
from container.problem import Problem
from container.registry import discover
from tests.config.plain import plain

FOLDER = Path(__file__).parent.parent / "bad_configs"
FILES = sorted(FOLDER.glob("*.yaml"))
SCHEMA = jsonschema.Draft7Validator(json_schema(discover()))


def problems(path: Path) -> list[Problem]:
    loaded = load(path, environ={})
    return sorted([*loaded.problems, *read_cases(loaded)[1]])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_bad_file_gets_exactly_the_messages_it_expects(path: Path) -> None:
    head = [line[2:] for line in path.read_text().splitlines() if line.startswith(("# expect: ", "# warn: "))]
    told = [f"{'warn' if one.warning else 'expect'}: {str(one).removeprefix(f'{path}:')}" for one in problems(path)]
    assert told == head
    assert any(line.startswith("expect: ") for line in head)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_bad_file_makes_no_configuration_unless_only_its_tests_are_wrong(path: Path) -> None:
    loaded = load(path, environ={})
    assert (loaded.configuration is None) == bool(loaded.errors)
    assert loaded.errors or all(one.kind == "test" for one in problems(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_editor_sees_every_fault_that_a_schema_can_show(path: Path) -> None:
    text = path.read_text()
    try:
        value = plain(text)
    except yaml.YAMLError:
        assert "yaml" in {one.kind for one in problems(path)}
        return
    except TypeError:  # a list as a name
        return
    assert SCHEMA.is_valid(value) == ("# schema: blind" in text)


def test_there_is_a_bad_file_for_every_kind_of_problem() -> None:
    kinds = {one.kind for path in FILES for one in problems(path)}
    assert kinds >= {
        "type", "unknown", "missing", "value", "yaml", "duplicate", "environment", "expression", "jsonpath", "regex",
        "cycle", "name", "path", "unused", "test",
    }  # fmt: skip
    assert len(FILES) >= 40
