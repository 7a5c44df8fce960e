"""The registry: one file beside the configuration makes a word usable everywhere, with no other edit."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from container.context import Context
from container.registry import SORTS, class_name, discover
from tests.cli.tagdock import ROOT, tagdock

SHOUT = '''"""The variable ``shout``: a field in capitals."""

from typing import Any

from container.component import Variable
from container.context import Context
from container.event import get_path
from container.kinds import Integer, Text
from container.schema import option


class ShoutVariable(Variable):
    """Writes a field of the event in capitals."""

    path: str = option(Text(), "The dotted path of the field.", bare=True)
    times: int = option(Integer(1, 9), "How many exclamation marks.", default=1)

    def read(self, context: Context) -> Any:
        found = get_path(context.event, self.path)
        return None if found is None else str(found).upper() + "!" * self.times
'''
CONFIG = """
clients: { browser: ga4 }
variables: { loud: { shout: event_name }, louder: { shout: { path: event_name, times: 3 } } }
triggers: { loud: { where: { loud: "PURCHASE!", louder: "PURCHASE!!!" } } }
consent: { ad_storage: loud }
tests:
  a loud purchase:
    at: 2026-03-01T12:00:00Z
    given: { client: browser, query: { v: 2, tid: G-1, cid: 1.2, en: purchase } }
    expect: { consent: { ad_storage: granted } }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "variables").mkdir()
    (tmp_path / "variables" / "shout.py").write_text(SHOUT)
    (tmp_path / "config.yaml").write_text(CONFIG)
    return tmp_path


def test_a_new_file_is_a_new_word_that_is_linted_used_explained_and_in_the_schema(folder: Path) -> None:
    linted = tagdock("lint", at=folder)
    assert (linted.returncode, linted.stdout) == (0, "config.yaml is in order\n")
    tested = tagdock("test", at=folder)
    assert (tested.returncode, tested.stdout) == (0, "✓ a loud purchase\n1 passed, 0 failed\n")
    explained = tagdock("explain", "shout", at=folder)
    assert explained.returncode == 0
    assert "Writes a field of the event in capitals." in explained.stdout
    assert "How many exclamation marks." in explained.stdout
    assert "shout" in tagdock("explain", at=folder).stdout
    schema = json.loads(tagdock("schema", at=folder).stdout)
    assert "How many exclamation marks." in json.dumps(schema["properties"]["variables"])


def test_its_options_are_checked_like_any_others(folder: Path) -> None:
    (folder / "config.yaml").write_text("variables: { a: { shout: { paht: x } }, b: { shot: x }, c: { shout: [x] } }\n")
    linted = tagdock("lint", at=folder)
    assert linted.returncode == 1
    assert linted.stdout.splitlines() == [
        "config.yaml:1:28: variables.a.shout.paht: shout has no option 'paht'; did you mean 'path'?",
        "config.yaml:1:46: variables.b.shot: 'shot' is not a type of variable; did you mean 'shout'?",
        "config.yaml:1:69: variables.c.shout: expected text, found a list; write text",
        "3 errors, 0 warnings",
    ]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = 1\ndef broken(:\n", "shout.py:2:1: the file cannot be imported: SyntaxError: "),
        ("x = 1\ny = 2\nraise KeyError('z')\n", "shout.py:3:1: the file cannot be imported: KeyError: 'z'"),
        ("import sys\nsys.exit(3)\n", "shout.py:2:1: the file cannot be imported: SystemExit: 3"),
        ("import nowhere_at_all\n", "shout.py:1:1: the file cannot be imported: ModuleNotFoundError: "),
        ("class ShoutVariable:\n    pass\n", "shout.py:1:1: ShoutVariable is not a Variable; derive it from "),
        (SHOUT.replace("ShoutVariable", "Shout"), "shout.py:12:1: the class Shout does not belong to the word 'shout'; "
         "call it ShoutVariable, or rename the file"),
        ("x = b'\\xff'.decode()\n", "shout.py:1:1: the file cannot be imported: UnicodeDecodeError: "),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_a_problem_with_its_line(folder: Path, code: str, message: str) -> None:
    (folder / "variables" / "shout.py").write_text(code)
    (folder / "config.yaml").write_text("container: { name: shop }\n")
    for command in ("lint", "test"):
        done = tagdock(command, at=folder)
        assert done.returncode == 1
        assert f"variables/{message}" in done.stdout + done.stderr


def test_a_component_that_fails_while_it_is_set_up_is_a_problem_where_it_is_used(folder: Path) -> None:
    code = SHOUT + "\n    def ready(self) -> None:\n        raise RuntimeError('no voice')\n"
    (folder / "variables" / "shout.py").write_text(code)
    linted = tagdock("lint", at=folder)
    assert linted.returncode == 1
    assert (
        "config.yaml:3:22: variables.loud.shout: shout cannot be set up: RuntimeError: no voice; mend ShoutVariable"
        in (linted.stdout)
    )


def test_a_file_without_a_component_is_a_helper(folder: Path) -> None:
    (folder / "variables" / "voice.py").write_text("LOUD = 3\n")
    (folder / "variables" / "_private.py").write_text("raise RuntimeError\n")
    assert tagdock("lint", at=folder).returncode == 0


def test_own_components_of_one_folder_are_unknown_in_another(folder: Path, tmp_path: Path) -> None:
    assert "shout" in discover(folder).of("variable")
    assert "shout" not in discover(ROOT).of("variable")
    assert "shout" not in discover().of("variable")


def test_the_word_is_the_name_of_the_file_and_of_the_class() -> None:
    registry = discover()
    for sort in SORTS:
        for word, cls in registry.of(sort.noun).items():
            assert cls.type == word
            assert cls.__name__ == class_name(word, sort.suffix)
            assert cls.__module__ == f"{sort.package}.{word}"
            assert cls.summary()
            assert all(one.help.endswith(".") for one in cls.options.values()), word
    assert class_name("meta_capi", "Tag") == "MetaCapiTag"
    assert registry.problems == []


def test_a_word_is_found_in_every_sort_that_has_it() -> None:
    assert [noun for noun, _ in discover().find("event")] == ["variable", "condition"]
    assert discover().find("nonsense") == []


def test_a_component_is_read_anew_when_its_file_changed(tmp_path: Path) -> None:
    folder = tmp_path / "variables"
    folder.mkdir()
    source = (
        "from container.component import Variable\n\n"
        "class ShoutVariable(Variable):\n    '''Shouts.'''\n    def read(self, context):\n        return '%s'\n"
    )
    for moment, word in enumerate(("HELLO", "AHOY!"), start=1):
        (folder / "shout.py").write_text(source % word)
        os.utime(folder / "shout.py", ns=(moment, moment))
        made: Any = discover(tmp_path).of("variable")["shout"]()
        assert made.read(Context({})) == word
    (folder / "shout.py").write_text("clas Broken:\n")
    os.utime(folder / "shout.py", ns=(3, 3))
    (problem,) = discover(tmp_path).problems
    assert (problem.line, problem.kind) == (1, "component")
    assert "SyntaxError" in problem.text


@pytest.mark.parametrize("text", ["", "class Foo: pass\n"])
def test_a_file_without_the_class_of_its_word_is_named_where_the_word_is_used(folder: Path, text: str) -> None:
    (folder / "variables" / "shout.py").write_text(text)
    told = [(one["line"], one["text"], one["hint"]) for one in json.loads(tagdock("lint", "--json", at=folder).stdout)]
    text, hint = "'shout' is not a type of variable", "variables/shout.py has no class ShoutVariable"
    assert told == [(3, text, f"{hint}; write it there, or rename the file")] * 2
