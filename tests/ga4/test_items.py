"""Items are read from their two-character keys, whatever else their values hold."""

from __future__ import annotations

import pytest

from container.ga4.items import FIELDS, read_item, read_items


def test_every_standard_key_has_its_field() -> None:
    text = "~".join(f"{key}x{key}" for key in FIELDS)
    assert read_item(text) == {field: f"x{key}" for key, field in FIELDS.items()}


def test_prices_quantities_discounts_and_indexes_are_numbers() -> None:
    assert read_item("idA~pr29.99~qt2~ds0~lp3") == {
        "item_id": "A", "price": 29.99, "quantity": 2, "discount": 0, "index": 3,
    }  # fmt: skip


def test_a_number_that_cannot_be_read_stays_text() -> None:
    assert read_item("pr12,50~qtNaN") == {"price": "12,50", "quantity": "NaN"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("nmA ~~ B", "A ~ B"),
        ("nm~~", "~"),
        ("nmA~~~brX", "A~"),
        ("nmA~~~~B", "A~~B"),
    ],
)
def test_a_doubled_tilde_is_a_tilde_of_the_value(text: str, name: str) -> None:
    assert read_item(text)["item_name"] == name


def test_custom_parameters_are_numbered_by_one_character_and_may_come_in_any_order() -> None:
    text = "v0messing~idA~k0color~kAsize~vAXL~kQlast~vQ27th~k9nine~v99"
    assert read_item(text) == {"item_id": "A", "color": "messing", "size": "XL", "last": "27th", "nine": "9"}


def test_a_known_key_is_not_taken_for_a_custom_one() -> None:
    assert read_item("va1/2 Zoll~vBother") == {"item_variant": "1/2 Zoll"}
    assert read_item("caShoes~cpSALE~kRname~vRvalue") == {"item_category": "Shoes", "coupon": "SALE"}


def test_a_custom_parameter_never_replaces_a_field_and_needs_name_and_value() -> None:
    assert read_item("idA~k0item_id~v0B~k1alone~v2nameless~k3~v3x") == {"item_id": "A"}


def test_items_come_in_the_order_of_their_numbers() -> None:
    texts = {10: "idJ", 9: "idI", 1: "nmNo id", 2: ""}
    assert read_items(texts) == [{"item_name": "No id"}, {"item_id": "I"}, {"item_id": "J"}]


def test_no_more_than_two_hundred_items_are_read() -> None:
    items = read_items({place: f"id{place}" for place in range(900, 0, -1)})
    assert [items[0]["item_id"], items[-1]["item_id"], len(items)] == ["1", "200", 200]


def test_a_very_long_item_is_cut_not_chewed() -> None:
    assert len(read_item("~".join(["idA"] * 500_000))) == 1
