"""docs/meta.md tells everything the tag knows."""

from pathlib import Path

import pytest

from container.meta import names, normalise, rules
from tags.meta_capi import MetaCapiTag

TEXT = (Path(__file__).parents[2] / "docs" / "meta.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("option", MetaCapiTag.options)
def test_every_option_is_in_the_documentation(option: str) -> None:
    assert f"`{option}" in TEXT or f"{option}:" in TEXT


@pytest.mark.parametrize("name", [*names.GA4, *names.SEGMENT, *names.AUTOMATIC])
def test_every_mapped_name_is_in_the_documentation(name: str) -> None:
    assert f"`{name}`" in TEXT


@pytest.mark.parametrize("key", [*normalise.HASHED, *normalise.PLAIN, *rules.ACTION_SOURCES])
def test_every_key_and_source_is_in_the_documentation(key: str) -> None:
    assert f"`{key}`" in TEXT


@pytest.mark.parametrize("version", rules.VERSIONS)
def test_every_version_is_in_the_documentation_with_its_end(version: str) -> None:
    end = rules.VERSIONS[version]
    assert f"| {version}" in TEXT
    assert end is None or end.isoformat() in TEXT


@pytest.mark.parametrize("state", rules.LDU_STATES)
def test_every_state_of_limited_data_use_is_in_the_documentation(state: int) -> None:
    assert f"| {state} | {rules.LDU_STATES[state]} |" in TEXT
