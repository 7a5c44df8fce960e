"""docs/testing.md: every word of a test is explained, and every test that stands in it passes."""

from __future__ import annotations

import re

import pytest

from container.cases import read_cases, run_case
from container.config.case import COOKIE, EXPECTED, GIVEN, RESPONSE, SCHEMA
from container.config.load import load_text
from container.event import CONSENT_PURPOSES
from tests.cli.tagdock import ROOT

TEXT = (ROOT / "docs" / "testing.md").read_text()
BLOCKS = re.findall(r"```yaml\n(.*?)```", TEXT, re.S)


@pytest.mark.parametrize("word", [*GIVEN, *EXPECTED, *RESPONSE, *COOKIE, "at"])
def test_every_word_of_a_test_is_explained(word: str) -> None:
    assert f"`{word}`" in TEXT


@pytest.mark.parametrize("block", BLOCKS)
def test_every_test_in_the_document_passes(block: str) -> None:
    loaded = load_text(block)
    cases, problems = read_cases(loaded)
    assert problems == []
    assert cases
    for case in cases:
        assert run_case(case, loaded.whole()).differences == []


def test_the_words_of_the_schema_are_those_that_are_read() -> None:
    expect = SCHEMA["properties"]["expect"]["properties"]
    assert set(expect["consent"]["properties"]) == set(CONSENT_PURPOSES)
    assert tuple(expect["response"]["anyOf"][1]["properties"]) == RESPONSE
