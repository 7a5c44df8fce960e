"""Client hints are read from parameters and from the header."""

from __future__ import annotations

import pytest

from container.ga4.client_hints import brands, full_version_list, read_hints


def test_versions_are_pairs_and_their_brands_are_decoded_once_more() -> None:
    assert full_version_list("Google%20Chrome;153.0.8010.37|Not_A%20Brand;8.0.0.0") == [
        {"brand": "Google Chrome", "version": "153.0.8010.37"},
        {"brand": "Not_A Brand", "version": "8.0.0.0"},
    ]


@pytest.mark.parametrize("text", ["", "Chromium", "|||", "%"])
def test_versions_in_another_form_are_left_out(text: str) -> None:
    assert full_version_list(text) == []


def test_brands_may_hold_commas_and_semicolons() -> None:
    header = '"Chromium";v="135", "Not;A,Brand";v="8", "Edge";v="9"'
    assert brands(header) == [
        {"brand": "Chromium", "version": "135"},
        {"brand": "Not;A,Brand", "version": "8"},
        {"brand": "Edge", "version": "9"},
    ]


@pytest.mark.parametrize("header", ["", '"', '""', '"a";w="1"', "a;v=1", '"' * 100_000])
def test_a_header_in_another_form_names_no_brands(header: str) -> None:
    assert brands(header) == []


def test_flags_are_true_or_false_and_the_rest_is_text() -> None:
    texts = {"architecture": "arm", "mobile": "1", "wow64": "0", "model": "", "full_version_list": "Brave;1"}
    assert read_hints(texts, '"Brave";v="1"') == {
        "architecture": "arm",
        "mobile": True,
        "wow64": False,
        "model": "",
        "full_version_list": [{"brand": "Brave", "version": "1"}],
        "brands": [{"brand": "Brave", "version": "1"}],
    }
