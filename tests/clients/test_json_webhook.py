"""The json_webhook client: posted JSON becomes events by the mapping a user wrote."""

from __future__ import annotations

import json
from typing import Any

import pytest

from container.component import MOST_EVENTS
from container.hit import Hit
from tests.clients.webhook import NOW, client, faults, post


def test_fields_come_from_paths_expressions_constants_mappings_and_lists() -> None:
    made = client("""
event:
  event_name: purchase
  event_id: $.order.id
  value: "{{ body.order.cents / 100 }}"
  source: "{{ headers['x-shop'] }}"
  campaign: "{{ query.c }}"
  label: "order {{ body.order.id }}"
  tags: [web, $.order.kind, $.order.nothing]
  user_data: { email_address: $.customer.email, phone_number: $.customer.phone, address: { city: $.customer.city } }
  empty: { a: $.nothing, b: { c: "{{ body.nothing.at.all }}" } }
  lucky: 7
  first: $.lines[0].sku
  every: $.lines[*].sku
  items: { for_each: $.lines, item_id: $.sku, price: $.price, quantity: $.n, shop: "{{ body.shop }}" }
""")
    body = {
        "shop": "s1",
        "order": {"id": 17, "cents": 1990, "kind": "gift"},
        "customer": {"email": "ann@a.example", "phone": None, "city": "Ulm"},
        "lines": [{"sku": 1, "price": "9.95", "n": "2"}, {"sku": "b", "price": "cheap"}, "stray", {}],
    }
    hit = Hit("POST", "/hooks/orders/", "c=summer", {"x-shop": "ulm"}, json.dumps(body).encode())
    assert made.claims(hit)
    incoming = made.read(hit, NOW).incoming[0]
    assert incoming.event == {
        "event_name": "purchase",
        "event_id": "17",
        "value": 19.9,
        "source": "ulm",
        "campaign": "summer",
        "label": "order 17",
        "tags": ["web", "gift"],
        "user_data": {"email_address": "ann@a.example", "address": {"city": "Ulm"}},
        "lucky": 7,
        "first": 1,
        "every": [1, "b"],
        "items": [
            {"item_id": "1", "price": 9.95, "quantity": 2, "shop": "s1"},
            {"item_id": "b", "shop": "s1"},
            {"shop": "s1"},
            {"shop": "s1"},
        ],
    }


def test_one_request_with_many_events_reads_each_under_the_root_and_the_whole_as_body() -> None:
    made = client("""
events: $.orders[*]
event: { event_name: purchase, event_id: $.id, shop: "{{ body.shop }}", double: "{{ element.n * 2 }}" }
""")
    reading = post({"shop": "s", "orders": [{"id": "a", "n": 1}, 5, {"id": "b", "n": 2}]}, of=made)
    assert [one.event for one in reading.incoming] == [
        {"event_name": "purchase", "event_id": "a", "shop": "s", "double": 2},
        {"event_name": "purchase", "event_id": "b", "shop": "s", "double": 4},
    ]
    assert reading.notes == ["element 1 of the list is not an object: left out"]
    assert post({"shop": "s"}, of=made).notes == ["nothing is at $.orders[*]"]


def test_the_body_itself_may_be_the_list() -> None:
    made = client("events: $\nevent: { event_name: $.type, event_id: $.id }")
    reading = post([{"type": "a", "id": 1}, {"type": "b", "id": 2}], of=made)
    assert [one.event["event_id"] for one in reading.incoming] == ["1", "2"]


def test_a_retry_gives_the_same_ids_and_every_event_its_own() -> None:
    made = client("events: $.orders\nevent: { event_name: purchase, value: $.v }")
    body = {"orders": [{"v": 1}, {"v": 1}]}
    first, again = post(body, of=made), post(body, of=made, now=NOW + 90, x_attempt="2")
    ids = [one.event["x-tagdock-stable-id"] for one in first.incoming]
    assert [one.event["x-tagdock-stable-id"] for one in again.incoming] == ids
    assert len({*ids, post({"orders": [{"v": 2}]}, of=made).incoming[0].event["x-tagdock-stable-id"]}) == 3
    assert all(len(one) == 32 for one in ids)
    assert any("stable id" in note for note in first.incoming[0].notes)
    assert "x-tagdock-stable-id" not in post({"id": "o-1"}).incoming[0].event


