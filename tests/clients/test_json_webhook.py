"""The json_webhook client: posted JSON becomes events by the mapping a user wrote."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from container.clients.json_webhook import JsonWebhookClient
from container.component import Reading
from container.config.load import load_text
from container.hit import Hit

ROOT = Path(__file__).parents[2]
HITS = ROOT / "tests/hits"
NOW = 1795412850.0  # 2026-11-23T05:47:30Z
ORDER = """
event: { event_name: purchase, event_id: $.id, value: $.total, currency: $.currency,
         user_data: { email_address: $.customer.email } }
"""


def client(text: str = ORDER, environ: dict[str, str] | None = None) -> JsonWebhookClient:
    """The client of a configuration whose options are the given YAML."""
    body = "\n".join(f"      {line}" for line in text.strip().splitlines())
    loaded = load_text(f"clients:\n  orders:\n    json_webhook:\n      path: /hooks/orders\n{body}\n", environ)
    made = loaded.whole().clients["orders"]
    assert isinstance(made, JsonWebhookClient)
    return made


def faults(text: str, environ: dict[str, str] | None = None, rest: str = "") -> list[str]:
    """The problems of such a configuration, without their places."""
    body = "\n".join(f"      {line}" for line in text.strip().splitlines())
    loaded = load_text(f"clients:\n  orders:\n    json_webhook:\n      path: /hooks/orders\n{body}\n{rest}", environ)
    return [
        f"{one.path.removeprefix('clients.orders.json_webhook.')}: {one.text}; {one.hint}" for one in loaded.problems
    ]


def post(body: Any, *, now: float = NOW, of: JsonWebhookClient | None = None, **headers: str) -> Reading:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    hit = Hit("POST", "/hooks/orders", "", {name.replace("_", "-"): value for name, value in headers.items()}, raw)
    made = of or client()
    assert made.claims(hit)
    return made.read(hit, now)


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
    assert event == {"event_name": "x", "lazy": ["A", "B"], "broken": [], "mixed": [1e300, {"a": "t"}]}


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
        (b"", "the body is not JSON"),
        (b"id=1", "the body is not JSON"),
        (b'{"a":', "the body is not JSON"),
        (b'{"a":NaN}', "the body is not JSON"),
        (b'{"a":1e999}', "the body is not JSON"),
        (b'{"a":"\xff"}', "the body is not JSON"),
        (b"[" * 100_000, "the body is not JSON"),
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


def test_more_events_than_anybody_sends_are_refused() -> None:
    made = client("events: $.o\nevent: { event_name: x }")
    assert post({"o": [{}] * 5001}, of=made).answer.status == 400
    assert len(post({"o": [{}] * 5000}, of=made).incoming) == 5000


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


SIGNED = {
    "a bare key": (
        "signature: $KEY",
        {"x_signature_256": "47218758515756d868e172a5e0379a167fb10e308111f0ef13b49d5d67d6719b"},
    ),
    "the algorithm's name before it": (
        "signature: { key: $KEY, header: X-Hub-Signature-256 }",
        {"x_hub_signature_256": "sha256=47218758515756d868e172a5e0379a167fb10e308111f0ef13b49d5d67d6719b"},
    ),
    "SHA-1": (
        "signature: { key: $KEY, header: X-Hub-Signature, algorithm: sha1 }",
        {"x_hub_signature": "sha1=b2148c83712807fee9a54b246b6347da58042d45"},
    ),
    "the time in a header of its own": (
        'signature: { key: $KEY, header: X-S, prefix: "v0=", timestamp_header: At, payload: "v0:{timestamp}:{body}" }',
        {"x_s": "v0=683405fad488f34a06dfe5dd426415431e7c268a867ee7ab4ed8539fe07d3be2", "at": "1795412800"},
    ),
    "one of several keys": (
        "signature: { key: [$OLD, $KEY] }",
        {"x_signature_256": "47218758515756d868e172a5e0379a167fb10e308111f0ef13b49d5d67d6719b"},
    ),
}
"""Configurations, and headers computed by ``openssl dgst -hmac k1`` over ``{"a":1}``."""


@pytest.mark.parametrize("name", SIGNED)
def test_a_signed_request_is_read_and_any_other_is_refused(name: str) -> None:
    text, headers = SIGNED[name]
    made = client(f"event: {{ event_name: x, event_id: $.a }}\n{text}", {"KEY": "k1", "OLD": "k0"})
    body = b'{"a":1}'
    assert post(body, of=made, **headers).incoming[0].event["event_id"] == "1"
    signature = next(iter(headers))
    others: list[tuple[bytes, dict[str, str]]] = [
        (b'{"a":2}', headers),
        (body, {}),
        (body, {**headers, signature: ""}),
        (body, {**headers, signature: headers[signature][:-1]}),
        (body, {**headers, signature: headers[signature][:-1] + "f"}),
        (body, {**headers, signature: "\u20ac" * 64}),
        (body, {**headers, signature: "sha256="}),
    ]
    for content, sent in others:
        reading = post(content, of=made, **sent)
        assert (reading.answer.status, reading.incoming) == (401, [])
        assert reading.answer.body.count(b"\n") == 1
        assert b"k1" not in reading.answer.body


def test_a_request_signed_too_long_ago_or_without_its_time_is_refused() -> None:
    text, headers = SIGNED["the time in a header of its own"]
    made = client(f"event: {{ event_name: x }}\n{text[:-2]}, tolerance: 1m }}", {"KEY": "k1"})
    for now, status in ((1795412860.0, 200), (1795412861.0, 401), (1795412740.0, 200), (1795412739.0, 401)):
        assert post(b'{"a":1}', of=made, now=now, **headers).answer.status == status
    assert post(b'{"a":1}', of=made, x_s=headers["x_s"]).answer.body == b"no time of sending beside the signature\n"


def test_a_wrong_signature_is_told_before_a_body_that_cannot_be_read() -> None:
    made = client("event: { event_name: x }\nsignature: $KEY", {"KEY": "k1"})
    assert post(b"{", of=made, x_signature_256="00").answer.status == 401


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (
            "{ key: $KEY, payload: fixed }",
            "signature.payload: the signed payload leaves out the body; put {body} into payload",
        ),
        (
            '{ key: $KEY, payload: "{timestamp}.{body}" }',
            "signature.payload: nothing says where {timestamp} is; add timestamp_header or timestamp_prefix",
        ),
    ],
)
def test_a_signature_that_could_not_protect_is_a_problem(text: str, wrong: str) -> None:
    assert faults(f"event: {{ event_name: x }}\nsignature: {text}", {"KEY": "k1"}) == [wrong]


def test_the_signing_key_does_not_show() -> None:
    made = client("event: { event_name: x }\nsignature: $KEY", {"KEY": "k1-very-secret"})
    assert made.signature is not None
    assert "very-secret" not in repr(made.signature.key)


def documented(name: str) -> JsonWebhookClient:
    """The client of the documentation's worked example."""
    section = (ROOT / "docs/clients.md").read_text("utf-8").partition("\n## json_webhook\n")[2].partition("\n## ")[0]
    blocks = [block for block in re.findall(r"```yaml\n(.*?)```", section, re.S) if f"\n  {name}:" in block]
    made = load_text(blocks[0], {"SHOPIFY_WEBHOOK_SECRET": "shop-secret", "STRIPE_WEBHOOK_SECRET": "whsec_test"})
    found = made.whole().clients[name]
    assert isinstance(found, JsonWebhookClient)
    return found


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


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["id", "type", "at", "lines", "price", "who", "ok", "x-tagdock-drop"]), inner)
    ),
    max_leaves=12,
)  # fmt: skip
HOSTILE = client(
    """
events: $.lines[*]
event:
  event_name: $.type
  event_id: $.id
  event_time: $.at
  value: "{{ element.price * 2 / element.id }}"
  label: "{{ element.type | upper }}: {{ body.who.id }}"
  doubled: "{{ element.lines | map(attribute='price') }}"
  page_location: $.who
  user_data: { email_address: $.who, address: [{ city: $.who.id }] }
  items: { for_each: $.lines, item_id: $.sku, price: $.price }
consent: { ad_storage: $.ok }
signature: { key: $KEY, timestamp_prefix: "t=", header: S }
""",
    {"KEY": "k"},
)


