"""docs/start.md: every flag of init and doctor is told, and what it says of a new container is so."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from container.cli.doctor import doctor
from container.cli.init import init
from container.starting.answers import Answers
from container.starting.consent import WORDS
from container.starting.folder import files

DOCS = Path(__file__).parent.parent.parent / "docs"
TEXT = (DOCS / "start.md").read_text()
FLAGS = sorted({one.opts[-1] for command in (init, doctor) for one in command.params if isinstance(one, click.Option)})


@pytest.mark.parametrize("flag", [flag for flag in FLAGS if flag != "--config"])
def test_every_flag_is_told(flag: str) -> None:
    assert flag in TEXT


@pytest.mark.parametrize("word", WORDS)
def test_every_source_of_consent_is_told(word: str) -> None:
    assert f"| `{word}` |" in TEXT


def test_every_file_of_a_new_container_is_told() -> None:
    for name in (*files(Answers("shop.example", "1234567890")), ".gitignore"):
        assert f"| `{name}` |" in TEXT


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)", TEXT)
    assert links
    assert [link for link in links if not (DOCS / link).exists()] == []
