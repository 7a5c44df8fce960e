"""What Meta requires of events: customer information, versions, currencies, states."""

from datetime import date

import pytest

from container.meta import rules
from tests.meta.vectors import VECTORS

KEYS = [one for one in VECTORS if one["what"] == "payload" and "user_data_keys" in one["input"]]


@pytest.mark.parametrize("vector", KEYS, ids=[one["id"] for one in KEYS])
def test_customer_information_is_refused_when_it_is_too_broad(vector: dict[str, dict[str, object]]) -> None:
    keys = vector["input"]["user_data_keys"]
    assert isinstance(keys, list)
    assert rules.too_broad(keys) is not vector["expected"]["accepted"]


def test_no_customer_information_is_too_broad() -> None:
    assert rules.too_broad([])
    assert not rules.too_broad(["client_ip_address", "client_user_agent"])


def test_a_version_is_told_from_ninety_days_before_its_end() -> None:
    end = date(2027, 1, 21)
    assert rules.version_trouble("v21.0", date(2026, 10, 22)) == ""
    assert rules.version_trouble("v21.0", date(2026, 10, 23)) == "Graph v21.0 stops working on 2027-01-21; use v26.0"
    assert rules.version_trouble("v21.0", end) == "Graph v21.0 stopped working on 2027-01-21; use v26.0"
    assert "v26.0" in rules.version_trouble("v16.0", end)
    assert rules.version_trouble("v26.0", end) == ""


def test_a_shops_own_records_may_be_older() -> None:
    assert rules.oldest("physical_store") == 62 * 86400
    assert rules.oldest("website") == 7 * 86400


@pytest.mark.parametrize(
    ("written", "code"), [("EUR", "EUR"), (" usd ", "USD"), ("euro", None), ("€", None), (7, None)]
)
def test_a_currency_is_a_code_of_iso_4217(written: object, code: str | None) -> None:
    assert rules.currency(written) == code


def test_limited_data_use_knows_fourteen_states() -> None:
    assert rules.LDU_STATES[1000] == "California"
    assert rules.LDU_STATES[1013] == "Rhode Island"
    assert len(rules.LDU_STATES) == 14


def test_there_are_nine_customer_segments_and_nine_sources() -> None:
    assert "existing_customer_to_product_area" in rules.SEGMENTS
    assert len(rules.SEGMENTS) == len(rules.ACTION_SOURCES) == 9