def unharmed(reading: Reading) -> None:
    assert reading.answer.status in (200, 400, 401)
    for incoming in reading.incoming:
        assert msgspec.json.decode(msgspec.json.encode(incoming.event)) == incoming.event
        assert (
            "x-tagdock-drop" not in incoming.event
            or incoming.event["x-tagdock-drop"] == "the mapping found no event_name"
        )
        assert incoming.event.get("event_time", 0) <= NOW
        assert set(incoming.consent.values()) <= {"granted", "denied"}


@settings(max_examples=200, deadline=None)
@given(ANYTHING, st.booleans())
def test_whatever_the_json_holds_reading_never_fails(body: Any, listed: bool) -> None:
    made = JsonWebhookClient(path="/h", event=HOSTILE.event, consent=HOSTILE.consent, events=HOSTILE.events)
    content = {"lines": body, "who": body} if listed else body
    unharmed(made.read(Hit("POST", "/h", "", {}, json.dumps(content).encode()), NOW))
    made.events = None
    unharmed(made.read(Hit("POST", "/h", "", {}, json.dumps(content).encode()), NOW))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=100), st.text(max_size=60))
def test_any_bytes_and_any_signature_never_fail(body: bytes, signature: str) -> None:
    unharmed(HOSTILE.read(Hit("POST", "/hooks/orders", "", {"s": f"t=1795412850,{signature}"}, body), NOW))
    unharmed(HOSTILE.read(Hit("POST", "/hooks/orders", "", {"s": signature}, body), NOW))
    assert client().read(Hit("POST", "/hooks/orders", "", {}, body), NOW).answer.status in (200, 400)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["shopify_order.json", "stripe_checkout.json"]), st.integers(0, 1900), st.binary(max_size=4))
def test_captured_bodies_that_were_cut_or_changed_never_fail(file: str, place: int, noise: bytes) -> None:
    body = (HITS / file).read_bytes()
    for name in ("shopify", "stripe"):
        made = EXAMPLES[name]
        unharmed(made.read(Hit("POST", made.path, "", {}, body[:place] + noise + body[place + len(noise) :]), NOW))


EXAMPLES = {
    name: JsonWebhookClient(path="/h", event=documented(name).event, consent=documented(name).consent)
    for name in ("shopify", "stripe")
}
"""The worked examples without their signatures, so that changed bodies get past them."""
