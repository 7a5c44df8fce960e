"""The ga4 tag: what Google is sent of an event, by the Measurement Protocol and as its own tag would send it."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from container.clients.ga4 import Ga4Client
from container.component import Response
from container.hit import Hit
from tests.tags.sent import ADDRESS, AGENT, NOW, built, config, notes, problems, routed, sent, suppressed, the

PROTOCOL = "ga4: { measurement_id: G-SHOP1234, api_secret: $SECRET }"
COLLECT = "ga4: { via: collect, measurement_id: G-SHOP1234 }"
GIVEN = {"SECRET": "secret-123456"}


def params(**parameters: Any) -> dict[str, Any]:
    """The parameters of the one event."""
    found: dict[str, Any] = built(PROTOCOL, **parameters)["events"][0]["params"]
    return found


def test_a_purchase_by_the_measurement_protocol() -> None:
    request = sent(
        PROTOCOL, environ=GIVEN, en="purchase", sid="1772366000", sct=3, _et=55, gcd="13t3m3t2t5l1", cu="EUR",
        epn__value=120.5, ep__transaction_id="o-1", pr1="idA~nmHat~pr60.25~qt2", uid="u-7", up__plan="gold", ul="de-de",
        dl="https://shop.example/thanks?mail=ana%40example.com", dt="Thanks", sr="1920x1080",
        **{"ep__user_data.email_address": "ana@example.com"},
    )  # fmt: skip
    assert request.method == "POST"
    assert request.url == "https://vendor.example/mp/collect?measurement_id=G-SHOP1234&api_secret=secret-123456"
    assert json.loads(request.body) == {
        "client_id": "7.8",
        "user_id": "u-7",
        "timestamp_micros": 1_772_366_400_000_000,
        "user_properties": {"plan": {"value": "gold"}},
        "consent": {"ad_user_data": "GRANTED", "ad_personalization": "GRANTED"},
        "ip_override": ADDRESS,
        "user_agent": AGENT,
        "device": {"language": "de-de", "screen_resolution": "1920x1080"},
        "events": [
            {
                "name": "purchase",
                "params": {
                    "session_id": "1772366000",
                    "engagement_time_msec": 55,
                    "page_location": "https://shop.example/thanks",
                    "page_title": "Thanks",
                    "currency": "EUR",
                    "value": 120.5,
                    "transaction_id": "o-1",
                    "items": [{"item_id": "A", "item_name": "Hat", "price": 60.25, "quantity": 2}],
                },
            }
        ],
    }


def test_no_secret_rests_in_the_outbox() -> None:
    (entry,) = routed(PROTOCOL, environ=GIVEN).outgoing
    assert b"secret-123456" not in entry.body
    assert "secret-123456" not in entry.destination


def test_internal_fields_are_no_parameters() -> None:
    found = params(_p="1", _s="2", gtm="45je", tfd="9", _ss="1", ep__plain="x", seg="1", uaa="x86", sct="2")
    assert found == {"engagement_time_msec": 1, "plain": "x"}


def test_what_exceeds_googles_limits_is_cut_or_left_out_and_said() -> None:
    given = {f"ep__p{n:02}": "v" for n in range(40)}
    assert len(params(**given)) == 25
    assert "more than 25 parameters: 'p24' and those after it are left out" in notes(PROTOCOL, **given)
    found = params(ep__long="x" * 150, dt="t" * 400, **{"ep__9bad": "x", "ep__ga_own": "x", "ep__" + "n" * 41: "x"})
    assert (len(found["long"]), len(found["page_title"])) == (100, 300)
    assert set(found) == {"long", "page_title", "engagement_time_msec"}
    properties = {f"up__q{n:02}": "x" * 50 for n in range(30)} | {"up__user_id": "x", "up__" + "n" * 25: "x"}
    told = built(PROTOCOL, **properties)["user_properties"]
    assert len(told) == 25
    assert {len(one["value"]) for one in told.values()} == {36}


def test_options_change_names_and_add_parameters() -> None:
    tag = """ga4:
      measurement_id: G-SHOP1234
      api_secret: $SECRET
      event_names: { page_view: screen_view }
      parameters: { margin: "{{ event.value * 0.5 }}", page_title: fixed, gone: "{{ event.nothing }}" }
      redact_visitor_ip: true
      debug: true"""
    found = built(tag, epn__value=10, dt="x")
    assert "ip_override" not in found
    assert found["events"] == [
        {
            "name": "screen_view",
            "params": {
                "engagement_time_msec": 1,
                "page_title": "fixed",
                "value": 10,
                "margin": 5.0,
                "debug_mode": 1,
            },
        }
    ]


def test_user_data_goes_hashed_and_only_when_asked_for_and_with_a_user_id() -> None:
    tag = PROTOCOL.replace(" }", ", user_data: true }")
    given = {
        "ep__user_data.email_address": "Ana.B@Gmail.com", "ep__user_data.phone_number": "+49 151 12345678",
        "ep__user_data.address.first_name": " Ana ", "ep__user_data.address.city": "Berlin",
    }  # fmt: skip
    assert "user_data" not in built(tag, **given)
    assert "user_data" not in built(PROTOCOL, uid="u", **given)
    assert built(tag, uid="u", **given)["user_data"] == {
        "sha256_email_address": [sha256(b"anab@gmail.com").hexdigest()],
        "sha256_phone_number": [sha256(b"+4915112345678").hexdigest()],
        "address": [{"sha256_first_name": sha256(b"ana").hexdigest(), "city": "Berlin"}],
    }


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"cid": None}, "the event has no client_id"),
        ({"en": "session_start"}, "Google reserves the event's name for its own tags"),
        ({"en": "not a name"}, "Google takes no event of such a name"),
        ({"en": "n" * 41}, "Google takes no event of such a name"),
    ],
)
def test_what_google_could_do_nothing_with_is_not_sent(parameters: dict[str, Any], reason: str) -> None:
    assert suppressed(PROTOCOL, **parameters) == reason


def test_an_event_of_three_days_ago_is_too_old() -> None:
    assert suppressed(PROTOCOL, ep__event_time=str(int(NOW) - 73 * 3600)) == "the event is older than 72 hours"
    assert built(PROTOCOL, ep__event_time=str(int(NOW) - 3600))["timestamp_micros"] == (int(NOW) - 3600) * 1_000_000
    assert built(PROTOCOL, ep__event_time=str(int(NOW) + 3600))["timestamp_micros"] == int(NOW) * 1_000_000


def test_without_a_measurement_id_the_stream_of_the_hit_gets_the_event() -> None:
    tag = "ga4: { via: collect }"
    (entry,) = routed(tag).outgoing
    assert entry.destination.startswith("G-ABCD1234:")
    assert suppressed(tag, tid="UA-1-1") == "there is no measurement id for the event"


def test_a_visitors_events_keep_to_one_of_a_few_lanes() -> None:
    lanes = {routed(COLLECT, cid=f"{n}.1").outgoing[0].destination for n in range(300)}
    assert len(lanes) == 16
    assert len({routed(COLLECT, cid="7.8", en=name).outgoing[0].destination for name in ("page_view", "x")}) == 1


def test_as_googles_own_tag_the_same_event_is_read_again_from_what_is_sent() -> None:
    given: dict[str, Any] = {
        "en": "purchase", "sid": "1772366000", "sct": 3, "seg": 1, "_et": 55, "gcs": "G111", "gcd": "13t3t3t2t5l1",
        "cu": "EUR", "epn__value": 120.5, "ep__transaction_id": "o-1", "ep__note": "a&b ü", "uid": "u-7", "_ss": 1,
        "pr1": "idA~nmHat~~s~pr60.25~qt2~k0color~v0re~~d", "pr2": "idB", "up__plan": "gold", "upn__age": 7,
        "dl": "https://shop.example/thanks?a=1", "dt": "Thanks & bye", "ul": "de-de",
    }  # fmt: skip
    request = sent(COLLECT, **given)
    url = urlsplit(request.url)
    assert (request.method, request.body, url.path) == ("POST", b"", "/g/collect")
    assert request.headers == {"user-agent": AGENT}
    query = dict(parse_qsl(url.query))
    assert (query["v"], query["tid"], query["_uip"]) == ("2", "G-SHOP1234", ADDRESS)
    client = Ga4Client()
    again = client.read(Hit("POST", "/g/collect", url.query, {"user-agent": AGENT}, b"", "127.0.0.1"), NOW)
    first = routed(COLLECT, **given).trace
    assert first is not None
    before, after = first.events[0].event, again.incoming[0].event
    shared = {key: value for key, value in before.items() if key not in {"x-ga-measurement_id"}}
    assert {key: after.get(key) for key in shared} == shared


def test_personal_data_in_addresses_and_parameters_does_not_reach_google() -> None:
    for tag in (PROTOCOL, COLLECT):
        given = {"ep__note": "ana@example.com", "up__mail": "ana@example.com"}
        given |= {"uid": "ana@example.com"} if tag == PROTOCOL else {}
        assert "ana" not in json.dumps(built(tag, dl="https://x.example/?m=ana%40example.com", **given))


@pytest.mark.parametrize(
    ("status", "action"), [(204, "done"), (500, "later"), (429, "later"), (0, "later"), (413, "split")]
)
def test_what_google_answers(status: int, action: str) -> None:
    assert the(config(COLLECT)).judge(Response(status), 1).action == action


def test_what_is_wrong_is_told_at_load() -> None:
    assert problems("ga4: { measurement_id: UA-1 , via: collect }") == [
        "tags.it.ga4.measurement_id: 'UA-1' is not a measurement id; write the id of a web stream, such as G-AB12CD34EF"
    ]
    assert problems("ga4: {}") == [
        "tags.it.ga4: the Measurement Protocol needs the stream's api_secret; "
        "add api_secret: $GA4_API_SECRET, or write via: collect"
    ]
    assert problems("ga4: { via: collect, user_data: true }")[0].startswith(
        "tags.it.ga4.user_data: user data is sent by"
    )
