"""Saving: a hit becomes a test that passes, that people can read, and that can go without the visitor's data."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from container.cases import read_cases, run_case
from container.cases.saving import Saved, SavingError, added_to, case_from, saved_case
from container.config.load import Loaded, load_text
from container.hit import Hit
from container.hit_file import hit_from, read_hits
from tests.cli.tagdock import ROOT

NOON = 1772366400.0
CONFIG = """
clients:
  browser: ga4
  pixel: meta_pixel
  backend: { measurement_protocol: { api_secret: s3cret-of-the-shop } }
  orders:
    json_webhook:
      path: /hooks/orders
      event: { event_name: purchase, event_id: $.order.id, user_data: { email_address: $.customer.email } }
triggers:
  sale: { event: purchase }
  page: { event: page_view }
  bot: { where: { event.bot: { equals: 1 } } }
tags:
  meta:
    meta_capi: { pixel_id: "1234567890", access_token: $TOKEN }
    fires_on: sale
    blocked_by: bot
    needs_consent: [ad_storage]
  book: { log: {}, fires_on: [sale, page] }
"""
LOADED = load_text(CONFIG)
SALE = {
    "path": "/g/collect",
    "query": "v=2&tid=G-1&cid=1234567890.10&gcs=G111&en=purchase&epn.value=120&ep.currency=EUR&ep.event_id=o-1"
    "&dl=https%3A%2F%2Fshop.example%2Fthanks%3Fmail%3Dana%2540example.com&ep.user_data.email_address=%20Ana%40Example.com"
    "&ep.user_data.phone_number=%2B4915112345678&ep.user_data.address.first_name=Al&ep.user_data.address.last_name=Bo",
    "headers": {"User-Agent": "Mozilla/5.0 (X11)", "Authorization": "Bearer s3cret", "Sec-Fetch-Mode": "no-cors"},
    "cookies": {"_ga": "GA1.1.1.2", "basket": "b-77"},
    "ip": "203.0.113.9",
}


def sale(**fields: object) -> Hit:
    return hit_from({**SALE, **fields})


def passes(text: str, name: str = "") -> None:
    """The saved file is read as ``tagdock test`` reads it, beside the configuration, and its only test passes."""
    whole = load_text(CONFIG + text)
    cases, problems = read_cases(whole)
    assert [*map(str, whole.errors), *map(str, problems)] == []
    (case,) = cases
    assert run_case(case, whole.whole()).differences == []
    assert name in {"", case.name}


def test_a_hit_is_written_as_a_person_would() -> None:
    hit = hit_from(
        {"path": "/g/collect", "query": "v=2&tid=G-1&cid=1.20&gcs=G100&en=purchase&ep.a=1&ep.note=a%3A+b",
         "headers": {"User-Agent": "Firefox"}, "cookies": {"_fbp": "fb.1.2.3"}}
    )  # fmt: skip
    text = case_from(hit, NOON, LOADED.whole(), "a sale: without consent")
    head, _, sends = text.partition("      sends:\n")
    assert (
        head
        == """\
tests:
  "a sale: without consent":
    # Saved from a hit. What is expected is what came of it then; take out what does not matter.
    at: 2026-03-01T12:00:00Z
    given:
      client: browser
      query:
        v: 2
        tid: G-1
        cid: 1.20
        gcs: G100
        en: purchase
        ep.a: 1
        ep.note: "a: b"
      headers:
        user-agent: Firefox
      cookies:
        _fbp: fb.1.2.3
    expect:
      response: 204
      events:
        - event_name: purchase
      consent:
        ad_storage: denied
        analytics_storage: denied
      fired: [book]
      skipped:
        meta: ad_storage is denied
