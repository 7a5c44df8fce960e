"""docs/tags.md: its configurations load, its template is sound and its examples pass, nothing shipped is missing."""

from __future__ import annotations

import re
from pathlib import Path

from container.config.load import load_text
from container.registry import discover
from container.template import TemplateTag
from container.template.file import EVENT_NAMES, KINDS, PERSON, TemplateFile

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "tags.md").read_text()
BLOCKS = re.findall(r"```yaml\n(.*?)```", TEXT, re.S)


def test_every_configuration_loads() -> None:
    configurations = [block for block in BLOCKS if "fires_on" in block]
    assert len(configurations) == 3
    for block in configurations:
        assert [str(one) for one in load_text(block).errors] == [], block


def test_the_template_is_sound_and_its_examples_pass(tmp_path: Path) -> None:
    (block,) = [block for block in BLOCKS if "fires_on" not in block]
    (tmp_path / "tags").mkdir()
    (tmp_path / "tags" / "warehouse.yaml").write_text(block)
    registry = discover(tmp_path)
    assert registry.problems == []
    cls = registry.of("tag")["warehouse"]
    assert issubclass(cls, TemplateTag)
    assert len(cls.examples) == 2
    for one in cls.examples:
        assert one.run() == one.expected


def test_every_tag_and_every_word_of_a_template_is_explained() -> None:
    for word in discover().of("tag"):
        assert f"| `{word}` |" in TEXT
    for word in (*TemplateFile.options, *EVENT_NAMES):
        assert f"| `{word}` |" in TEXT, word
    for word in (*KINDS, *PERSON):
        assert f"`{word}`" in TEXT, word
