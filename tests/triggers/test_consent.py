"""The condition `consent`: purposes granted, or in the states that are written."""

from __future__ import annotations

import pytest

from container.config.document import Trigger
from container.config.load import load_text
from container.context import Context

STATE = {
    "ad_storage": "granted",
    "analytics_storage": "denied",
    "ad_user_data": "granted",
    "ad_personalization": "unset",
}


def trigger(text: str) -> Trigger:
    loaded = load_text(f"triggers: {{ t: {{ consent: {text} }} }}")
    assert loaded.errors == []
    return loaded.whole().triggers["t"]


@pytest.mark.parametrize(
    ("text", "held", "why"),
    [
        ("ad_storage", True, "ad_storage is granted"),
        ("[ad_storage, ad_user_data]", True, "ad_storage is granted and ad_user_data is granted"),
        ("[ad_storage, analytics_storage]", False, "analytics_storage is denied, not granted"),
        ("ad_personalization", False, "ad_personalization is unset, not granted"),
        ("{ analytics_storage: denied }", True, "analytics_storage is denied"),
        ("{ ad_storage: granted, ad_personalization: [denied, unset] }", True,
         "ad_storage is granted and ad_personalization is unset"),
        ("{ ad_storage: [denied, unset] }", False, "ad_storage is granted, not denied or unset"),
        ("{ purposes: ad_storage }", True, "ad_storage is granted"),
    ],
)  # fmt: skip
def test_it_holds_for_these_states(text: str, held: bool, why: str) -> None:
    made, context = trigger(text), Context({}, consent=STATE)
    assert made.holds(context) is held
    assert made.why(context) == why


def test_what_nobody_spoke_about_is_unset() -> None:
    assert trigger("{ ad_storage: unset }").holds(Context({}))
    assert not trigger("ad_storage").holds(Context({}))
