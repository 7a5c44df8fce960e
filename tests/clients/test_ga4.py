"""The ga4 client reads what browsers really sent, and whatever else arrives on its paths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from container.clients.ga4 import Ga4Client
from container.component import Incoming, Reading
from container.ga4.parameters import KNOWN
from container.hit import Hit

NOW = 1_766_755_500.0
CAPTURED = [
    msgspec.json.decode(line) for line in (Path(__file__).parents[1] / "hits" / "ga4.jsonl").read_bytes().splitlines()
]
HITS = [one for one in CAPTURED if one["kind"] == "ga4"]


def hit_of(one: dict[str, Any]) -> Hit:
    body = one.get("body") or ""
    return Hit(one["method"], one["path"], one["query"], one.get("headers") or {}, body.encode(), ip="203.0.113.7")


def read(query: str = "", body: str = "", **headers: str) -> Reading:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Ga4Client().read(Hit("POST", "/g/collect", query, named, body.encode(), ip="203.0.113.7"), NOW)


def only(query: str = "", body: str = "", **headers: str) -> Incoming:
    incoming = read(query, body, **headers).incoming
    assert len(incoming) == 1
    return incoming[0]


def same(found: Any, expected: Any) -> bool:
    """Equal with the types of numbers, which ``==`` overlooks."""
    return msgspec.json.encode(found, order="sorted") == msgspec.json.encode(expected, order="sorted")


@pytest.mark.parametrize("one", HITS, ids=lambda one: one["id"])
def test_a_captured_hit_is_claimed_and_read_as_its_expectations_say(one: dict[str, Any]) -> None:
    client, hit = Ga4Client(), hit_of(one)
    assert client.claims(hit)
    reading = client.read(hit, NOW)
    expected = one["expect"]["events"]
    assert len(reading.incoming) == len(expected)
    for incoming, fields in zip(reading.incoming, expected, strict=True):
        wrong = {
            key: incoming.event.get(key) for key, value in fields.items() if not same(incoming.event.get(key), value)
        }
        assert wrong == {}


@pytest.mark.parametrize(
    "one", [one for one in HITS if "consent" in one["expect"] and one["expect"]["events"]], ids=lambda one: one["id"]
)
def test_a_captured_hit_says_what_its_site_said_of_consent(one: dict[str, Any]) -> None:
    said = one["expect"]["consent"]
    explicit = {purpose: state for purpose, state in said.get("gcs", {}).items() if state}
    explicit |= {purpose: both["explicit"] for purpose, both in said.get("gcd", {}).items() if both["explicit"]}
    implicit = {purpose: both["implicit"] for purpose, both in said.get("gcd", {}).items() if both["implicit"]}
    read = Ga4Client().read(hit_of(one), NOW).incoming
    assert read
    for incoming in read:
        assert incoming.consent == explicit
        assert incoming.implicit == implicit


@pytest.mark.parametrize(
    ("method", "path", "query", "claimed"),
    [
        ("GET", "/g/collect", "v=2&tid=G-1&en=x", True),
        ("POST", "/g/collect", "", True),
        ("POST", "/any/prefix/g/collect", "v=2", True),
        ("GET", "/gtg/ag/g/c", "v=2&tid=G-1", True),
        ("GET", "/metrics", "en=x", True),
        ("GET", "/Zk3/random", "v=2&tid=G-1&en=x", True),
        ("GET", "/collect", "tid=G-1&v=2", True),
        ("GET", "/collect", "v=1&tid=UA-1&t=pageview", False),
        ("GET", "/g/collect", "v=1&tid=UA-1&t=pageview", False),
        ("GET", "/metrics", "v=1&tid=UA-1", False),
        ("GET", "/collect", "tid=G-1&uapv=2", False),
        ("GET", "/collect", "v=2&xtid=G-1", False),
        ("GET", "/collect", "v=2", False),
        ("POST", "/mp/collect", "v=2&tid=G-1", False),
        ("POST", "/tr", "id=1&ev=PageView", False),
        ("OPTIONS", "/g/collect", "v=2&tid=G-1", False),
        ("DELETE", "/g/collect", "v=2&tid=G-1", False),
    ],
)
def test_it_claims_protocol_two_and_nothing_else(method: str, path: str, query: str, claimed: bool) -> None:
    assert Ga4Client(paths_=["/metrics"]).claims(Hit(method, path, query)) is claimed


@pytest.mark.parametrize("one", [one for one in CAPTURED if one["kind"] != "ga4"], ids=lambda one: one["id"])
def test_captured_hits_of_other_kinds_are_left_to_others(one: dict[str, Any]) -> None:
    assert not Ga4Client().claims(hit_of(one))


def test_hits_on_unknown_paths_can_be_left_alone() -> None:
    client = Ga4Client(any_path=False)
    assert not client.claims(Hit("GET", "/collect", "v=2&tid=G-1&en=x"))
    assert client.claims(Hit("GET", "/g/collect", "v=2&tid=G-1&en=x"))


def test_it_tells_the_paths_it_listens_on() -> None:
    assert Ga4Client(paths_=["/metrics"]).paths() == ("/g/collect", "/ag/g/c", "/metrics")


def test_each_line_of_a_batch_overlays_the_shared_parameters() -> None:
    query = (
        "v=2&tid=G-1&cid=1.2&dl=https%3A%2F%2Fa.example%2Fx&dr=https%3A%2F%2Fb.example%2F&cu=EUR&pr1=idA&up.plan=free"
    )
    body = "en=one&cu=USD\r\nen=two&dr=&up.plan=paid&upn.age=3\r\n\r\nen=three&pr2=idB&_et=5"
    one, two, three = (incoming.event for incoming in read(query, body).incoming)
    assert [one["event_name"], two["event_name"], three["event_name"]] == ["one", "two", "three"]
    assert (one["currency"], two["currency"]) == ("USD", "EUR")
    assert "page_referrer" in one
    assert "page_referrer" not in two
    assert one["x-ga-mp2-user_properties"] == {"plan": "free"}
    assert two["x-ga-mp2-user_properties"] == {"plan": "paid", "age": 3}
    assert three["items"] == [{"item_id": "A"}, {"item_id": "B"}]
    assert "engagement_time_msec" not in one


def test_the_name_in_the_url_is_no_event_of_its_own_beside_lines_with_names() -> None:
    assert [one.event["event_name"] for one in read("v=2&tid=G-1&cid=1&en=url", "en=line").incoming] == ["line"]
    assert [one.event["event_name"] for one in read("v=2&tid=G-1&cid=1&en=url", "junk\n\n").incoming] == ["url"]
    assert [one.event["event_name"] for one in read("v=2&tid=G-1&cid=1&en=url", "en=").incoming] == ["url"]


def test_a_hit_without_an_event_is_answered_and_noted() -> None:
    reading = read("v=2&tid=G-1&gcs=G100")
    assert reading.incoming == []
    assert reading.answer.status == 204
    assert reading.notes == ["the hit holds no event: neither its URL nor a line of its body has en"]


def test_a_hundred_events_are_read_and_the_rest_noted() -> None:
    reading = read("v=2&tid=G-1&cid=1", "\n".join(f"en=e{n}" for n in range(130)))
    assert [one.event["event_name"] for one in reading.incoming] == [f"e{n}" for n in range(100)]
    assert reading.notes == ["30 more events of the body were not read: they are too many or too long"]


def test_the_last_of_repeated_names_wins() -> None:
    assert only("v=2&tid=G-1&cid=1&en=a&en=b&ep.x=1&ep.x=2").event["x"] == "2"


@pytest.mark.parametrize(
    ("query", "missing"),
    [
        ("v=2&tid=G-1&en=x", "the hit has no client id (cid)"),
        ("v=2&cid=1.2&en=x", "the hit has no measurement id (tid)"),
        ("v=2&tid=G-1&en=x&cid=", "the hit has no client id (cid)"),
    ],
)
def test_a_hit_that_lacks_an_id_is_still_an_event(query: str, missing: str) -> None:
    incoming = only(query)
    assert incoming.event["event_name"] == "x"
    assert incoming.notes == [missing]


def test_families_of_names_have_their_places() -> None:
    event = only(
        "v=2&tid=G-1&cid=1&en=x&seg=1&cs=mail&gap.gtb=2&_ss=1&_dbg=&sst.rnd=1.2&us_privacy=1YNY&richsstsse"
    ).event
    assert (event["x-ga-mp2-seg"], event["x-ga-mp2-cs"], event["x-ga-mp2-gap.gtb"]) == ("1", "mail", "2")
    assert event["x-ga-mp2-richsstsse"] == ""
    assert event["x-ga-system_properties"] == {"ss": "1", "dbg": ""}
    assert event["x-sst-system_properties"] == {"rnd": "1.2", "us_privacy": "1YNY"}


def test_numbers_are_numbers_and_what_is_none_is_noted() -> None:
    incoming = only(
        "v=2&tid=G-1&cid=1&en=x&_et=NaN&sct=3&epn.value=12.50&epn.tax=much&upn.age=old&ep.value_text=7&epn.none="
    )
    event = incoming.event
    assert (event["ga_session_number"], event["value"], event["value_text"]) == (3, 12.5, "7")
    assert not {"engagement_time_msec", "tax", "none", "x-ga-mp2-user_properties"} & event.keys()
    assert incoming.notes == [
        "engagement_time_msec is not a number and was left out",
        "tax is not a number and was left out",
        "age is not a number and was left out",
    ]


def test_an_event_parameter_never_replaces_a_built_in_key() -> None:
    query = "v=2&tid=G-1&cid=1.2&en=purchase&cu=EUR&dl=https%3A%2F%2Fa.example%2F&ul=de"
    clashes = (
        "ep.event_name=configuration&ep.client_id=x&ep.currency=USD&ep.page_location=y&ep.x-ga-gcs=G111&ep.language=de"
    )
    incoming = only(f"{clashes}&{query}")
    event = incoming.event
    assert (event["event_name"], event["client_id"], event["currency"]) == ("purchase", "1.2", "EUR")
    assert (event["page_location"], event["language"]) == ("https://a.example/", "de")
    assert "x-ga-gcs" not in event
    assert event["x-ga-mp2-ep-event_name"] == "configuration"
    assert event["x-ga-mp2-ep-currency"] == "USD"
    assert "x-ga-mp2-ep-language" not in event
    assert len(incoming.notes) == 5
    assert all("built-in key" in note for note in incoming.notes)


@pytest.mark.parametrize(
    "name", ["client_id", "user_agent", "ip_override", "items", "user_data", "client_hints", "x-tagdock-drop"]
)
def test_an_event_parameter_does_not_fill_a_key_that_only_the_hit_may_fill(name: str) -> None:
    event = Ga4Client().read(Hit("GET", "/g/collect", f"v=2&tid=G-1&en=x&ep.{name}=forged"), NOW).incoming[0].event
    assert name not in event
    assert event[f"x-ga-mp2-ep-{name}"] == "forged"


def test_an_event_parameter_fills_a_built_in_key_the_hit_leaves_empty() -> None:
    query = "v=2&tid=G-1&cid=1&en=x&dl=&ep.currency=EUR&ep.page_location=https%3A%2F%2Fa.example%2Fp&ep.user_id=u"
    event = only(query).event
    assert (event["currency"], event["page_location"], event["user_id"]) == ("EUR", "https://a.example/p", "u")
    assert (event["page_hostname"], event["page_path"]) == ("a.example", "/p")


def test_a_built_in_key_filled_by_an_event_parameter_keeps_its_type_and_is_never_empty() -> None:
    query = (
        "v=2&tid=G-1&cid=1&en=x&epn.user_id=77&ep.engagement_time_msec=50&epn.ga_session_id=5&ep.page_title=&ep.note="
    )
    event = only(query).event
    assert (event["user_id"], event["engagement_time_msec"], event["ga_session_id"]) == ("77", 50, "5")
    assert "page_title" not in event
    assert event["note"] == ""


def test_an_object_the_sender_could_not_write_is_left_out() -> None:
    incoming = only("v=2&tid=G-1&cid=1&en=x&ep.user_data=[object Object]&ep.items=%5Bobject+Object%5D")
    assert not {"user_data", "items"} & incoming.event.keys()
    assert [note.endswith("could not write and was left out") for note in incoming.notes] == [True, True]


@pytest.mark.parametrize(
    ("query", "host", "path"),
    [
        ("dl=https%3A%2F%2Fshop.example%3A8443%2Fcart%3Fa%3D1", "shop.example", "/cart"),
        ("dl=https%3A%2F%2Fx", "x", "/"),
        ("dl=https%3A%2F%2Fshop.example%2Fa&dp=%2Fb&dh=other.example", "other.example", "/b"),
        ("dl=https%3A%2F%2Fshop.example%2Fa&ep.page_path=%2Fc", "shop.example", "/c"),
        ("dl=about%3Ablank", None, None),
        ("dl=https%3A%2F%2F%5Bbroken", None, None),
    ],
)
def test_host_and_path_of_the_page_come_from_its_location(query: str, host: str | None, path: str | None) -> None:
    event = only(f"v=2&tid=G-1&cid=1&en=x&{query}").event
    assert (event.get("page_hostname"), event.get("page_path")) == (host, path)


def test_without_a_location_the_page_is_the_one_the_headers_name() -> None:
    query = "v=2&tid=G-1&cid=1&en=x"
    worker = "https://shop.example/_/service_worker/57/sw.js?origin=x"
    direct = only(query, referer="https://shop.example/cart")
    assert direct.event["page_location"] == "https://shop.example/cart"
    assert direct.notes == ["page_location is taken from the request's headers: the hit has no dl"]
    effective = only(query, referer=worker, x_effective_referer="https://shop.example/pay")
    assert effective.event["page_location"] == "https://shop.example/pay"
    origin = only(query, referer=worker, x_effective_origin="https://shop.example")
    assert origin.event["page_location"] == "https://shop.example"
    assert "page_location" not in only(query, referer=worker).event
    assert (
        only(query + "&dl=https%3A%2F%2Fa.example%2F", referer="https://b.example/").event["page_hostname"]
        == "a.example"
    )


@pytest.mark.parametrize(
    ("override", "expected", "noted"),
    [
        ("198.51.100.7", "198.51.100.7", False),
        ("2001:db8::7", "2001:db8::7", False),
        ("::", "203.0.113.7", False),
        ("0.0.0.0", "203.0.113.7", True),
        ("nowhere", "203.0.113.7", True),
        ("", "203.0.113.7", False),
    ],
)
def test_the_visitors_address_is_the_senders_if_it_is_one_else_the_requests(
    override: str, expected: str, noted: bool
) -> None:
    incoming = only(f"v=2&tid=G-1&cid=1&en=x&_uip={override}")
    assert incoming.event["ip_override"] == expected
    assert bool(incoming.notes) is noted


def test_browser_and_brands_come_from_the_headers() -> None:
    event = only("v=2&tid=G-1&cid=1&en=x&uamb=1", user_agent="Mozilla/5.0", sec_ch_ua='"Brave";v="1"').event
    assert event["user_agent"] == "Mozilla/5.0"
    assert event["client_hints"] == {"mobile": True, "brands": [{"brand": "Brave", "version": "1"}]}


@pytest.mark.parametrize(
    ("region", "expected"),
    [("DE-BE", {"country": "DE", "region": "BE"}), ("CH", {"country": "CH"}), ("", None)],
)
def test_the_region_is_split_into_country_and_region(region: str, expected: dict[str, str] | None) -> None:
    assert only(f"v=2&tid=G-1&cid=1&en=x&ur={region}").event.get("event_location") == expected


def test_user_data_comes_from_parameters_and_from_the_token_of_the_batch() -> None:
    one = next(one for one in HITS if one["id"] == "ga4-em-batch")
    digest = one["expect"]["em_decoded_hex"]["em"]
    for incoming in Ga4Client().read(hit_of(one), NOW).incoming:
        assert incoming.event["user_data"] == {"sha256_email_address": digest}
        assert incoming.event["x-ga-em"].startswith("tv.1~em.")
    clear = only(
        "v=2&tid=G-1&cid=1&en=x&em=tv.1~em." + digest + "&ep.user_data.email=a%40b.example&epn.user_data.phone=491"
    )
    assert clear.event["user_data"] == {"email_address": "a@b.example", "phone_number": "491"}


def test_a_hashed_phone_number_says_why_meta_will_not_see_it() -> None:
    assert any("never used for Meta" in note for note in only("v=2&tid=G-1&cid=1&en=x&em=tv.1~pn." + "ab" * 32).notes)


def test_bookkeeping_alone_is_no_user_data() -> None:
    assert "user_data" not in only("v=2&tid=G-1&cid=1&en=x&ep.user_data._tag_mode=AUTO").event


def test_the_decoded_consent_stands_where_server_containers_have_it() -> None:
    event = only("v=2&tid=G-1&cid=1&en=x&gcd=13l3p3l2l1").event
    assert event["x-sst-system_properties"]["consent"]["consentGrantedState"] == {
        "ad_storage": True,
        "analytics_storage": False,
        "ad_user_data": True,
        "ad_personalization": False,
    }


@pytest.mark.parametrize(
    ("query", "headers", "status", "kind"),
    [
        ("en=x", {}, 204, ""),
        ("en=x&richsstsse", {}, 200, "text/event-stream"),
        ("en=x", {"sec_fetch_dest": "image"}, 200, "image/gif"),
        ("en=x", {"accept": "image/avif,image/webp,*/*"}, 200, "image/gif"),
        ("en=x", {"accept": "*/*", "sec_fetch_dest": "empty"}, 204, ""),
        ("", {"accept": "text/html"}, 204, ""),
    ],
)
def test_the_answer_is_what_the_asking_code_can_read(
    query: str, headers: dict[str, str], status: int, kind: str
) -> None:
    answer = read(f"v=2&tid=G-1&cid=1&{query}", **headers).answer
    assert (answer.status, answer.content_type) == (status, kind)
    assert ("cache-control", "no-cache") in answer.headers
    assert answer.body.startswith(b"GIF89a") is (kind == "image/gif")


def test_events_of_one_batch_share_nothing_that_could_be_changed_for_both() -> None:
    query = "v=2&tid=G-1&cid=1&gcd=13t3t3t3t5&uafvl=Brave%3B1&sst.x=1&_ee=1&ep.user_data.email=a%40b.c&up.a=b&pr1=idA"
    first, second = read(query, "en=a\nen=b").incoming
    before = msgspec.json.encode(second.event)
    for part in first.event.values():
        if isinstance(part, dict | list):
            part.clear()
    first.event["client_hints"].clear()
    first.consent.clear()
    assert msgspec.json.encode(second.event) == before
    assert second.consent


def test_names_are_remembered_up_to_a_bound_and_known_ones_survive() -> None:
    for start in range(0, 20_000, 1000):
        read("v=2&tid=G-1&cid=1&en=x&" + "&".join(f"ep.name{n}=1" for n in range(start, start + 1000)))
    assert len(KNOWN) <= 4200
    assert only("v=2&tid=G-1&cid=1&en=x").event["x-ga-measurement_id"] == "G-1"


def test_a_body_of_escapes_is_read_as_far_as_is_quick_and_says_so() -> None:
    body = "en=one\nen=two&ep.x=" + "%41" * 20_000 + "\nen=three"
    reading = Ga4Client().read(Hit("POST", "/g/collect", "v=2&tid=G-1&cid=1.2", {}, body.encode()), 1.8e9)
    assert [one.event["event_name"] for one in reading.incoming] == ["one", "two"]
    assert reading.notes == ["the body was read up to its 10,000th percent escape"]
