"""`custom_data` from value, items and order; nothing invented, nothing refused."""

from typing import Any

import pytest

from container.meta.commerce import commerce, refused
from container.meta.customer import templates


def built(event: dict[str, Any], name: str = "Purchase", overrides: dict[str, Any] | None = None, **more: Any) -> Any:
    notes: list[str] = []
    found = commerce(
        event,
        name,
        overrides or {},
        templated=templates(event)[1],
        content_type=more.get("content_type"),
        note=notes.append,
    )
    return found, notes


ITEMS = [{"item_id": "A", "price": "9.90", "quantity": "2"}, {"item_name": "Hat", "price": 5, "quantity": 1}]


def test_a_purchase_gets_contents_ids_count_order_and_money() -> None:
    event = {"value": "24.8", "currency": "eur", "transaction_id": 77, "items": ITEMS, "coupon": "X"}
    assert built(event, content_type="product") == (
        {
            "value": 24.8,
            "currency": "EUR",
            "order_id": "77",
            "contents": [{"id": "A", "quantity": 2, "item_price": 9.9}, {"id": "Hat", "quantity": 1, "item_price": 5}],
            "content_ids": ["A", "Hat"],
            "num_items": 3,
            "content_type": "product",
        },
        [],
    )


def test_nothing_is_invented() -> None:
    assert built({}, "PageView") == ({}, [])
    assert built({"items": [{"item_id": "A"}]}, "AddToCart") == ({"contents": [{"id": "A"}], "content_ids": ["A"]}, [])


def test_a_count_needs_every_quantity_and_an_event_that_has_one() -> None:
    assert "num_items" not in built({"items": [*ITEMS, {"item_id": "C"}]})[0]
    assert "num_items" not in built({"items": ITEMS}, "ViewContent")[0]


def test_the_pixels_own_custom_data_passes_and_is_checked() -> None:
    own = {"value": "19.90", "currency": "USD", "content_ids": "a, b", "my_field": {"deep": [1]}, "num_items": "2"}
    assert built({"custom_data": own, "value": 19.9, "items": [{"item_id": "a"}]}, "AddToCart")[0] == {
        "value": 19.9,
        "currency": "USD",
        "contents": [{"id": "a"}],
        "content_ids": ["a"],
        "my_field": {"deep": [1]},
        "num_items": 2,
    }


def test_a_transformed_value_counts_for_the_pixels_events_too() -> None:
    event = {"value": 5, "currency": "USD", "custom_data": {"value": "19.90", "currency": "EUR", "order_id": "o"}}
    assert built(event)[0] == {"value": 5, "currency": "USD", "order_id": "o"}
    del event["value"]
    assert built(event)[0]["value"] == 19.9


def test_overrides_come_before_template_fields_before_the_event() -> None:
    event = {"search_term": "a", "x-fb-cd-search_string": "b", "x-fb-cd-status": "subscribed", "content_name": "n"}
    assert built(event, "Search", {"search_string": "c", "content_name": None})[0] == {
        "search_string": "c",
        "status": "subscribed",
    }


def test_a_content_without_an_id_is_dropped_and_counted() -> None:
    items = [{"item_id": "A"}, {"price": 1}, {"item_id": ""}, {"item_id": {"x": 1}}, "B", None]
    found, notes = built({"items": items}, "ViewContent")
    assert found["contents"] == [{"id": "A"}]
    assert notes == ["custom_data.contents: 3 of 4 without a usable id left out"]


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("value", "12,50 €", "is not a number of at least 0"),
        ("value", -1, "is not a number of at least 0"),
        ("value", "NaN", "is not a number of at least 0"),
        ("value", True, "is not a number of at least 0"),
        ("currency", "euro", "is not an ISO 4217 currency"),
        ("currency", ["EUR"], "is not an ISO 4217 currency"),
        ("contents", "[{'id': '1'}]", "is not a list of objects"),
        ("content_ids", {"a": 1}, "holds no id"),
        ("content_type", "thing", "is neither product nor product_group"),
        ("num_items", "2.5", "is not a whole number"),
        ("delivery_category", "drone", "is none of in_store, curbside, home_delivery"),
        ("customer_segmentation", "best_customer", "is none of Meta's segments"),
        ("predicted_ltv", "much", "is not a number of at least 0"),
        ("anything", float("inf"), "cannot be sent"),
        ("order_id", {"id": 1}, "cannot be sent"),
    ],
)
def test_a_field_that_cannot_be_valid_is_left_out_alone_and_named(field: str, value: Any, why: str) -> None:
    found, notes = built({"custom_data": {field: value, "my": 1}}, "Lead")
    assert found == {"my": 1}
    assert notes == [f"custom_data.{field} {why}: left out"]


def test_a_value_without_a_currency_is_left_out_and_the_reverse() -> None:
    assert built({"value": 5}, "Lead") == (
        {},
        ["custom_data.value has no currency, and Meta refuses it without: left out"],
    )
    assert built({"currency": "EUR"}, "Lead") == ({}, ["custom_data.currency has no value to go with: left out"])


def test_a_currency_stays_for_the_prices_of_items() -> None:
    assert built({"currency": "EUR", "items": [{"item_id": 1, "price": 2}]}, "ViewContent")[0]["currency"] == "EUR"


@pytest.mark.parametrize(
    ("custom", "reason"),
    [
        ({"value": 1, "currency": "EUR"}, ""),
        ({"value": 0, "currency": "EUR"}, ""),
        ({"currency": "EUR"}, "Meta refuses a Purchase without value"),
        ({"value": 1}, "Meta refuses a Purchase without currency"),
        ({}, "Meta refuses a Purchase without value and currency"),
    ],
)
def test_a_purchase_needs_value_and_currency(custom: dict[str, Any], reason: str) -> None:
    assert refused("Purchase", custom) == reason
    assert refused("Lead", custom) == ""


def test_a_purchase_without_currency_says_so_and_not_that_the_value_lacks() -> None:
    assert refused("Purchase", built({"value": 5})[0]) == "Meta refuses a Purchase without currency"


@pytest.mark.parametrize(
    "odd", ["x", 7, [1], {"contents": [[]]}, {"contents": {"id": [1]}}, {"x" * 9999: 1}, {"\ud800": 1}]
)
def test_custom_data_of_any_shape_raises_nothing(odd: Any) -> None:
    assert built({"custom_data": odd, "items": odd}, "Lead")[0] == {}