@pytest.mark.parametrize(
    ("time", "seconds"),
    [
        (1795411800, 1795411800),
        (1795411800.9, 1795411800),
        ("1795411800", 1795411800),
        (1795411800123, 1795411800),
        (1795411800123456, 1795411800),
        ("2026-11-23T06:30:00+01:00", 1795411800),
        ("2026-11-23T05:30:00Z", 1795411800),
        ("2026-11-23T05:30:00.250", 1795411800),
        ("2026-11-24T00:00:00Z", int(NOW)),
        ("yesterday", None),
        (0, None),
        (-1795411800, None),
        (True, None),
        ({"at": 1}, None),
        ("9999-99-99", None),
    ],
)
def test_the_time_is_the_senders_in_every_common_form_and_never_in_the_future(time: Any, seconds: int | None) -> None:
    incoming = post({"at": time}, of=client("event: { event_name: x, event_id: a, event_time: $.at }")).incoming[0]
    assert incoming.event.get("event_time") == seconds
    assert bool(incoming.notes) == (seconds != 1795411800)


@pytest.mark.parametrize(
    ("total", "value"),
    [("19.90", 19.9), (20, 20), ("NaN", None), ("12,50", None), (None, None), ([1], None), (True, None), ("", None)],
)
def test_the_value_is_a_finite_number_or_is_not_there(total: Any, value: float | None) -> None:
    assert post({"id": 1, "total": total}).incoming[0].event.get("value") == value


def test_fields_of_the_wrong_type_are_left_out_and_noted_by_name() -> None:
    made = client(
        "event: { event_name: x, event_id: $.id, currency: $.cur, user_data: $.who, items: $.items, client_id: $.cid }"
    )
    incoming = post({"id": {}, "cur": ["EUR"], "who": "ann@a.example", "items": "none", "cid": 12}, of=made).incoming[0]
    assert incoming.event.keys() == {"event_name", "client_id", "x-tagdock-stable-id"}
    assert incoming.event["client_id"] == "12"
    assert not any("ann@" in note for note in incoming.notes)
    assert {note.split()[0] for note in incoming.notes if "left out" in note} == {
        "event_id",
        "currency",
        "user_data",
        "items",
    }


def test_an_expression_whose_result_json_cannot_hold_gives_nothing() -> None:
    made = client("""
event:
  event_name: x
  endless: "{{ body.big * 1e300 }}"
  huge: "{{ body.whole ** 40 }}"
  lazy: "{{ body.list | map('upper') }}"
  broken: "{{ body.list | map('abs') }}"
  method: "{{ body.text.upper }}"
  mixed: "{{ [body.big, body.nothing, {'a': body.text, 'b': body.nothing}] }}"
""")
    event = post({"big": 1e300, "whole": 10**9, "list": ["a", "b"], "text": "t"}, of=made).incoming[0].event
    del event["x-tagdock-stable-id"]
    assert event == {"event_name": "x", "lazy": ["A", "B"], "mixed": [1e300, {"a": "t"}]}


def test_long_order_numbers_keep_every_digit() -> None:
    assert post({"id": 9820982911946154508}).incoming[0].event["event_id"] == "9820982911946154508"


def test_an_event_without_a_name_is_shown_but_not_routed() -> None:
    made = client("event: { event_name: \"{{ 'purchase' if body.type == 'paid' }}\" }")
    assert "x-tagdock-drop" not in post({"type": "paid"}, of=made).incoming[0].event
    assert post({"type": "refund"}, of=made).incoming[0].event["x-tagdock-drop"] == "the mapping found no event_name"


