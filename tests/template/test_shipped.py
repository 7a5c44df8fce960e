"""The shipped templates: their own examples, what leaves for each vendor, and what the vendors' answers mean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from container.component import Request, Response
from container.registry import discover
from container.runtime import route
from container.template import TemplateTag, read_template
from tests.tags.sent import AGENT, ENDPOINT, NOW, built, config, hit, problems, routed, sent, suppressed, the

ROOT = Path(__file__).parents[2]
WORDS = ("pinterest_capi", "snap_capi", "tiktok_events")
TEMPLATES = {word: cls for word, cls in discover().of("tag").items() if issubclass(cls, TemplateTag)}
EXAMPLES = [(word, one) for word, cls in sorted(TEMPLATES.items()) for one in cls.examples]

TIKTOK = "tiktok_events: { pixel_code: C0QDA8RC77U2TMR44LI0, access_token: $TOKEN }"
PINTEREST = 'pinterest_capi: { ad_account_id: "549755885175", access_token: $TOKEN }'
SNAP = "snap_capi: { pixel_id: 1ec32188-754e-4be2-8e55-c949a984a39f, access_token: $TOKEN }"
GIVEN = {"TOKEN": "token-123456"}


def test_the_three_are_there_each_short_and_advertising() -> None:
    assert tuple(sorted(TEMPLATES)) == WORDS
    for word in WORDS:
        assert len((ROOT / "tags" / f"{word}.yaml").read_text().splitlines()) < 120
        assert TEMPLATES[word].advertising
        assert len(TEMPLATES[word].examples) >= 3


@pytest.mark.parametrize("word", WORDS)
def test_a_shipped_file_has_no_problem(word: str) -> None:
    cls, found = read_template(ROOT / "tags" / f"{word}.yaml", "ShippedTag", "shipped")
    assert cls is not None
    assert found == []


@pytest.mark.parametrize(("word", "example"), EXAMPLES, ids=lambda one: getattr(one, "name", one))
def test_an_example_comes_to_what_it_says(word: str, example: Any) -> None:
    assert example.run() == example.expected


def request(tag: str, **parameters: Any) -> tuple[Request, Any]:
    """What leaves for a hit with these parameters."""
    made = sent(tag, environ=GIVEN, **parameters)
    return made, json.loads(made.body)


def test_tiktok_gets_its_token_in_a_header_and_events_in_its_envelope() -> None:
    made, body = request(TIKTOK, en="purchase", ep__event_id="o-1", epn__value=5, cu="eur")
    assert made.url == f"{ENDPOINT}/open_api/v1.3/event/track/"
    assert made.headers == {"content-type": "application/json", "access-token": "token-123456"}
    assert body["event_source"] == "web"
    assert body["event_source_id"] == "C0QDA8RC77U2TMR44LI0"
    assert "test_event_code" not in body
    assert [one["event"] for one in body["data"]] == ["Purchase"]
    _, body = request(TIKTOK.replace(" }", ", test_event_code: TEST12 }"))
    assert body["test_event_code"] == "TEST12"


def test_pinterest_gets_a_bearer_and_a_test_is_marked_in_the_query() -> None:
    made, body = request(PINTEREST)
    assert made.url == f"{ENDPOINT}/v5/ad_accounts/549755885175/events"
    assert made.headers["authorization"] == "Bearer token-123456"
    assert body["data"][0]["user_data"] == {"client_ip_address": "198.51.100.7", "client_user_agent": AGENT}
    made, _ = request(PINTEREST.replace(" }", ", test: true }"))
    assert made.url.endswith("/events?test=true")


def test_snap_gets_its_token_in_the_query_and_a_test_at_its_validator() -> None:
    made, body = request(SNAP, dl="https://shop.example/")
    assert made.url == f"{ENDPOINT}/v3/1ec32188-754e-4be2-8e55-c949a984a39f/events?access_token=token-123456"
    assert [one["event_name"] for one in body["data"]] == ["PAGE_VIEW"]
    made, _ = request(SNAP.replace(" }", ", test: true }"), dl="https://shop.example/")
    assert made.url.startswith(f"{ENDPOINT}/v3/1ec32188-754e-4be2-8e55-c949a984a39f/events/validate?")


@pytest.mark.parametrize("tag", [TIKTOK, PINTEREST, SNAP])
def test_no_token_and_no_clear_identifier_rests_in_the_outbox(tag: str) -> None:
    (entry,) = routed(
        tag, environ=GIVEN, en="purchase", epn__value=5, cu="EUR", uid="U-77",
        dl="https://shop.example/?mail=ana%40example.com",
        **{"ep__user_data.email_address": "ana@example.com", "ep__user_data.phone_number": "+49 151 12345678"},
    ).outgoing  # fmt: skip
    for secret in (b"token-123456", b"ana@", b"ana%40", b"12345678", b"U-77"):
        assert secret not in entry.body.replace(b"1e78", b"")


@pytest.mark.parametrize(
    ("tag", "given", "named"),
    [(TIKTOK, "purchase", "Purchase"), (TIKTOK, "own_event", "own_event"), (PINTEREST, "purchase", "checkout"),
     (PINTEREST, "begin_checkout", "initiate_checkout"), (SNAP, "add_to_cart", "ADD_CART")],
)  # fmt: skip
def test_event_names_are_the_vendors(tag: str, given: str, named: str) -> None:
    (entry,) = routed(tag, en=given, dl="https://shop.example/", epn__value=5, cu="EUR").outgoing
    assert entry.event_name == named


def test_a_name_a_vendor_does_not_know_is_not_sent_unless_it_is_given_one() -> None:
    assert suppressed(SNAP, en="own_event", dl="https://shop.example/") == "the vendor has no such event"
    own = SNAP.replace(" }", ", event_names: { own_event: CUSTOM_EVENT_1 } }")
    assert built(own, en="own_event", dl="https://shop.example/")["event_name"] == "CUSTOM_EVENT_1"


def test_the_deduplication_id_is_the_outboxs_too() -> None:
    for tag in (TIKTOK, PINTEREST, SNAP):
        (entry,) = routed(tag, ep__event_id="e-7", dl="https://shop.example/").outgoing
        assert (entry.event_id, json.loads(entry.body)["event_id"]) == ("e-7", "e-7")
    first, second = (routed(TIKTOK, dt="x").outgoing[0].event_id for _ in range(2))
    assert first == second != ""


def test_click_ids_come_from_the_page_or_a_cookie() -> None:
    page = built(TIKTOK, cookie="ttclid=old; _ttp=p-1", dl="https://shop.example/?ttclid=new")
    assert (page["user"]["ttclid"], page["user"]["ttp"]) == ("new", "p-1")
    assert built(TIKTOK, cookie="ttclid=old")["user"]["ttclid"] == "old"
    assert built(PINTEREST, cookie="_epik=e-1")["user_data"]["click_id"] == "e-1"
    snap = built(SNAP, cookie="_scid=s-1", dl="https://shop.example/?ScCid=c-1")["user_data"]
    assert (snap["sc_click_id"], snap["sc_cookie1"]) == ("c-1", "s-1")


def test_a_previews_test_code_takes_the_place_of_the_configured_one() -> None:
    configuration = config(TIKTOK, **GIVEN)
    routed_ = route(hit(), configuration, NOW, test_event_code="TEST99")
    (entry,) = routed_.outgoing
    assert entry.destination == "TEST99"
    made = the(configuration).pack(entry.destination, [entry.body], ENDPOINT)
    assert json.loads(made.body)["test_event_code"] == "TEST99"


@pytest.mark.parametrize(
    ("tag", "status", "answer", "action"),
    [
        (TIKTOK, 200, {"code": 0, "message": "OK"}, "done"),
        (TIKTOK, 200, {"code": 40002, "message": "event: required"}, "split"),
        (TIKTOK, 200, {"code": 40100, "message": "too many"}, "later"),
        (TIKTOK, 200, {"code": 40105, "message": "token token-123456 is wrong"}, "park"),
        (TIKTOK, 200, "<html>", "split"),
        (TIKTOK, 502, "<html>", "later"),
        (PINTEREST, 200, {"num_events_received": 1, "num_events_processed": 1}, "done"),
        (PINTEREST, 422, {"code": 1, "message": "not all"}, "split"),
        (PINTEREST, 401, {"code": 2, "message": "Authentication failed."}, "park"),
        (PINTEREST, 429, {"code": 8, "message": "rate"}, "later"),
        (SNAP, 200, {"status": "VALID"}, "done"),
        (SNAP, 400, {"status": "INVALID", "reason": "Unhashed PII"}, "split"),
        (SNAP, 0, "", "later"),
    ],
)
def test_answers_mean_what_the_vendor_means(tag: str, status: int, answer: Any, action: str) -> None:
    body = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
    verdict = the(config(tag, **GIVEN)).judge(Response(status, {}, body), 2)
    assert verdict.action == action
    assert "token-123456" not in verdict.reason
    if isinstance(answer, dict) and action != "done":
        assert "HTTP" in verdict.reason


def test_the_vendors_words_are_told() -> None:
    answer = Response(400, {}, b'{"status": "INVALID", "reason": "Unhashed PII"}')
    assert the(config(SNAP, **GIVEN)).judge(answer, 1).reason == "HTTP 400: Unhashed PII"


def test_hostile_events_do_not_make_a_template_fail() -> None:
    for tag in (TIKTOK, PINTEREST, SNAP):
        for value in ("\ufffd" * 9000, "{{ 7 }}", "-1e400", "[object Object]", "x@" * 4000):
            found = routed(
                tag, dl=f"https://x.example/?{value}", ep__currency=value, ep__value=value, uid=value, pr1=f"id{value}",
                cookie=f"_ttp={value[:100]}".encode("ascii", "replace").decode(), **{"ep__user_data.address": value},
            )  # fmt: skip
            assert found.failures == []


def test_an_option_written_wrong_gets_advice() -> None:
    assert problems("tiktok_events: { pixel_cod: C0QDA8RC77U2TMR44LI0, access_token: $TOKEN }", **GIVEN) == [
        "tags.it.tiktok_events.pixel_cod: tiktok_events has no option 'pixel_cod'; did you mean 'pixel_code'?"
    ]
    assert problems("tiktok_events: { pixel_code: abc, access_token: $TOKEN }", **GIVEN) == [
        "tags.it.tiktok_events.pixel_code: 'abc' does not have the right form; write text, such as C0QDA8RC77U2TMR44LI0"
    ]
