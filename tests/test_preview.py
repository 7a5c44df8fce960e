"""A preview shows what happened and to nobody whom it happened to."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from container.config.document import Configuration
from container.config.load import load
from container.hit import Hit
from container.preview import allowed, mask
from container.preview import test_event_code as code_asked_for
from container.runtime import route
from tests.fakes import NOW

ROOT = Path(__file__).parents[1]
PERSON = {
    "email_address": "Jane.Doe@Example.com",
    "phone_number": "+49 30 1234567",
    "address.first_name": "Jacqueline",
    "address.last_name": "Doeringer",
    "address.street": "Lindenstrasse 7b",
    "address.city": "Freudenstadt",
    "address.region": "Schwarzwald",
    "address.postal_code": "72250",
}
IP = "198.51.100.77"


@cache
def shipped() -> Configuration:
    return load(ROOT / "config.yaml", {}).whole()


def traced(query: dict[str, Any], **parts: Any) -> Any:
    headers = {"user-agent": "Firefox/140.0", "cookie": "cmp_marketing=yes"}
    hit = Hit("GET", "/g/collect", urlencode({"v": 2, "tid": "G-1", "cid": "7.8", **query}), headers, ip=IP, **parts)
    trace = route(hit, shipped(), NOW, explain=True).trace
    assert trace is not None
    return trace.to_json()


def purchase(**more: Any) -> Any:
    person = {f"ep.user_data.{name}": value for name, value in PERSON.items()}
    return traced({"gcs": "G111", "en": "purchase", "epn.value": 12, "cu": "EUR", **person, **more})


def test_nothing_of_the_visitor_survives_in_the_text_of_a_masked_trace() -> None:
    text = json.dumps(purchase(dl=f"https://shop.example/thanks?mail={PERSON['email_address']}&ip={IP}"))
    masked = json.dumps(mask(json.loads(text)))
    for value in [*PERSON.values(), IP]:
        assert value in text
        assert value.lower() not in masked.lower()


def test_the_cookies_of_the_pixel_are_masked_and_so_is_the_click_they_hold() -> None:
    fbp, fbc = "fb.1.1772366300000.1234567890", "fb.1.1772366300000.IwAR2_Case-Kept"
    trace = {
        "event": {"fbp": fbp, "page_location": "https://x.example/?fbclid=IwAR2_Case-Kept", "note": quote(fbp)},
        "payload": {"user_data": {"fbp": fbp, "fbc": fbc, "client_user_agent": "Firefox"}},
    }
    assert mask(trace) == {
        "event": {"fbp": "f***", "page_location": "https://x.example/?fbclid=I***", "note": "f***"},
        "payload": {"user_data": {"fbp": "f***", "fbc": "f***", "client_user_agent": "Firefox"}},
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://127.0.0.1:8080/demo/thanks?ip=127.0.0.1", "http://127.0.0.1:8080/demo/thanks?ip=1***"),
        ("dl=http%3A%2F%2F127.0.0.1%3A8080%2F&uip=127.0.0.1", "dl=http%3A%2F%2F127.0.0.1%3A8080%2F&uip=1***"),
        ("127.0.0.1 asked https://shop.example/127.0.0.1", "1*** asked https://shop.example/1***"),
        ("127.0.0.1127.0.0.1", "1***1***"),
    ],
)
def test_a_visitors_address_is_masked_and_the_host_of_a_page_is_not(text: str, shown: str) -> None:
    assert mask({"ip_override": "127.0.0.1", "text": text}) == {"ip_override": "1***", "text": shown}


def test_a_host_of_six_groups_is_not_masked_either() -> None:
    trace = {"ip_override": "2001:db8::7", "page": "http://[2001:db8::7]:8080/", "said": "2001:db8::7"}
    assert mask(trace)["page"] == "http://[2001:db8::7]:8080/"
    assert mask(trace)["said"] == "2***"


def test_hashes_stay_since_they_are_what_is_sent() -> None:
    sent = mask(purchase())["events"][0]["tags"][0]["payload"]["user_data"]
    assert sent["em"] in (hashed("jane.doe@example.com"), [hashed("jane.doe@example.com")])
    assert sent["ph"] in (hashed("49301234567"), [hashed("49301234567")])
    assert sent["client_user_agent"] == "Firefox/140.0"
    assert sent["client_ip_address"] == "1***"


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def test_a_masked_value_keeps_its_first_character_and_an_address_its_shape() -> None:
    user = mask(purchase())["events"][0]["event"]["user_data"]
    assert user["email_address"] == "J***@E***.com"
    assert user["phone_number"] == "+***"
    address = user["address"][0] if isinstance(user["address"], list) else user["address"]
    assert (address["first_name"], address["city"]) == ("J***", "F***")


def test_everything_else_of_the_trace_stays_as_it_is() -> None:
    trace = traced({"gcs": "G111", "en": "purchase", "epn.value": 12, "cu": "EUR", "dl": "https://shop.example/a?b=c"})
    masked = mask(trace)
    masked["events"][0]["event"].pop("ip_override")
    trace["events"][0]["event"].pop("ip_override")
    payload, shown = (one["events"][0]["tags"][0]["payload"]["user_data"] for one in (trace, masked))
    assert payload.pop("client_ip_address") == IP
    assert shown.pop("client_ip_address") == "1***"
    assert masked == trace


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("write to jane.doe@example.com today", "write to j***@e***.com today"),
        ("https://x.example/?m=jane%40example.com&a=1", "https://x.example/?m=j***@e***.com&a=1"),
        ("https://x.example/?m=jane%2540example.com", "https://x.example/?m=j***@e***.com"),
        ("<jané@exämple.de>,<zoë@example.org>", "<j***@e***.de>,<z***@e***.org>"),
        ("user+tag@sub.example.co.uk", "u***@s***.uk"),
        ("no address @ all", "no address @ all"),
        ("40 %40", "40 %40"),
    ],
)
def test_an_address_in_any_text_is_masked(text: str, shown: str) -> None:
    assert mask({"reason": text, "notes": [text]}) == {"reason": shown, "notes": [shown]}


@pytest.mark.parametrize("word", ["+49 30 1234567", quote("+49 30 1234567"), "+49+30+1234567".replace("+49", "%2B49")])
def test_a_personal_value_is_masked_where_a_reason_or_a_url_repeats_it(word: str) -> None:
    trace = {"event": {"user_data": {"phone_number": "+49 30 1234567"}}, "reason": f"phone is '{word}': not equal to 5"}
    reason = mask(trace)["reason"]
    assert "1234567" not in reason
    assert reason.startswith("phone is '")
    assert reason.endswith("***': not equal to 5")


@pytest.mark.parametrize(
    "user",
    [
        {"phone_number": {"mobile": "0301234567"}},
        {"phone_number": ["0301234567", ["0301234567"]]},
        {"phone_number": 301234567},
        {"nickname": "0301234567"},
        {"address": [{"first_name": {"deep": "0301234567"}}]},
        {"address": "0301234567"},
    ],
)
def test_personal_values_of_odd_shapes_and_names_are_masked_too(user: dict[str, Any]) -> None:
    assert "301234567" not in json.dumps(mask({"event": {"user_data": user}}))


def test_personal_fields_are_masked_wherever_they_stand() -> None:
    trace = {"items": [{"email": "x", "phone": "0301234567", "first_name": "Jane", "name": "A shoe"}]}
    assert mask(trace) == {"items": [{"email": "x***", "phone": "0***", "first_name": "J***", "name": "A shoe"}]}


def test_of_googles_user_data_token_only_names_and_hashes_stay() -> None:
    digest = "jkPKN3ASKOdJg-_b0M_1wWs7Hl1OKafAVibU0loBjhE"
    trace = {"event": {"x-ga-em": f"tv.1~em.{digest}~ct0.Freudenstadt~co0.DE"}}
    assert mask(trace) == {"event": {"x-ga-em": f"tv.1~em.{digest}~ct0.***~co0.***"}}


TOLD = {
    "page_location": "https://shop.example/?phone=%2B4915112345678&token=secret123&order=o-17",
    "page_referrer": "https://shop.example/?tel=015112345678",
    "note": "call +49 151 12345678 about o-17",
    "password": "hunter2",
    "customer_phone": "0151 2345",
    "lastName": "Doeringer",
    "iban": "DE89370400440532013000",
    "card": "4111111111111111",
    "birthday": "1970-01-02",
    "api_key": 12345678,
    "mobile": 15112345678,
    "paid": "from DE89 3704 0044 0532 0130 00 with 4111-1111-1111-1111",
}


def test_what_an_event_says_by_its_names_and_by_its_look_is_masked() -> None:
    assert mask({"event": TOLD})["event"] == {
        "page_location": "https://shop.example/?phone=***&token=***&order=o-17",
        "page_referrer": "https://shop.example/?tel=0***",
        "note": "call +*** about o-17",
        "password": "***",
        "customer_phone": "0***",
        "lastName": "D***",
        "iban": "D***",
        "card": "4***",
        "birthday": "1***",
        "api_key": "***",
        "mobile": "1***",
        "paid": "from D*** with 4***",
    }


def test_what_an_address_of_a_page_holds_is_masked_in_variables_and_reasons_too() -> None:
    masked = mask({"page": TOLD["page_referrer"], "value": "015112345678", "reason": "it is '015112345678'"})
    assert masked == {"page": "https://shop.example/?tel=0***", "value": "0***", "reason": "it is '0***'"}


def test_what_is_no_persons_stays_readable() -> None:
    event = {
        "mobile": True, "is_mobile": 1, "item_id": "4111111111111111", "transaction_id": "1234567890123",
        "value": 12.5, "tid": "G-AB12CD34EF", "cid": "1234567890.1700000000", "gcs": "G111", "gcd": "13r3r3r3r5",
        "_p": "1700000000000", "sid": "1700000000", "event_id": "a1b2c3d4-1234-5678-9012-123456789012",
        "time": "2026-03-01T12:00:00+01:00", "note": "order 302-1234567-1234567", "phone_type": "iphone",
        "page_location": "https://shop.example/a?q=red+12345678&page=2&zipped=1&card=visa",
        "items": [{"item_name": "A phone", "price": 9.95}],
    }  # fmt: skip
    assert mask({"event": event}) == {"event": event}


def test_masking_leaves_the_trace_itself_alone() -> None:
    trace = purchase()
    before = json.dumps(trace)
    mask(trace)
    assert json.dumps(trace) == before


ANYTHING: Any = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(some.characters()),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150)
@given(ANYTHING, ANYTHING)
def test_whatever_an_event_holds_can_be_masked(user: Any, other: Any) -> None:
    masked = mask({"event": {"user_data": user, "other": other}, "reason": "x"})
    assert masked["reason"] == "x"


@settings(max_examples=100)
@given(some.text("abcdefghij", min_size=6, max_size=30), some.sampled_from(["reason", "page_location", "notes"]))
def test_a_personal_text_never_survives_in_another_field(text: str, field: str) -> None:
    masked = mask({"event": {"user_data": {"last_name": text}, field: f"before {text} after"}})
    assert text not in json.dumps(masked)


def test_ten_thousand_personal_values_are_masked_as_well() -> None:
    users = [{"email": f"u{number}@example.com", "nickname": f"name-{number}"} for number in range(10_000)]
    assert "@example.com" not in json.dumps(mask({"user_data": {"address": users}})).replace("***@e***.com", "")


def test_only_the_right_token_is_allowed() -> None:
    assert allowed("t0ken", "t0ken")
    assert not allowed("t0ken ", "t0ken")
    assert not allowed("", "t0ken")
    assert not allowed("tökén\ud800", "t0ken")


def test_without_a_token_nobody_is_allowed() -> None:
    assert not allowed("", "")
    assert not allowed("anything", "")


@pytest.mark.parametrize(("asked", "code"), [("TEST12345", "TEST12345"), ("a b", ""), ("x" * 41, ""), ("", "")])
def test_a_preview_may_give_its_payloads_a_test_event_code_of_their_own(asked: str, code: str) -> None:
    assert code_asked_for({"x-tagdock-test-event-code": asked}) == code
    hit = Hit("GET", "/g/collect", "v=2&tid=G-1&cid=1.2&gcs=G111&en=page_view", {"user-agent": "x"}, ip="203.0.113.7")
    routed = route(hit, load(ROOT / "config.yaml", {}).whole(), NOW, test_event_code=code)
    assert [one.destination for one in routed.outgoing] == ["1234567890:TEST12345" if code else "1234567890"]