"""
    )
    assert sends.startswith("        book:\n          time: 2026-03-01T12:00:00.000Z\n")
    passes(text, "a sale: without consent")


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("name", ["ga4.jsonl", "pixel.jsonl"])
def test_every_captured_hit_can_be_saved_and_passes(name: str, masked: bool) -> None:
    for place, hit in enumerate(read_hits(ROOT / "tests" / "hits" / name)):
        if place % 7 == 0:
            passes(case_from(hit, NOON + 0.123, LOADED.whole(), masked=masked))


def test_the_payload_is_expected_whole() -> None:
    text = case_from(sale(), NOON, LOADED.whole())
    passes(text, "purchase from browser reaches meta, book")
    # SHA-256 of ana@example.com
    assert "em: 8e43ca37701228e74983efdbd0cff5c16b3b1e5d4e29a7c05626d4d25a018e11" in text
    assert "event_time: 1772366400" in text
    assert "event_id: o-1" in text


def test_what_names_the_visitor_or_is_secret_is_told() -> None:
    saved = saved_case(sale(), NOON, LOADED.whole())
    assert {"ip", "user_data.email_address", "user_data.phone_number", "page_location"} <= set(saved.personal)
    assert saved.secret == ["headers.authorization"]
    comment = " ".join(line.strip(" #") for line in saved.text.splitlines() if line.startswith("    #"))
    assert f"Personal data of the visitor stands in it: {', '.join(saved.personal)}." in comment
    assert "Secrets may stand in it: headers.authorization." in comment


def test_a_masked_test_holds_nothing_of_the_visitor_and_still_sends_as_much() -> None:
    saved = saved_case(sale(), NOON, LOADED.whole(), masked=True)
    passes(saved.text)
    assert (saved.personal, saved.secret) == ([], [])
    for word in ("ana", "example.com%", "15112345678", "203.0.113", "s3cret", "b-77", "8e43ca37", " Al\n", " Bo\n"):
        assert word.lower() not in saved.text.lower().replace("a test", "").replace("analytics", ""), word
    assert "ep.user_data.email_address: visitor" in saved.text
    assert "dl: https://shop.example/thanks?mail=visitor" in saved.text
    assert "+120255501" in saved.text
    plain = saved_case(sale(), NOON, LOADED.whole())
    assert [line.partition(":")[0] for line in saved.text.partition("sends:")[2].splitlines()] == [
        line.partition(":")[0] for line in plain.text.partition("sends:")[2].splitlines()
    ]


def test_hashes_of_the_visitor_are_replaced_too() -> None:
    digest = "8e43ca37701228e74983efdbd0cff5c16b3b1e5d4e29a7c05626d4d25a018e11"
    hit = hit_from({"path": "/tr", "query": f"id=1234567890&ev=Purchase&ud[em]={digest}"})
    assert digest in case_from(hit, NOON, LOADED.whole())
    masked = case_from(hit, NOON, LOADED.whole(), masked=True)
    assert digest not in masked
    passes(masked)


def test_a_masked_test_has_cookies_of_the_pixel_that_are_nobody_s_and_sent_all_the_same() -> None:
    fbp, click = "fb.1.1772366300000.1098765432", "IwAR2_Case-Kept"
    query = f"id=1234567890&ev=PageView&eid=e-1&fbp={fbp}&fbc=fb.1.1772366300000.{click}"
    hit = hit_from({"path": "/tr", "query": query, "headers": {"User-Agent": "x"}, "cookies": {"_fbp": fbp}})
    whole = load_text(CONFIG.replace("event: page_view", "event: PageView").replace("fires_on: sale", "fires_on: page")
                      .replace("needs_consent: [ad_storage]", "")).whole()  # fmt: skip
    text = case_from(hit, NOON, whole, masked=True)
    assert "1098765432" not in text
    assert click not in text
    assert text.count("fbp: fb.1.1772366300000.0000000001") == 2, "in what is given and in what is sent"
    assert text.count("fbc: fb.1.1772366300000.visitor2") == 2


def test_a_hit_full_of_personal_data_can_be_masked() -> None:
    person = {f"k{number}": f"value-{number:04}-" + "x" * 60 for number in range(800)}
    config = "clients: { orders: { json_webhook: { path: /o, event: { event_name: order, user_data: $.u } } } }"
    hit = hit_from({"path": "/o", "body": {"u": person}, "headers": {"content-type": "application/json"}})
    container = load_text(config).whole()
    plain = saved_case(hit, NOON, container)
    assert len(plain.personal) == 800
    assert "and 780 more." in " ".join(plain.text.replace("    #", "").split())
    masked = saved_case(hit, NOON, container, masked=True)
    assert masked.personal == []
    assert "value-" not in masked.text


def test_several_events_are_told_apart() -> None:
    body = "en=page_view\r\nen=purchase\r\nen=scroll\r\nen=purchase&epn.bot=1"
    hit = hit_from({"path": "/g/collect", "query": "v=2&tid=G-1&cid=1.2&gcs=G100", "body": body})
    text = case_from(hit, NOON, LOADED.whole())
    passes(text, "page_view, purchase, scroll from browser reaches book")
    assert (
        "        meta: [no trigger matched, ad_storage is denied, no trigger matched, blocked by bot]\n"
        "        book: [no trigger matched]\n"
    ) in text


@pytest.mark.parametrize(
    "fields",
    [
        {"path": "/hooks/orders", "body": {"order": {"id": "o-1"}, "customer": {"email": "a@b.example"}}},
        {"path": "/hooks/orders", "body": '{ "order": {"id": 1} }\n', "headers": {"content-type": "application/json"}},
        {"path": "/hooks/orders", "body": '{"order": {"id": 123456789012345678901}}'},
        {"path": "/hooks/orders", "body": '{"order":{"id":123456789012345678901}}',
         "headers": {"content-type": "application/json"}},
        {"path": "/hooks/orders", "body": '{"a":' * 60 + "1" + "}" * 60,
         "headers": {"content-type": "application/json"}},
        {"path": "/hooks/orders", "body": "{broken", "headers": {"content-type": "application/json"}},
        {"path": "/mp/collect", "query": "measurement_id=G-1&api_secret=s3cret-of-the-shop",
         "body": {"client_id": "1.2", "events": [{"name": "purchase", "params": {"value": 5}}]}},
        {"path": "/g/collect", "query": "v=2&tid=G-1&cid=1&en=page_view&a=1&b=2&a=3"},
        {"path": "/g/collect", "query": "v=2&tid=G-1&cid=1&en=page_view&a=1&a=3&=x&y&%zz=%ff&+=+"},
        {"path": "/g/collect", "query": "v=2&tid=G-1&cid=1&en=page_view&ep.x=%00%1b%0d%e2%80%a8&ep.y=null&ep.z=~"},
        {"path": "/g/collect", "query": "v=2&tid=G-1&cid=1&en=page_view", "headers": {"cookie": 'a=b; a=c; x="y"; z'}},
        {"path": "/no where?/%2f%ff", "method": "PUT"},
        {"path": "/g/collect", "method": "POST", "query": "v=2&tid=G-1&en=page_view&cid=1"},
        {"path": "/g/collect", "query": "v=2&tid=G-1&en=page_view&cid=1", "body_base64": "/wA="},
        {},
    ],
)  # fmt: skip
def test_odd_hits_are_saved_as_they_are(fields: dict[str, object]) -> None:
    hit = hit_from(fields)
    text = case_from(hit, NOON, LOADED.whole())
    passes(text)
    passes(case_from(hit, NOON, LOADED.whole(), masked=True))
    (case,), _ = read_cases(load_text(CONFIG + text))
    assert (case.hit.method, case.hit.path, case.hit.parameters) == (hit.method, hit.path, hit.parameters)
    assert case.hit.cookies == hit.cookies


def test_a_readable_body_is_written_so_only_where_the_same_comes_of_it() -> None:
    fields = {"path": "/hooks/orders", "headers": {"content-type": "application/json"}}
    compact = case_from(hit_from({**fields, "body": '{"order":{"id":"1"}}'}), NOON, LOADED.whole())
    assert '        order:\n          id: "1"\n' in compact
    assert "content-type" not in compact


@given(
    st.text(max_size=30), st.binary(max_size=30), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2)
)
@settings(max_examples=60)
def test_whatever_the_hit_holds_its_test_passes_or_nothing_is_written(
    query: str, body: bytes, headers: dict[str, str]
) -> None:
    hit = Hit("POST", "/g/collect", f"v=2&tid=G-1&cid=1&en=page_view&{query}", headers, body, query[:3])
    try:
        text = case_from(hit, NOON, LOADED.whole())
    except SavingError:
        return
    passes(text)


def test_a_hit_no_client_claims_is_worth_a_test_too() -> None:
    text = case_from(hit_from({"path": "/x", "id": "odd-1"}), NOON, LOADED.whole())
    passes(text, "a hit that no client claims (odd-1)")
    assert "client: null" in text


def test_cookies_that_are_set_are_expected() -> None:
    config = CONFIG.replace("browser: ga4", "browser: { ga4: { first_party_id: { cookie: FPID } } }")
    loaded = load_text(config)
    if loaded.configuration is None:
        raise AssertionError(loaded.errors)
    text = case_from(sale(), NOON, loaded.configuration)
    assert "        cookies:\n          FPID: " in text


def test_further_tests_stand_behind_those_of_the_file() -> None:
    first = saved_case(sale(), NOON, LOADED.whole(), "one")
    second = saved_case(sale(), NOON, LOADED.whole(), "two")
    text = added_to(added_to("", [first], "f.yaml"), [second], "f.yaml")
    cases, problems = read_cases(load_text(CONFIG + text))
    assert ([case.name for case in cases], problems) == (["one", "two"], [])


@pytest.mark.parametrize(
    "existing", ["tags: {}\n", "tests: {}\nmore: 1\n", "tests: [\n", "tests: { a: {} }\n", "- a\n"]
)
def test_a_file_that_is_none_of_tests_is_not_touched(existing: str) -> None:
    with pytest.raises(SavingError, match="choose another file"):
        added_to(existing, [saved_case(sale(), NOON, LOADED.whole(), "one")], "f.yaml")


def test_a_name_of_any_length_can_be_read() -> None:
    saved: Saved = saved_case(sale(), NOON, LOADED.whole(), "long " * 100)
    assert len(saved.name) <= 120
    passes(saved.text, saved.name)


def test_the_configuration_alone_says_which_tags_there_are() -> None:
    """What comes with an included file stands in no section of this text."""
    text = case_from(sale(), NOON, LOADED.whole())
    top = load_text(text).top
    assert msgspec.json.encode(read_cases(Loaded(LOADED.whole(), [], top))[1]) == b"[]"
