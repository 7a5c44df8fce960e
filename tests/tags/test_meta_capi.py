"""The meta_capi tag: one event in, one server event of Meta's out."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from container.component import Suppressed
from container.hit import Hit
from tests.tags.meta import ADDRESS, AGENT, DAY, FBP, NOW, build, context, event, hit, notes, of, suppressed, tag


def test_a_purchase_becomes_a_server_event() -> None:
    body = build(
        event(
            event_name="purchase",
            event_id=None,
            transaction_id="o-1",
            value=120,
            currency="EUR",
            page_referrer="https://shop.example/cart",
            items=[{"item_id": "A", "price": 60, "quantity": 2}],
            user_data={"email_address": "Test@Example.com"},
        ),
        hit(cookies={"_fbp": FBP}),
    )
    assert body == {
        "event_name": "Purchase",
        "event_time": 1_790_000_000,
        "event_id": "o-1",
        "action_source": "website",
        "event_source_url": "https://shop.example/hats",
        "referrer_url": "https://shop.example/cart",
        "user_data": {
            "em": of("test@example.com"),
            "client_ip_address": ADDRESS,
            "client_user_agent": AGENT,
            "fbp": FBP,
        },
        "custom_data": {
            "value": 120,
            "currency": "EUR",
            "order_id": "o-1",
            "contents": [{"id": "A", "quantity": 2, "item_price": 60}],
            "content_ids": ["A"],
            "num_items": 2,
        },
    }


@pytest.mark.parametrize(
    ("name", "meta"),
    [("page_view", "PageView"), ("order completed", "Purchase"), ("login", "login"), ("sign_up", "MyLead")],
)
def test_names_are_mapped_and_the_configuration_comes_first(name: str, meta: str) -> None:
    body = build(event(event_name=name, value=1, currency="EUR"), event_names={"sign_up": "MyLead"})
    assert body["event_name"] == meta


def test_automatic_events_are_off_unless_they_are_mapped() -> None:
    assert suppressed(event(event_name="SubscribedButtonClick")) == "automatic event of the pixel"
    body = build(event(event_name="Microdata"), event_names={"Microdata": "Microdata"})
    assert body["event_name"] == "Microdata"


@pytest.mark.parametrize("name", [None, "", "x" * 9000, 7, ["purchase"]])
def test_an_event_without_a_name_is_not_sent(name: Any) -> None:
    assert suppressed({**event(), "event_name": name}) == "the event has no name"


class TestTheDeduplicationId:
    def test_is_the_configured_then_the_events_then_the_orders(self) -> None:
        full = event(event_id=" e-1 ", transaction_id=77, own="mine")
        assert build(full, event_id="{{ event.own }}")["event_id"] == "mine"
        assert build(full, event_id="{{ event.missing }}")["event_id"] == "e-1"
        assert build({**full, "event_id": ""})["event_id"] == "77"

    def test_is_else_one_that_the_same_hit_has_again(self) -> None:
        bare = event(event_id=None)
        first, again = build(bare)["event_id"], build(bare)["event_id"]
        assert first == again
        assert len(first) == 32
        assert build({**bare, "x-tagdock-stable-id": "s" * 32})["event_id"] == "s" * 32
        assert any("no event_id" in note for note in notes(bare))

    @pytest.mark.parametrize("odd", [True, {"a": 1}, ["e"], 1.5, "\ud800", "x" * 9000])
    def test_is_never_something_odd(self, odd: Any) -> None:
        assert build(event(event_id=odd, transaction_id="t"))["event_id"] == "t"


class TestTheTime:
    def test_is_the_events_own_in_any_unit(self) -> None:
        assert build(event(event_time=1_789_999_000))["event_time"] == 1_789_999_000
        assert build(event(event_time="1789999000123"))["event_time"] == 1_789_999_000

    def test_that_cannot_be_read_is_the_arrival(self) -> None:
        assert build(event(event_time="soon"))["event_time"] == 1_790_000_000
        assert "event_time is no moment: the time of arrival is used" in notes(event(event_time="soon"))

    def test_before_the_window_is_refused_unless_it_is_a_browsers(self) -> None:
        old = event(event_time=NOW - 8 * DAY)
        assert suppressed(old) == "event_time is 8 days old and Meta takes 7 at most"
        assert build({**old, "x-tagdock-clock": "browser"})["event_time"] == 1_790_000_000
        assert build({**old, "action_source": "physical_store"})["event_time"] == 1_789_308_800


class TestOverrides:
    def test_replace_single_keys_and_fields(self) -> None:
        body = build(
            event(event_name="add_to_cart", value=1, currency="EUR", profit=0.5, user_data={"ge": "m"}),
            user_data={"external_id": "{{ event.event_id }}", "ge": "{{ event.missing }}", "em": ["a@b.de", "c@d.de"]},
            custom_data={"value": "{{ event.profit }}", "content_ids": ["{{ event.event_id }}"], "shop": "berlin"},
        )
        assert body["user_data"]["external_id"] == of("e-1")
        assert body["user_data"]["em"] == [of("a@b.de"), of("c@d.de")]
        assert "ge" not in body["user_data"]
        assert body["custom_data"] == {"value": 0.5, "currency": "EUR", "content_ids": ["e-1"], "shop": "berlin"}

    def test_opt_out_original_event_and_address(self) -> None:
        body = build(
            event(opt_out=True, original_event_data={"event_name": "Purchase", "x": 1}),
            original_event_data={"order_id": "{{ event.event_id }}"},
            event_source_url="https://other.example/",
        )
        assert body["opt_out"] is True
        assert body["original_event_data"] == {"event_name": "Purchase", "order_id": "e-1"}
        assert body["event_source_url"] == "https://other.example/"
        assert "opt_out is neither true nor false: left out" in notes(event(opt_out="yes"))


ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)
FIELDS = [
    "event_name", "event_id", "event_time", "page_location", "page_referrer", "user_agent", "ip_override", "value",
    "currency", "items", "user_data", "custom_data", "fbp", "fbc", "action_source", "data_processing_options",
    "data_processing_options_state", "app_data", "original_event_data", "opt_out", "user_id", "transaction_id",
    "x-fb-ud-em", "x-fb-cd-contents", "us_privacy", "messaging_channel", "pixel_id", "x-tagdock-stable-id",
]  # fmt: skip


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(FIELDS), ANYTHING), st.sampled_from(["purchase", "page_view", None]))
def test_whatever_an_event_holds_the_payload_is_valid_json_or_there_is_a_reason(
    fields: dict[str, Any], name: Any
) -> None:
    given_event = event(**fields)
    if name:
        given_event["event_name"] = name
    asked = context(given_event, consent={"ad_storage": "granted"})
    made = tag(set_cookies=True).build(asked)
    if isinstance(made, Suppressed):
        assert made.reason
        return
    body = msgspec.json.decode(msgspec.json.encode(made.body))
    assert body.keys() >= {"event_name", "event_time", "event_id", "action_source", "user_data"}
    msgspec.json.encode(asked.notes)


def test_a_hit_without_anything_is_no_trouble() -> None:
    assert tag().build(context({"event_name": "page_view"}, Hit("GET", "/"))) is not None
