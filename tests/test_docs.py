"""The documents: the reference is what the declarations say, every link leads somewhere, every example is right."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import indent

import pytest

from container.cli.reference import reference
from container.config.load import ROUTING, load, load_text
from container.context import Context
from container.expression import compile_expression
from container.jinja import ENVIRONMENT
from container.registry import SORTS, discover
from triggers.operators import OPERATORS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
OURS = ("configuration.md", "expressions.md", "testing.md", "reference.md")


def test_the_reference_is_fresh() -> None:
    assert (DOCS / "reference.md").read_text() == reference(discover()), (
        "write it anew: tagdock explain --markdown > docs/reference.md"
    )


def test_every_component_and_option_is_in_the_reference() -> None:
    text = (DOCS / "reference.md").read_text()
    for found in discover().components.values():
        for word, cls in found.items():
            assert f"### `{word}`" in text
            assert all(f"`{one.name}`" in text for one in cls.options.values())


@pytest.mark.parametrize("name", OURS)
def test_every_link_leads_somewhere(name: str) -> None:
    text = (DOCS / name).read_text()
    links = re.findall(r"\]\(([^)#]+)", text)
    assert [link for link in links if "://" not in link and not (DOCS / link).exists()] == []


@pytest.mark.parametrize("name", ["configuration.md", "expressions.md", "testing.md"])
def test_every_configuration_in_the_documents_is_valid(name: str) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (DOCS / name).read_text(), re.S)
    assert blocks
    for block in blocks:
        if " shout: " in block:
            continue  # a type of the reader's own, used by the test below
        assert [str(one) for one in load_text(block).errors] == [], block


def test_the_example_of_a_type_of_one_s_own_is_whole_and_works_as_it_is_used(tmp_path: Path) -> None:
    section = (DOCS / "configuration.md").read_text().partition("## Your own types")[2]
    (code,) = re.findall(r"```python\n(.*?)```", section, re.S)
    (used,) = re.findall(r"```yaml\n(.*?)```", section, re.S)
    (tmp_path / "variables").mkdir()
    (tmp_path / "variables" / "shout.py").write_text(code)
    (tmp_path / "config.yaml").write_text("clients: { browser: ga4 }\n" + used)
    container = load(tmp_path / "config.yaml", environ={}).whole()
    assert container.triggers["order"].holds(Context({"event_name": "purchase"}, variables=container.variables))
    assert not container.triggers["order"].holds(Context({"event_name": "refund"}, variables=container.variables))
    for sort in SORTS:
        assert f"`Shout{sort.suffix}({sort.suffix})`" in section
        assert f"| `{sort.folder}` |" in section


def test_every_word_beside_a_type_is_explained() -> None:
    text = (DOCS / "configuration.md").read_text()
    words = [word for words in ROUTING.values() for word in words]
    assert len(words) == 6
    assert [word for word in words if f"| `{word}` |" not in text] == []


def test_every_filter_is_documented_and_every_documented_expression_compiles() -> None:
    text = (DOCS / "expressions.md").read_text()
    assert [name for name in ENVIRONMENT.filters if f"`{name}`" not in text] == []
    written = [one for one in re.findall(r"`(\{\{.*?\}\})`", text) if "..." not in one]
    assert len(written) > 10
    assert all(compile_expression(one).names for one in written)


PARTNER = """
triggers: { all: { event: purchase } }
tags: { partner: { http_request: { url: "https://partner.example/" }, fires_on: all } }
"""


@pytest.mark.parametrize("noun", ["variable", "condition", "transformation"])
def test_every_example_of_a_component_is_valid_as_it_stands_in_a_file(noun: str) -> None:
    for word, cls in discover().of(noun).items():
        blocks = re.findall(r"```yaml\n(.*?)```", cls.explanation(), re.S)
        assert blocks, f"{word} has no example"
        for block in blocks:
            text = {
                "variable": "variables:\n" + indent(block, "  "),
                "condition": block,
                "transformation": block + PARTNER,
            }
            assert [str(one) for one in load_text(text[noun]).errors] == [], word


def test_every_operator_is_documented() -> None:
    text = (DOCS / "configuration.md").read_text()
    assert [word for word in [*OPERATORS, "not", "ignore_case"] if f"`{word}`" not in text] == []
