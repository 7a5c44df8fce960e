"""The variable `consent`: a purpose's state as the visitor left it."""

from __future__ import annotations

import pytest

from tests.variables.asking import ask, told


@pytest.mark.parametrize("state", ["granted", "denied", "unset"])
def test_it_is_the_purpose_s_state(state: str) -> None:
    assert ask("{ consent: ad_storage }", consent={"ad_storage": state}) == state


def test_a_purpose_nobody_spoke_about_is_unset() -> None:
    assert ask("{ consent: { purpose: ad_user_data } }", consent={}) == "unset"


def test_a_misspelt_purpose_is_told() -> None:
    assert told("{ consent: ad_storge }") == [
        "'ad_storge' is not one of ad_storage, analytics_storage, ad_user_data, ad_personalization; "
        "did you mean 'ad_storage'?"
    ]