@pytest.mark.parametrize(
    ("said", "word"),
    [(True, "granted"), ("Yes", "granted"), (1, "granted"), ("GRANTED", "granted"), (False, "denied"), ("no", "denied"),
     (0, "denied"), ("maybe", None), ([True], None), (None, None), (2, None)],
)  # fmt: skip
def test_consent_is_what_the_sender_says_and_nothing_is_assumed(said: Any, word: str | None) -> None:
    made = client("event: { event_name: x }\nconsent: { ad_storage: $.ok }")
    assert post({"ok": said}, of=made).incoming[0].consent.get("ad_storage") == word
    assert post({"ok": said}).incoming[0].consent == {}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "the body is not JSON: it is empty"),
        (b"id=1", "the body is not JSON: it cannot be read at character 1"),
        (b'{"a":', "the body is not JSON: it ends too early"),
        (b'{"a":"b', "the body is not JSON: it ends too early"),
        (b'{"a":NaN}', "the body is not JSON: NaN is no number in it"),
        (b'{"a":"\xff"}', "the body is not JSON: it is not UTF-8"),
        (b"[" * 100_000, "the body is nested deeper than 32 levels"),
        (b"1e999", "the body is a number beyond any range"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "the body is nested deeper than 32 levels"),
        (b"[1]", "the body is not a JSON object"),
        (b"7", "the body is not a JSON object"),
        (b"null", "the body is not a JSON object"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_with_one_line_why(body: bytes, reason: str) -> None:
    reading = post(body)
    assert reading.incoming == []
    assert (reading.answer.status, reading.answer.body, reading.answer.content_type) == (
        400,
        reason.encode() + b"\n",
        "text/plain",
    )
    assert reading.notes == [reason]


def test_thirty_two_levels_and_a_byte_order_mark_are_read() -> None:
    assert post(b'{"a":' * 32 + b"1" + b"}" * 32).answer.status == 200
    assert post(b"\xef\xbb\xbf" + b'{"id":1}').incoming[0].event["event_id"] == "1"


def test_more_events_than_are_routed_are_refused_as_a_whole_rather_than_lost_in_part() -> None:
    made = client("events: $.o\nevent: { event_name: x }")
    refused = post({"o": [{}] * (MOST_EVENTS + 1)}, of=made)
    assert (refused.answer.status, refused.incoming) == (400, [])
    assert refused.answer.body == b"more than 100 events in one request\n"
    assert len(post({"o": [{}] * MOST_EVENTS}, of=made).incoming) == MOST_EVENTS


@pytest.mark.parametrize(
    ("method", "path", "claimed"),
    [("POST", "/hooks/orders", True), ("POST", "/hooks/orders/", True), ("GET", "/hooks/orders", False),
     ("POST", "/a/hooks/orders", False), ("POST", "/hooks/orders2", False)],
)  # fmt: skip
def test_it_claims_posts_to_exactly_its_path(method: str, path: str, claimed: bool) -> None:
    assert client().claims(Hit(method, path)) is claimed
    assert client().paths() == ("/hooks/orders",)


def test_mistakes_in_the_mapping_are_told_with_their_place() -> None:
    told = faults("""
event:
  value: $.[total
  x-tagdock-drop: no
  user_data: { email_address: "{{ bodi.email }}" }
  label: "{{ body. }}"
  items: { for_each: "$.[", item_id: $.id }
consent: { ad_store: $.ok }
events: [a]
""")
    assert [one.split(":")[0] for one in told] == [
        "event", "event.value", "event.x-tagdock-drop", "event.user_data.email_address", "event.label",
        "event.items.for_each", "consent.ad_store", "events",
    ]  # fmt: skip
    assert told[0] == "event: the fields need 'event_name'; add event_name, such as event_name: purchase"
    assert told[3].endswith("'bodi' is not known here: no event has been made yet; did you mean 'body'?")
    assert told[6].endswith("did you mean 'ad_storage'?")


@pytest.mark.parametrize("text", ["event: purchase", "event: [a]", "path: orders\nevent: { event_name: x }"])
def test_a_mapping_or_path_of_the_wrong_form_is_a_problem(text: str) -> None:
    assert faults(text)
