"""The transformation `redact`: personal data out of chosen fields, or out of every text."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from container.config.load import load_text
from container.context import Context

EVENT: dict[str, Any] = {
    "event_name": "view",
    "client_id": "1234567890.1700000000",
    "value": 4111111111111111,
    "page_location": "https://shop.example/a?email=ana%40example.com&size=9",
    "page_title": "Thanks ana@example.com",
    "user_agent": "Mozilla/5.0 Chrome/124.0.0.0",
    "ip_override": "192.0.2.1",
    "user_data": {"email_address": "ana@example.com"},
    "items": [{"item_id": "a", "note": "call +43 660 1234567"}, {"note": ["from 192.0.2.1"]}],
}


def redacted(written: str) -> dict[str, Any]:
    """The fields that are others than before."""
    loaded = load_text(f"transformations: {{ t: {written} }}")
    assert loaded.errors == []
    event = copy.deepcopy(EVENT)
    after = loaded.whole().changes[0].transformation.apply(Context(event))
    assert event == EVENT
    assert after.keys() == EVENT.keys()
    return {key: one for key, one in after.items() if one != EVENT[key]}


CLEAN_PAGE = "https://shop.example/a?email=(redacted)&size=9"
CLEAN_ITEMS = [{"item_id": "a", "note": "call (redacted)"}, {"note": ["from (redacted)"]}]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("redact", {"page_location": CLEAN_PAGE, "page_title": "Thanks (redacted)", "items": CLEAN_ITEMS}),
        ("{ redact: page_title }", {"page_title": "Thanks (redacted)"}),
        ("{ redact: [page_location, nope, items.note] }", {"page_location": CLEAN_PAGE, "items": CLEAN_ITEMS}),
        ("{ redact: ['items[0]'] }", {"items": [CLEAN_ITEMS[0], EVENT["items"][1]]}),
        ("{ redact: user_data }", {"user_data": {"email_address": "(redacted)"}}),
        ("{ redact: ip_override }", {"ip_override": "(redacted)"}),
        ("{ redact: [value, client_id, user_agent] }", {}),
        ("{ redact: { patterns: ip } }", {"items": [EVENT["items"][0], CLEAN_ITEMS[1]]}),
        ("{ redact: { fields: page_location, patterns: email } }",
         {"page_location": "https://shop.example/a?email=(redacted)&size=9"}),
        ("{ redact: { fields: page_title, replacement: '' } }", {"page_title": "Thanks "}),
        ("{ redact: { fields: page_title, replacement: '\\1 ***' } }", {"page_title": "Thanks \\1 ***"}),
    ],
)  # fmt: skip
def test_personal_data_is_replaced_where_it_is_looked_for(written: str, meant: dict[str, Any]) -> None:
    assert redacted(written) == meant


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{ patterns: mail }",
         "'mail' is not one of query, email, iban, credit_card, ip, phone; did you mean 'email'?"),
        ("{ replacement: x@example.com }", "the replacement looks like personal data itself; write another one"),
    ],
)  # fmt: skip
def test_an_option_that_cannot_work_is_told(written: str, message: str) -> None:
    loaded = load_text(f"transformations: {{ t: {{ redact: {written} }} }}")
    assert [f"{one.text}; {one.hint}" for one in loaded.errors] == [message]
