"""The measurement_protocol client reads what back ends post, and answers its debug path as Google's server does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from container.clients.measurement_protocol import MeasurementProtocolClient
from container.component import Incoming, Reading
from container.hit import Hit
from container.kinds import SecretText

NOW = 1_766_755_500.0
CAPTURED = [
    msgspec.json.decode(line) for line in (Path(__file__).parents[1] / "hits" / "ga4.jsonl").read_bytes().splitlines()
]
HITS = [one for one in CAPTURED if one["kind"] == "mp"]
QUERY = "measurement_id=G-X&api_secret=s3cret"


def hit_of(one: dict[str, Any]) -> Hit:
    body = one.get("body") or ""
    return Hit(one["method"], one["path"], one["query"], one.get("headers") or {}, body.encode(), ip="203.0.113.7")


def post(body: Any, *, query: str = QUERY, path: str = "/mp/collect", agent: str = "", client: Any = None) -> Reading:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    hit = Hit("POST", path, query, {"user-agent": agent}, raw, ip="198.51.100.4")
    return (client or MeasurementProtocolClient()).read(hit, NOW)


def only(event: dict[str, Any], **body: Any) -> Incoming:
    reading = post({"client_id": "1.2", **body, "events": [{"name": "purchase", **event}]})
    assert len(reading.incoming) == 1
    return reading.incoming[0]


def messages(body: Any, *, query: str = QUERY) -> list[tuple[str, str]]:
    reading = post(body, query=query, path="/debug/mp/collect")
    assert reading.incoming == []
    assert reading.answer.status == 200
    assert reading.answer.content_type == "application/json"
    decoded = msgspec.json.decode(reading.answer.body)
    assert list(decoded) == ["validationMessages"]
    assert all(one["description"] for one in decoded["validationMessages"])
    return [(one["fieldPath"], one["validationCode"]) for one in decoded["validationMessages"]]


@pytest.mark.parametrize("one", [one for one in HITS if "expect" in one], ids=lambda one: one["id"])
def test_a_captured_body_is_claimed_and_read_as_its_expectations_say(one: dict[str, Any]) -> None:
    client, hit = MeasurementProtocolClient(), hit_of(one)
    assert client.claims(hit)
    reading = client.read(hit, NOW)
    expected = one["expect"]["events"]
    assert len(reading.incoming) == len(expected)
    for incoming, fields in zip(reading.incoming, expected, strict=True):
        found = {key: incoming.event.get(key) for key in fields}
        assert msgspec.json.encode(found) == msgspec.json.encode(fields)
        if "user_properties" in one["expect"]:
            assert incoming.event["x-ga-mp2-user_properties"] == one["expect"]["user_properties"]
        said = {purpose: state.lower() for purpose, state in one["expect"].get("consent", {}).items()}
        assert incoming.consent == said


def test_a_captured_body_without_any_id_is_taken_and_its_lack_is_noted() -> None:
    hit = hit_of(next(one for one in HITS if one["id"] == "mp-missing-client"))
    reading = MeasurementProtocolClient().read(hit, NOW)
    assert reading.answer.status == 204
    assert [one.event["event_name"] for one in reading.incoming] == ["test_event"]
    assert reading.incoming[0].notes == ["the body has neither client_id nor app_instance_id"]


def test_the_captured_bad_event_name_is_what_the_debug_path_complains_of() -> None:
    hit = hit_of(next(one for one in HITS if one["id"] == "mp-rudder-bad-event-name"))
    reading = MeasurementProtocolClient().read(hit, NOW)
    [message] = msgspec.json.decode(reading.answer.body)["validationMessages"]
    assert (message["fieldPath"], message["validationCode"]) == ("events", "NAME_INVALID")
    assert "campaign@details" in message["description"]
    assert reading.incoming == []


@pytest.mark.parametrize(
    ("method", "path", "claimed"),
    [
        ("POST", "/mp/collect", True),
        ("POST", "/metrics/mp/collect", True),
        ("POST", "/debug/mp/collect", True),
        ("POST", "/backend", True),
        ("GET", "/mp/collect", False),
        ("POST", "/g/collect", False),
        ("POST", "/mp/collect/more", False),
    ],
)
def test_it_claims_posts_to_its_paths_only(method: str, path: str, claimed: bool) -> None:
    assert MeasurementProtocolClient(paths_=["/backend"]).claims(Hit(method, path, QUERY)) is claimed


def test_it_tells_the_paths_it_listens_on() -> None:
    assert MeasurementProtocolClient(paths_=["/backend"]).paths() == ("/mp/collect", "/debug/mp/collect", "/backend")


@pytest.mark.parametrize(
    ("query", "status", "events"),
    [
        ("measurement_id=G-X&api_secret=s3cret", 204, 1),
        ("measurement_id=G-X&api_secret=s3cre", 403, 0),
        ("measurement_id=G-X&api_secret=caf%C3%A9", 403, 0),
        ("measurement_id=G-X&api_secret=", 401, 0),
        ("measurement_id=G-X", 401, 0),
    ],
)
@pytest.mark.parametrize("path", ["/mp/collect", "/debug/mp/collect"])
def test_a_configured_secret_must_be_given(path: str, query: str, status: int, events: int) -> None:
    client = MeasurementProtocolClient(api_secret=SecretText("s3cret"))
    reading = post({"client_id": "1.2", "events": [{"name": "lead"}]}, query=query, path=path, client=client)
    if status == 204 and path.startswith("/debug"):
        status, events = 200, 0
    assert (reading.answer.status, len(reading.incoming)) == (status, events)
    assert "s3cre" not in " ".join(reading.notes)


def test_without_a_configured_secret_everybody_may_send() -> None:
    body = {"client_id": "1.2", "events": [{"name": "lead"}]}
    for client in (MeasurementProtocolClient(), MeasurementProtocolClient(api_secret=SecretText(""))):
        assert len(post(body, query="measurement_id=G-X", client=client).incoming) == 1


def test_the_secret_does_not_reach_the_event() -> None:
    assert b"s3cret" not in msgspec.json.encode(only({"params": {"value": 1}}).event)


@pytest.mark.parametrize(
    ("of_body", "of_event", "expected", "note"),
    [
        (1_766_755_400_000_000, None, 1_766_755_400, None),
        (1_766_755_400_000_000, 1_766_755_300_999_999, 1_766_755_300, None),
        ("1766755400000000", None, 1_766_755_400, None),
        (1_766_755_499.9e6, None, 1_766_755_499, None),
        (1_766_759_000_000_000, None, 1_766_755_500, "ahead"),
        (1_766_400_000_000_000, None, 1_766_400_000, "days old"),
        ("soon", None, None, "not a time"),
        (-5, None, None, "not a time"),
        (True, None, None, "not a time"),
        ([1], None, None, "not a time"),
        (None, None, None, None),
    ],
)
def test_the_time_of_the_sender_counts_in_whole_seconds_unless_it_lies_ahead(
    of_body: Any, of_event: Any, expected: int | None, note: str | None
) -> None:
    event = {} if of_event is None else {"timestamp_micros": of_event}
    body = {} if of_body is None else {"timestamp_micros": of_body}
    incoming = only(event, **body)
    assert incoming.event.get("event_time") == expected
    assert type(incoming.event.get("event_time")) in (int, type(None))
    assert [note in text for text in incoming.notes] == ([] if note is None else [True])


def test_user_properties_are_unwrapped_and_those_without_a_plain_value_left_out() -> None:
    given = {
        "tier": {"value": "gold", "timestamp_micros": 1},
        "age": {"value": 30},
        "bare": "x",
        "odd": {},
        "deep": {"value": {}},
    }
    assert only({}, user_properties=given).event["x-ga-mp2-user_properties"] == {"tier": "gold", "age": 30, "bare": "x"}
    assert "x-ga-mp2-user_properties" not in only({}, user_properties=["x"]).event


def test_user_data_is_kept_in_the_form_sent_under_its_documented_names() -> None:
    data = {"email": "a@example.com", "sha256_phone_number": ["ab"], "address": [{"city": "x"}], "_tag_mode": "CODE"}
    assert only({}, user_data=data).event["user_data"] == {
        "email_address": "a@example.com",
        "sha256_phone_number": ["ab"],
        "address": [{"city": "x"}],
    }
    assert "user_data" not in only({}, user_data={"_tag_mode": "CODE", "email": ""}).event
    assert "user_data" not in only({}, user_data="a@example.com").event


def test_consent_is_read_for_the_two_purposes_the_protocol_knows() -> None:
    given = {"ad_user_data": "GRANTED", "ad_personalization": "denied", "ad_storage": "GRANTED"}
    assert only({}, consent=given).consent == {"ad_user_data": "granted", "ad_personalization": "denied"}
    assert only({}, consent={"ad_user_data": "MAYBE", "ad_personalization": 1}).consent == {}
    assert only({}, consent="GRANTED").consent == {}


def test_the_session_is_known_under_the_protocols_name_and_under_that_of_browser_hits() -> None:
    event = only({"params": {"session_id": 1753017080, "session_number": "3"}}).event
    assert event["session_id"] == 1753017080
    assert event["ga_session_id"] == "1753017080"
    assert event["ga_session_number"] == 3


def test_a_parameter_never_replaces_a_built_in_key() -> None:
    params = {"event_name": "x", "client_id": "x", "x-ga-gcs": "G111", "ip_override": "192.0.2.1", "user_id": "u"}
    incoming = only({"params": params}, ip_override="203.0.113.9")
    event = incoming.event
    assert event["event_name"] == "purchase"
    assert event["client_id"] == "1.2"
    assert event["ip_override"] == "203.0.113.9"
    assert event["user_id"] == "u"
    assert "x-ga-gcs" not in event
    assert event["x-ga-mp2-ep-client_id"] == "x"
    assert len(incoming.notes) == 4


def test_the_visitor_is_who_the_body_names() -> None:
    event = only({}, ip_override="2001:db8::1", user_agent="Mozilla/5.0 (visitor)").event
    assert (event["ip_override"], event["user_agent"]) == ("2001:db8::1", "Mozilla/5.0 (visitor)")


def test_a_back_ends_own_address_and_agent_are_not_taken_for_the_visitors() -> None:
    event = post({"client_id": "1.2", "events": [{"name": "lead"}]}, agent="python-requests/2.32").incoming[0].event
    assert "ip_override" not in event
    assert "user_agent" not in event
    event = post({"client_id": "1.2", "events": [{"name": "lead"}]}, agent="Mozilla/5.0 (X11)").incoming[0].event
    assert (event["ip_override"], event["user_agent"]) == ("198.51.100.4", "Mozilla/5.0 (X11)")


def test_an_address_that_is_none_is_left_out_and_noted() -> None:
    incoming = only({}, ip_override="home")
    assert "ip_override" not in incoming.event
    assert incoming.notes == ["ip_override is not an IP address and was left out"]


def test_location_device_and_page_are_found_where_browser_hits_have_them() -> None:
    event = only(
        {"params": {"page_location": "https://shop.example/cart?x=1"}},
        user_location={"city": "Mountain View", "region_id": "US-CA", "country_id": "US"},
        device={"language": "en", "screen_resolution": "1280x2856"},
        non_personalized_ads=True,
    ).event
    assert event["event_location"] == {"country": "US", "region": "CA", "city": "Mountain View"}
    assert (event["language"], event["screen_resolution"]) == ("en", "1280x2856")
    assert (event["page_hostname"], event["page_path"]) == ("shop.example", "/cart")
    assert event["x-ga-npa"] == "1"


def test_names_in_camel_case_mean_the_same() -> None:
    reading = post(
        {"clientId": "1.2", "userId": "u", "events": [{"name": "lead"}], "timestampMicros": 1766755400000000}
    )
    event = reading.incoming[0].event
    assert (event["client_id"], event["user_id"], event["event_time"]) == ("1.2", "u", 1766755400)


def test_an_app_is_known_by_its_instance() -> None:
    reading = post({"app_instance_id": "ab", "events": [{"name": "lead"}]}, query="firebase_app_id=1:2:web:3")
    event = reading.incoming[0].event
    assert event["app_instance_id"] == "ab"
    assert event["x-ga-mp2-firebase_app_id"] == "1:2:web:3"
    assert reading.incoming[0].notes == []


def test_twenty_five_events_are_read_and_the_rest_noted() -> None:
    reading = post({"client_id": "1.2", "events": [{"name": f"e{n}"} for n in range(30)]})
    assert [one.event["event_name"] for one in reading.incoming] == [f"e{n}" for n in range(25)]
    assert reading.notes == ["only the first 25 of 30 events were read"]


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{", b"\xff\xfe", b'{"events": 1}', b'{"events": [1, {}, {"name": 5}]}', b"[" * 100_000],
)
def test_rubbish_is_thanked_for_and_routes_nothing(body: bytes) -> None:
    reading = post(body)
    assert (reading.answer.status, reading.incoming) == (204, [])
    assert reading.notes


def test_half_a_character_loses_nothing() -> None:
    reading = post(
        rb'{"client_id":"1.2","events":[{"name":"lead","params":{"title":"Hat \ud83d","value":1e999,"n":2}}]}'
    )
    (incoming,) = reading.incoming
    assert (incoming.event["title"], incoming.event["n"]) == ("Hat \ufffd", 2)
    assert "value" not in incoming.event
    assert reading.notes == [
        "half of a character (a lone surrogate) was replaced by U+FFFD",
        "value: a number beyond any range was left out",
    ]


@pytest.mark.parametrize(
    ("body", "note"),
    [
        (b"", "the body is not JSON: it is empty"),
        (b'{"events":[', "the body is not JSON: it ends too early"),
        (b"[" * 90_000, "the body is nested deeper than 32 levels"),
        (b"[]", "the body is not a JSON object"),
    ],
)
def test_what_is_wrong_with_a_body_is_told(body: bytes, note: str) -> None:
    assert post(body).notes == [note]


def test_parameters_nested_too_deeply_are_left_out_and_the_rest_stays() -> None:
    deep: Any = 1
    for _ in range(40):
        deep = {"a": [deep]}
    incoming = only({"params": {"deep": deep, "value": 5}})
    assert incoming.event["value"] == 5
    assert "deep" not in incoming.event
    assert "nested too deeply" in incoming.notes[0]


def test_integers_past_sixty_four_bits_are_left_out_since_no_tag_could_write_them() -> None:
    body = b'{"client_id": 1%b, "user_id": 7, "user_data": {"x": [1%b]}, "user_properties": {"p": {"value": 1%b}},'
    body += (
        b'"events": [{"name": "lead", "timestamp_micros": 1%b, "params": {"n": 1%b, "items": [{"q": 1%b}], "v": 1}}]}'
    )
    [incoming] = post(body.replace(b"%b", b"0" * 40)).incoming
    assert msgspec.json.decode(msgspec.json.encode(incoming.event)) == incoming.event
    assert (incoming.event["v"], incoming.event["user_id"]) == (1, "7")
    assert not {"n", "items", "client_id", "user_data", "x-ga-mp2-user_properties"} & incoming.event.keys()


def test_items_that_are_no_objects_are_left_out() -> None:
    incoming = only({"params": {"items": [{"item_id": "a"}, 5, None]}})
    assert incoming.event["items"] == [{"item_id": "a"}]
    assert incoming.notes == ["2 items were left out: no objects, or more than 200"]
    assert "items" not in only({"params": {"items": "a,b"}}).event


GOOD = {
    "client_id": "1.2",
    "timestamp_micros": 1_766_755_400_000_000,
    "validation_behavior": "ENFORCE_RECOMMENDATIONS",
    "user_properties": {"tier": {"value": "gold"}},
    "consent": {"ad_user_data": "GRANTED", "ad_personalization": "DENIED"},
    "events": [{"name": "purchase", "params": {"value": 1.5, "currency": "EUR", "items": [{"item_id": "a"}]}}],
}


def test_the_debug_path_has_nothing_to_say_about_a_good_body() -> None:
    assert messages(GOOD) == []


def event(name: Any = "lead", **params: Any) -> dict[str, Any]:
    return {"events": [{"name": name, "params": params}]}


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"client_id": None}, "client_id", "VALUE_REQUIRED"),
        ({"events": None}, "events", "VALUE_REQUIRED"),
        ({"events": []}, "events", "VALUE_REQUIRED"),
        ({"events": {}}, "events", "VALUE_INVALID"),
        ({"events": ["x"]}, "events", "VALUE_INVALID"),
        ({"events": [{"name": "lead"}] * 26}, "events", "EXCEEDED_MAX_ENTITIES"),
        (event(None), "events", "VALUE_REQUIRED"),
        (event("_lead"), "events", "NAME_INVALID"),
        (event("1lead"), "events", "NAME_INVALID"),
        (event("my lead"), "events", "NAME_INVALID"),
        (event("l" * 41), "events", "NAME_INVALID"),
        (event("session_start"), "events", "NAME_RESERVED"),
        ({"events": [{"name": "lead", "params": 5}]}, "events.params", "VALUE_INVALID"),
        (event(**{f"p{n}": 1 for n in range(26)}), "events.params", "EXCEEDED_MAX_ENTITIES"),
        (event(ga_x=1), "events.params.ga_x", "NAME_RESERVED"),
        (event(**{"a-b": 1}), "events.params.a-b", "NAME_INVALID"),
        (event(x={"y": 1}), "events.params.x", "VALUE_INVALID"),
        (event(x="y" * 101), "events.params.x", "VALUE_OUT_OF_BOUNDS"),
        (event(value="12", currency="EUR"), "events.params.value", "VALUE_INVALID"),
        (event(value=12, currency="Euro"), "events.params.currency", "VALUE_INVALID"),
        (event(value=12), "events.params.currency", "VALUE_REQUIRED"),
        (event(items="x"), "events.params.items", "VALUE_INVALID"),
        (event(items=[1]), "events.params.items", "VALUE_INVALID"),
        (event(items=[{"price": 1}]), "events.params.items", "VALUE_REQUIRED"),
        (event(items=[{"item_id": "a"}] * 201), "events.params.items", "EXCEEDED_MAX_ENTITIES"),
        ({"timestamp_micros": "soon"}, "timestamp_micros", "VALUE_INVALID"),
        ({"timestamp_micros": 1}, "timestamp_micros", "VALUE_OUT_OF_BOUNDS"),
        ({"consent": "GRANTED"}, "consent", "VALUE_INVALID"),
        ({"consent": {"ad_user_data": "granted"}}, "consent.ad_user_data", "VALUE_INVALID"),
        ({"user_properties": 1}, "user_properties", "VALUE_INVALID"),
        ({"user_properties": {"tier": "gold"}}, "user_properties", "VALUE_REQUIRED"),
        ({"user_properties": {"user_id": {"value": 1}}}, "user_properties", "NAME_RESERVED"),
        ({"user_properties": {"tier": {"value": "g" * 37}}}, "user_properties", "VALUE_OUT_OF_BOUNDS"),
        ({"user_properties": {"tier": {"value": []}}}, "user_properties", "VALUE_INVALID"),
        ({"user_properties": {f"p{n}": {"value": 1} for n in range(26)}}, "user_properties", "EXCEEDED_MAX_ENTITIES"),
    ],
)
def test_the_debug_path_names_the_field_and_the_code_of_what_is_wrong(
    change: dict[str, Any], field: str, code: str
) -> None:
    assert messages({**GOOD, **change}) == [(field, code)]


def test_recommendations_count_only_when_they_are_asked_for() -> None:
    body = {**GOOD, **event(x="y" * 101, value=12, **{f"p{n}": 1 for n in range(30)})}
    assert len(messages(body)) == 3
    assert messages({**body, "validation_behavior": "RELAXED"}) == []


def test_the_debug_path_asks_for_the_ids_of_the_stream() -> None:
    assert messages(GOOD, query="api_secret=s") == [("measurement_id", "VALUE_REQUIRED")]
    assert messages(GOOD, query="firebase_app_id=1:2") == [("app_instance_id", "VALUE_REQUIRED")]
    assert messages({**GOOD, "app_instance_id": "zz"}, query="firebase_app_id=1:2") == [
        ("app_instance_id", "VALUE_INVALID")
    ]
    assert messages({**GOOD, "app_instance_id": "0f" * 16}, query="firebase_app_id=1:2") == []


def test_the_debug_path_says_when_a_body_is_no_json() -> None:
    assert messages(b"{") == [("", "VALUE_INVALID")]


def test_the_debug_path_stops_complaining_at_a_hundred_messages() -> None:
    assert len(messages({**GOOD, **event(**{f"p-{n}": 1 for n in range(500)})})) == 100
