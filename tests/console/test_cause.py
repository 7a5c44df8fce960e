"""The sentence that says why a tag sent nothing: whole, the same on the row as on the page, and about what came."""

from __future__ import annotations

from typing import Any

import pytest

from container.web.tap.cause import cause
from tests.console.desk import HIT, Room


def test_a_row_has_the_sentence_of_the_page_however_long_it_is(desk: Room) -> None:
    desk.hit(HIT.replace("epn.value=120", f"ep.value={'nothing-like-a-number-' * 20}"))
    (row,) = desk.rows(1)
    (tag,) = row["tags"]
    (one,) = desk.get("/hit/1").json()["causes"]
    assert tag["why"] == one["cause"]
    assert tag["why"].startswith("was not triggered: purchase is for this event, but order_value is 'nothing-like-")
    assert tag["why"].endswith(": not greater than 0")
    assert tag["at"] == 1


def test_a_row_is_found_by_its_sentence(desk: Room) -> None:
    desk.hit(HIT.replace("cu=EUR", "cu=EURO"))
    desk.rows(1)
    assert len(desk.get("/index.json?text='EURO'+was+not+understood").json()["hits"]) == 1


BAD_CURRENCY = "custom_data.currency is not an ISO 4217 currency: left out"
BAD_VALUE = "custom_data.value is not a number of at least 0: left out"


@pytest.mark.parametrize(
    ("notes", "came", "reason", "said"),
    [
        ([BAD_CURRENCY], {"currency": "EURO"}, "without currency", "currency 'EURO' was not understood, and "),
        ([BAD_CURRENCY], {"currency": ["EUR"]}, "without currency", "currency was not understood, and "),
        (
            [BAD_VALUE, BAD_CURRENCY], {"value": "a lot", "currency": 7}, "without value and currency",
            "value 'a lot' and currency '7' were not understood, and ",
        ),
        ([BAD_VALUE], {"value": True}, "without currency", ""),
        ([], {}, "without value and currency", ""),
    ],
)  # fmt: skip
def test_what_came_and_was_of_no_use_is_said_first(
    notes: list[str], came: dict[str, Any], reason: str, said: str
) -> None:
    reason = f"Meta refuses a Purchase {reason}"
    tag = {"outcome": "suppressed", "reason": reason, "notes": notes}
    assert cause(tag, {"name": "purchase", "after": came}) == f"decided not to send: {said}{reason}"


def test_a_tag_that_fired_has_no_cause_to_tell() -> None:
    assert cause({"outcome": "fired", "reason": "purchase"}, {"name": "purchase", "after": {}}) == ""
