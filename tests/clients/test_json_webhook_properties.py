"""The json_webhook client survives whatever is posted to it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from container.clients.json_webhook import JsonWebhookClient
from container.component import Reading
from container.hit import Hit
from tests.clients.webhook import HITS, NOW, client, documented

EXAMPLES = {
    name: JsonWebhookClient(path="/h", event=documented(name).event, consent=documented(name).consent)
    for name in ("shopify", "stripe")
}
"""The worked examples without their signatures, so that changed bodies get past them."""

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


@settings(max_examples=200)
@given(ANYTHING, st.booleans())
def test_whatever_the_json_holds_reading_never_fails(body: Any, listed: bool) -> None:
    made = JsonWebhookClient(path="/h", event=HOSTILE.event, consent=HOSTILE.consent, events=HOSTILE.events)
    content = {"lines": body, "who": body} if listed else body
    unharmed(made.read(Hit("POST", "/h", "", {}, json.dumps(content).encode()), NOW))
    made.events = None
    unharmed(made.read(Hit("POST", "/h", "", {}, json.dumps(content).encode()), NOW))


@settings(max_examples=200)
@given(st.binary(max_size=100), st.text(max_size=60))
def test_any_bytes_and_any_signature_never_fail(body: bytes, signature: str) -> None:
    unharmed(HOSTILE.read(Hit("POST", "/hooks/orders", "", {"s": f"t=1795412850,{signature}"}, body), NOW))
    unharmed(HOSTILE.read(Hit("POST", "/hooks/orders", "", {"s": signature}, body), NOW))
    assert client().read(Hit("POST", "/hooks/orders", "", {}, body), NOW).answer.status in (200, 400)


@settings(max_examples=200)
@given(st.sampled_from(["shopify_order.json", "stripe_checkout.json"]), st.integers(0, 1900), st.binary(max_size=4))
def test_captured_bodies_that_were_cut_or_changed_never_fail(file: str, place: int, noise: bytes) -> None:
    body = (HITS / file).read_bytes()
    for name in ("shopify", "stripe"):
        made = EXAMPLES[name]
        unharmed(made.read(Hit("POST", made.path, "", {}, body[:place] + noise + body[place + len(noise) :]), NOW))
