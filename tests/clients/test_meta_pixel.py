"""The meta_pixel client: what a real pixel sends says what the site meant."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from container.clients.meta_pixel import MetaPixelClient
from container.hit import Hit
from tests.clients.pixel import MD5, NOW, OTHER_SHA, ROWS, SHA, captured, pixel, read


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_every_captured_hit_is_read_as_its_site_meant_it(row: dict[str, Any]) -> None:
    reading = read(captured(row))
    assert len(reading.incoming) == 1
    event = reading.incoming[0].event
    assert {key: event.get(key) for key in row["expect"]} == row["expect"]
    assert None not in event.values()
    assert reading.incoming[0].consent == {}


def test_a_form_post_means_the_same_urlencoded_multipart_and_by_beacon_without_a_content_type() -> None:
    fields = {
        "id": "7",
        "ev": "Purchase",
        "cd[value]": "5.5",
        "cd[contents]": '[{"id":"a&b","quantity":2}]',
        "ud[em]": SHA,
    }
    multipart = (
        b"".join(
            b'--xYz\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value.encode())
            for name, value in fields.items()
        )
        + b"--xYz--\r\n"
    )
    form = (
        b"id=7&ev=Purchase&cd%5Bvalue%5D=5.5&cd[contents]=%5B%7B%22id%22:%22a%26b%22,%22quantity%22:2%7D%5D&ud[em]="
        + SHA.encode()
    )
    hits = [
        Hit("POST", "/tr/", "", {"content-type": "application/x-www-form-urlencoded"}, form),
        Hit("POST", "/tr/", "", {"content-type": "text/plain;charset=UTF-8"}, form),
        Hit("POST", "/tr", "", {"content-type": 'multipart/form-data; boundary="xYz"'}, multipart),
        Hit("POST", "/tr", "", {}, multipart),
        Hit("POST", "/tr", form.decode(), {}, b""),
    ]
    events = [read(hit).incoming[0].event for hit in hits]
    assert events == [events[0]] * 5
    assert events[0]["items"] == [{"item_id": "a&b", "quantity": 2}]
    assert events[0]["value"] == 5.5
    assert events[0]["user_data"] == {"em": SHA}


def test_a_multipart_form_that_breaks_off_gives_what_came_before() -> None:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="id"\r\n\r\n7\r\n'
        b'--b\r\nContent-Disposition: form-data; name="ev"\r\n\r\nLead\r\n--b\r\nContent-Dispo'
    )
    event = read(Hit("POST", "/tr", "", {"content-type": "multipart/form-data; boundary=b"}, body)).incoming[0].event
    assert (event["pixel_id"], event["event_name"]) == ("7", "Lead")


def test_a_malformed_form_writes_nothing_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    for body in (b"id=1&ev=X", b"--b\r\nno header\r\n\r\nx", b"--b?"):
        read(Hit("POST", "/tr", "", {"content-type": "multipart/form-data; boundary=b"}, body))
    assert caplog.records == []


def test_the_privacy_sandbox_twin_is_read_but_never_routed_and_shares_the_stable_id_of_its_original() -> None:
    row = next(row for row in ROWS if "rqm=FGET" in row["query"])
    twin = read(captured(row)).incoming[0]
    original = pixel(row["query"].replace("rqm=FGET", "rqm=GET"))
    assert twin.event["x-tagdock-drop"] == "privacy sandbox twin of a /tr hit"
    assert twin.event["x-tagdock-drop"] in twin.notes
    assert "x-tagdock-drop" not in original.event
    assert twin.event["x-tagdock-stable-id"] == original.event["x-tagdock-stable-id"]
    assert len(original.event["x-tagdock-stable-id"]) == 32
    for query, path in (
        (row["query"], "/tr/"),
        ("id=1&ev=Lead", f"/proxy{row['path']}"),
        ("id=1&ev=Lead", row["path"]),
    ):
        assert pixel(query, path=path).event["x-tagdock-drop"] == "privacy sandbox twin of a /tr hit"


def test_the_stable_id_tells_events_apart_and_is_only_made_where_the_sender_gave_a_time_and_no_id() -> None:
    query = "id=1&ev=Lead&ts=1749654723299&it=1749654722807&ec=0&dl=https://a.example/&fbp=fb.1.2.3"
    same = pixel(query).event["x-tagdock-stable-id"]
    assert pixel(query + "&rqm=GET&sw=100").event["x-tagdock-stable-id"] == same
    for other in (
        query.replace("id=1", "id=2"), query.replace("Lead", "Purchase"), query.replace("299&", "300&"),
        query.replace("ec=0", "ec=1"), query.replace("a.example", "b.example"), query.replace("fb.1.2.3", "fb.1.2.4"),
        query.replace("it=1749654722807", "it=1749654722808"),
    ):  # fmt: skip
        assert pixel(other).event["x-tagdock-stable-id"] != same
    assert "x-tagdock-stable-id" not in pixel(query + "&eid=e-1").event
    # Image pixels of different visitors look the same: one id for all of them would lose conversions.
    assert "x-tagdock-stable-id" not in pixel("id=1&ev=Purchase&cd[value]=5").event


def test_an_event_without_an_id_is_noted_because_the_browser_copy_cannot_match_it() -> None:
    assert any("no eid" in note for note in pixel("id=1&ev=Lead").notes)
    assert not any("no eid" in note for note in pixel("id=1&ev=Lead&eid=x").notes)


@pytest.mark.parametrize("name", ["Microdata", "SubscribedButtonClick"])
def test_automatic_events_are_dropped_unless_kept(name: str) -> None:
    hit = Hit("GET", "/tr/", f"id=1&ev={name}&es=automatic")
    assert read(hit).incoming[0].event["x-tagdock-drop"] == "automatic event of the pixel"
    assert "x-tagdock-drop" not in read(hit, automatic="keep").incoming[0].event


def test_which_events_are_automatic_can_be_said() -> None:
    named = {"automatic_events": ["PageView"]}
    assert "x-tagdock-drop" in read(Hit("GET", "/tr/", "id=1&ev=PageView"), **named).incoming[0].event
    assert "x-tagdock-drop" not in read(Hit("GET", "/tr/", "id=1&ev=Microdata"), **named).incoming[0].event


def test_hits_of_pixels_that_are_not_listed_are_answered_but_not_routed() -> None:
    known, other = (read(Hit("GET", "/tr/", f"id={n}&ev=Lead"), pixel_ids=["1"]) for n in (1, 2))
    assert "x-tagdock-drop" not in known.incoming[0].event
    assert other.incoming[0].event["x-tagdock-drop"] == "the pixel is not in pixel_ids"
    assert other.answer == known.answer


def test_a_hit_without_a_name_is_shown_but_not_routed_and_one_that_says_nothing_makes_no_event() -> None:
    assert pixel("id=1").event["x-tagdock-drop"] == "the hit names no event"
    empty = read(Hit("GET", "/tr", "noscript=1"))
    assert empty.incoming == []
    assert empty.notes
    assert empty.answer.status == 200


@pytest.mark.parametrize(
    ("ts", "time", "clock"),
    [
        ("1749654723299", 1749654723, "browser"),
        ("1749654723999", 1749654723, "browser"),
        ("1749654723299.5", 1749654723, "browser"),
        ("1749654723", 1749654723, "browser"),
        ("1999999999999", int(NOW), None),
        ("", None, None),
        ("0", None, None),
        ("soon", None, None),
        ("-1749654723299", None, None),
        ("9" * 30, None, None),
    ],
)
def test_the_time_is_the_browsers_floored_to_seconds_and_never_in_the_future(
    ts: str, time: int | None, clock: str | None
) -> None:
    event = pixel(f"id=1&ev=Lead&ts={ts}").event
    assert event.get("event_time") == time
    assert event.get("x-tagdock-clock") == clock


def test_a_skewed_clock_is_noted() -> None:
    now = 1749654723.0
    assert any("ahead" in note for note in pixel("id=1&ev=Lead&ts=1749654900000", now=now).notes)
    assert any("days old" in note for note in pixel("id=1&ev=Lead&ts=1749454723000", now=now).notes)
    assert not any("clock" in note for note in pixel("id=1&ev=Lead&ts=1749654000000", now=now).notes)


def test_without_script_the_page_comes_from_the_referer() -> None:
    event = pixel("id=1&ev=PageView&noscript=1", path="/tr", referer="https://shop.example/thanks?o=1").event
    assert event["page_location"] == event["event_source_url"] == "https://shop.example/thanks?o=1"
    assert (event["page_hostname"], event["page_path"]) == ("shop.example", "/thanks")
    given = pixel("id=1&ev=PageView&dl=https%3A%2F%2Fa.example", referer="https://b.example/").event
    assert (given["page_location"], given["page_path"]) == ("https://a.example", "/")


def test_visitor_and_page_have_the_names_of_common_event_data() -> None:
    row = next(row for row in ROWS if row["expect"].get("automatic_user_data"))
    event = read(captured(row, **{"user-agent": "Mozilla/5.0", "accept-language": "de-AT,de;q=0.9"})).incoming[0].event
    wanted = {
        "ip_override": "203.0.113.9", "user_agent": "Mozilla/5.0", "language": "de-at", "x-fb-tz": "120",
        "screen_resolution": "1920x1080", "page_referrer": "https://tagassistant.google.com/", "x-fb-v": "2.9.345",
        "page_hostname": "playground.example",
        "x-fb-a": "stape-gtm-1.2.0-pb", "x-fb-rqm": "formPOST", "x-fb-ec": "2",
    }  # fmt: skip
    assert {key: event.get(key) for key in wanted} == wanted


def test_money_and_goods_have_the_names_of_common_event_data() -> None:
    row = next(row for row in ROWS if row["id"] == "px-b8529eb61f")
    event = read(captured(row)).incoming[0].event
    assert (event["value"], event["currency"]) == (84.925, "MYR")
    assert event["items"] == [
        {"item_id": "264", "item_name": "SIZE - 2XL", "item_category": "TEE ONLY", "price": 79, "quantity": 1}
    ]
    found = pixel("id=1&ev=Search&cd[search_string]=red%20shoes&cd[order_id]=A-1&cd[currency]=").event
    assert (found["search_term"], found["transaction_id"]) == ("red shoes", "A-1")
    assert "currency" not in found


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ('cd[content_ids]=["a",2]', ["a", "2"]),
        ("cd[content_ids]=a,%20b", ["a", "b"]),
        ("cd[content_ids]=59014923", ["59014923"]),
        ("cd[content_ids]=59014923&cd[contents]=%5B%7B%27id%27%3A1%7D%5D", ["59014923"]),
        ('cd[contents]={"id":"x"}&cd[content_ids]=["y"]', ["x"]),
        ('cd[contents]=[1,null,{"id":true},{"id":"x"}]', ["x"]),
        ("cd[contents]=&cd[content_ids]=", []),
    ],
)
def test_items_come_from_contents_or_else_from_content_ids_in_every_form_seen(query: str, ids: list[str]) -> None:
    assert [item["item_id"] for item in pixel(f"id=1&ev=Purchase&{query}").event.get("items", [])] == ids


@pytest.mark.parametrize("value", ["NaN", "inf", "1e999", "12,50", "EUR 5", "1_000", "0x1F", "9" * 50])
def test_a_value_that_is_not_a_finite_number_is_kept_as_text_and_noted(value: str) -> None:
    incoming = pixel(f"id=1&ev=Purchase&cd[value]={value}")
    assert "value" not in incoming.event
    assert incoming.event["custom_data"]["value"] == value
    assert any("cd[value]" in note for note in incoming.notes)


@pytest.mark.parametrize("text", ["[NaN]", "{'a':1}", "[" * 50_000, "[" * 40 + "]" * 40, '{"a":', "{a}"])
def test_custom_data_that_is_not_plain_json_stays_text(text: str) -> None:
    assert pixel(f"id=1&ev=X&cd[thing]={text}").event["custom_data"] == {"thing": text}


def test_half_a_character_and_a_number_beyond_any_range_lose_nothing_else() -> None:
    incoming = pixel(r'id=1&ev=Purchase&cd[contents]=[{"id":"a","title":"Hat \ud83d","item_price":1e999}]')
    assert incoming.event["items"] == [{"item_id": "a", "item_name": "Hat \ufffd"}]
    assert [note for note in incoming.notes if "U+FFFD" in note or "item_price: a number beyond" in note] == [
        "half of a character (a lone surrogate) was replaced by U+FFFD",
        "item_price: a number beyond any range was left out",
    ]


def test_contents_longer_than_is_read_are_told_as_such() -> None:
    contents = quote(json.dumps([{"id": str(one), "quantity": 1} for one in range(10_000)]))
    notes = read(Hit("POST", "/tr/", "", {}, f"id=1&ev=Purchase&cd[contents]={contents}".encode())).incoming[0].notes
    assert "longer than 10000 escaped characters: what stands behind them was not read" in notes
    assert "cd[contents] is not JSON: it ends too early: kept as text, items are taken from content_ids" in notes


def test_custom_data_cannot_become_a_field_of_the_event() -> None:
    event = pixel("id=1&ev=X&cd[event_id]=129&cd[event_name]=Fake&cd[pixel_id]=9&cd[x-tagdock-drop]=z&ud[fbp]=q").event
    assert (event["event_name"], event["pixel_id"]) == ("X", "1")
    assert not {"event_id", "fbp", "x-tagdock-drop"} & event.keys()
    assert event["custom_data"]["event_id"] == "129"


def test_a_parameter_that_leaks_out_of_a_page_address_does_not_replace_the_pixels_own() -> None:
    event = pixel("id=1&ev=AddToCart&dl=https://a.example/?x=1&id=347&ev=Fake&rl=").event
    assert (event["pixel_id"], event["event_name"], event["page_location"]) == (
        "1",
        "AddToCart",
        "https://a.example/?x=1",
    )


def test_user_data_prefers_what_the_site_gave_and_keeps_what_the_script_found_apart() -> None:
    event = pixel(f"id=1&ev=Lead&aud[em]={OTHER_SHA}&aud[ph]={SHA}&ud[em]={SHA}&udff[fn]={SHA}&ud[ln]=").event
    assert event["user_data"] == {"em": SHA, "ph": SHA}
    assert event["automatic_user_data"] == {"em": OTHER_SHA, "ph": SHA, "fn": SHA}


def test_user_data_that_is_no_sha256_is_kept_and_noted_without_its_value() -> None:
    incoming = pixel(f"id=1&ev=Lead&eid=1&ud[em]=ann%40a.example&ud[external_id]={MD5}&ud[ph]={SHA}.AQYCAQMA")
    assert incoming.event["user_data"] == {"em": "ann@a.example", "external_id": MD5, "ph": f"{SHA}.AQYCAQMA"}
    assert incoming.notes == [
        "user_data.em is not hashed",
        "user_data.external_id looks like an MD5 hash; Meta asks for SHA-256",
    ]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("dpo=LDU&dpoco=1&dpost=1000", (["LDU"], 1, 1000)),
        ("dpo=LDU&dpoco=0&dpost=0", (["LDU"], 0, 0)),
        ("dpo=", ([], None, None)),
        ("dpo=%5B%22LDU%22%5D&dpoco=x&dpost=-1", (["LDU"], None, None)),
    ],
)
def test_limited_data_use_reaches_the_event(query: str, keys: tuple[list[str], int | None, int | None]) -> None:
    event = pixel(f"id=1&ev=Lead&{query}").event
    options, country, state = keys
    assert event["data_processing_options"] == options
    assert event.get("data_processing_options_country") == country
    assert event.get("data_processing_options_state") == state
    assert event["ldu"] == {"data_processing_options": options, "country": country, "state": state}


def test_an_opt_out_flag_is_noted_and_is_not_taken_for_consent() -> None:
    incoming = pixel("id=1&ev=Lead&coo=true")
    assert any("coo=true" in note for note in incoming.notes)
    assert incoming.consent == {}


def test_the_answer_is_a_fresh_one_pixel_gif_and_empty_for_posts() -> None:
    answer = read(Hit("GET", "/tr/", "id=1&ev=Lead")).answer
    assert (answer.status, answer.content_type, len(answer.body)) == (200, "image/gif", 43)
    assert answer.body.startswith(b"GIF89a\x01\x00\x01\x00")
    assert answer.body.endswith(b";")
    assert dict(answer.headers)["Cache-Control"] == "no-cache, no-store"
    posted = read(Hit("POST", "/tr/", "", {}, b"id=1&ev=Lead")).answer
    assert (posted.status, posted.body) == (200, b"")


@pytest.mark.parametrize(
    ("method", "path", "body", "claimed"),
    [
        ("GET", "/tr", b"", True),
        ("GET", "/tr/", b"", True),
        ("GET", "/a/b/tr", b"", True),
        ("POST", "/x/tr/", b"", True),
        ("GET", "/privacy_sandbox/pixel/register/trigger/", b"", True),
        ("POST", "/gw/events", b'{"fb.pixel_id":"1"}', True),
        ("POST", "/events", b'{"orders":[]}', False),
        ("GET", "/events", b"", False),
        ("GET", "/attr", b"", False),
        ("GET", "/tr/x", b"", False),
        ("DELETE", "/tr", b"", False),
        ("GET", "/p.png", b"", True),
    ],
)
def test_it_claims_its_own_paths_under_any_prefix_and_nothing_else(
    method: str, path: str, body: bytes, claimed: bool
) -> None:
    assert MetaPixelClient(paths_=["/p.png"]).claims(Hit(method, path, "", {}, body)) is claimed


def test_a_basket_beyond_all_sense_is_cut_and_noted() -> None:
    incoming = pixel("id=1&ev=Purchase&cd[content_ids]=" + ",".join(map(str, range(2000))))
    assert len(incoming.event["items"]) == 500
    assert any("first 500" in note for note in incoming.notes)
