"""The worked examples of the documentation, with requests signed as the two systems sign them."""

from __future__ import annotations

import pytest

from container.component import Payload
from container.config.load import load_text
from container.context import Context
from container.hit import Hit
from tests.clients.webhook import HITS, NOW, documented

META = """
triggers: { order: { event: purchase } }
tags:
  meta: { meta_capi: { pixel_id: "1234567890", access_token: $TOKEN }, fires_on: order, needs_consent: [] }
"""


def test_a_shopify_order_becomes_a_purchase_as_documented() -> None:
    made = documented("shopify")
    body = (HITS / "shopify_order.json").read_bytes()
    # openssl dgst -sha256 -hmac shop-secret -binary shopify_order.json | base64
    headers = {
        "x-shopify-hmac-sha256": "uQ/p3nbvOnpU1bLo4c3NhsWPZgSm9ZrdB1wj10agTNg=",
        "x-shopify-topic": "orders/paid",
    }
    reading = made.read(Hit("POST", "/hooks/shopify", "", headers, body), NOW)
    assert reading.answer.status == 200
    assert reading.incoming[0].event == {
        "event_name": "purchase",
        "event_id": "b1d2c3",
        "event_time": 1795411811,
        "transaction_id": "820982911946154508",
        "value": 119.9,
        "currency": "EUR",
        "tax": 19.14,
        "shipping": 4.9,
        "page_location": "https://shop.example/690933842/orders/abc/authenticate",
        "page_hostname": "shop.example",
        "page_path": "/690933842/orders/abc/authenticate",
        "ip_override": "203.0.113.9",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64)",
        "user_id": "115310627314723954",
        "user_data": {
            "email_address": "ann@shop.example",
            "phone_number": "+4930123456",
            "address": [
                {"first_name": "Ann", "last_name": "Müller", "city": "Berlin", "postal_code": "10115", "country": "DE"}
            ],
        },
        "items": [
            {"item_id": "808950810", "item_name": "Winter boot", "quantity": 1, "price": 99},
            {"item_id": "632910393", "item_name": "Laces", "quantity": 2, "price": 8},
        ],
    }
    assert made.read(Hit("POST", "/hooks/shopify", "", headers, body + b" "), NOW).answer.status == 401


def test_a_stripe_checkout_becomes_a_purchase_as_documented() -> None:
    made = documented("stripe")
    body = (HITS / "stripe_checkout.json").read_bytes()
    # (printf 1795411805.; cat stripe_checkout.json) | openssl dgst -sha256 -hmac whsec_test
    good = "930d04f289cb7a3f75938d3e58f8b45d1f468b48d45f85f8d889a3afec9805f9"
    headers = {"stripe-signature": f"t=1795411805,v1={'0' * 64},v1={good},v0={'1' * 64}"}
    reading = made.read(Hit("POST", "/hooks/stripe", "", headers, body), 1795411900.0)
    assert reading.incoming[0].event == {
        "event_name": "purchase",
        "action_source": "system_generated",
        "event_id": "order-77",
        "event_time": 1795411800,
        "transaction_id": "cs_test_a1b2c3",
        "value": 49.99,
        "currency": "EUR",
        "user_data": {
            "email_address": "ann@shop.example",
            "address": [{"city": "Berlin", "postal_code": "10115", "country": "DE"}],
        },
    }
    assert reading.incoming[0].consent == {"ad_storage": "granted", "ad_user_data": "granted"}
    assert made.read(Hit("POST", "/hooks/stripe", "", headers, body), 1795411900.0 + 600).answer.status == 401
    unsigned = {"stripe-signature": f"t=1795411805,v0={good}"}
    assert made.read(Hit("POST", "/hooks/stripe", "", unsigned, body), 1795411900.0).answer.status == 401


@pytest.mark.parametrize(("name", "source"), [("shopify", "website"), ("stripe", "system_generated")])
def test_what_a_documented_example_makes_is_what_meta_takes(name: str, source: str) -> None:
    made = documented(name)
    made.signature = None
    body = (HITS / {"shopify": "shopify_order.json", "stripe": "stripe_checkout.json"}[name]).read_bytes()
    hit = Hit("POST", f"/hooks/{name}", "", {}, body)
    (incoming,) = made.read(hit, NOW).incoming
    tag = load_text(META, {"TOKEN": "t"}).whole().tags["meta"]
    sent = tag.build(Context(incoming.event, hit=hit, now=NOW))
    assert isinstance(sent, Payload), sent
    assert sent.body["action_source"] == source
