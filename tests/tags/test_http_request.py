"""The http_request tag: bodies, addresses and headers by templates, and secrets that never rest in the outbox."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

from container.component import Response
from container.config.load import load_text
from container.runtime import route
from tests.processes.server import serving, until
from tests.tags.sent import AROUND, NOW, built, config, hit, problems, routed, sent, suppressed, the

ANA = sha256(b"ana@example.com").hexdigest()


def test_a_json_body_keeps_types_and_leaves_out_what_is_not_there() -> None:
    tag = """http_request:
      url: https://crm.example/orders
      json:
        id: "{{ event.transaction_id }}"
        total: "{{ event.value }}"
        text: "{{ event.value }} EUR"
        gone: "{{ event.nothing }}"
        empty: { a: "{{ event.nothing }}", b: { c: "{{ event.nothing }}" } }
        kept: { paid: true, tags: [], source: web }
        lines: { for_each: "{{ event.items }}", sku: "{{ item.item_id }}", count: "{{ item.quantity }}" }"""
    request = sent(tag, en="purchase", epn__value=120.5, ep__transaction_id="o-1", pr1="ida~qt2", pr2="idb")
    assert (request.method, request.url) == ("POST", "https://vendor.example/orders")
    assert request.headers == {"content-type": "application/json"}
    assert json.loads(request.body) == {
        "id": "o-1",
        "total": 120.5,
        "text": "120.5 EUR",
        "kept": {"paid": True, "tags": [], "source": "web"},
        "lines": [{"sku": "a", "count": 2}, {"sku": "b"}],
    }


def test_a_value_cannot_leave_its_place_in_the_path_or_the_query() -> None:
    tag = """http_request:
      url: "https://crm.example/orders/{{ event.transaction_id }}/paid?from={{ event.page_title }}"
      query: { note: "{{ event.note }}", list: [a, b], gone: "{{ event.nothing }}" }
      method: PUT"""
    request = sent(tag, ep__transaction_id="../../x?y#z", dt="a&b=c", ep__note="1 & 2")
    assert request.method == "PUT"
    assert request.url == (
        "https://vendor.example/orders/..%2F..%2Fx%3Fy%23z/paid?from=a%26b%3Dc&note=1+%26+2&list=a&list=b"
    )
    assert suppressed(tag) == "the url needs a value that is not there"


def test_a_form_and_a_text() -> None:
    form = 'http_request: { url: "https://x.example/", form: { a: "{{ event.value }}", b: [1, true], c: "ü &" } }'
    request = sent(form, epn__value=5)
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.body == b"a=5&b=1&b=true&c=%C3%BC+%26"
    text = 'http_request: { url: "https://x.example/", text: "paid {{ event.value }}" }'
    request = sent(text, epn__value=5)
    assert (request.headers["content-type"], request.body) == ("text/plain; charset=utf-8", b"paid 5")
    assert suppressed(text) == "nothing of the body is there"
    assert sent("http_request: { url: 'https://x.example/ping', method: GET }").body == b""


SECRETS = """http_request:
      url: https://crm.example/orders
      query: { key: "{{ secret.key }}", page: "{{ event.page_title }}" }
      headers: { Authorization: "Bearer {{ secret.token }}", X-Client: "{{ event.client_id }}", X-Fixed: shop }
      json: { id: "{{ event.page_title }}", auth: { api_key: "{{ secret.key }}", who: "{{ event.client_id }}" } }
      secrets: { token: $TOKEN, key: $KEY }"""
GIVEN = {"TOKEN": "tok-123456", "KEY": "key-987654"}


def test_secrets_are_put_in_when_the_request_is_made_and_rest_nowhere() -> None:
    configuration = config(SECRETS, **GIVEN)
    (entry,) = route(hit(dt="t"), configuration, NOW).outgoing
    assert b"tok-123456" not in entry.body
    assert b"key-987654" not in entry.body
    request = the(configuration).pack("", [entry.body], "https://crm.example")
    assert request.url == "https://crm.example/orders?page=t&key=key-987654"
    assert request.headers == {
        "content-type": "application/json", "authorization": "Bearer tok-123456", "x-client": "7.8", "x-fixed": "shop",
    }  # fmt: skip
    assert json.loads(request.body) == {"id": "t", "auth": {"who": "7.8", "api_key": "key-987654"}}
    assert "tok-123456" not in repr(vars(the(configuration))["secrets"])


def test_a_secret_in_the_answer_of_the_receiver_goes_nowhere() -> None:
    tag = the(config(SECRETS, **GIVEN))
    assert "tok-123456" not in tag.judge(Response(400, {}, b"bad token tok-123456"), 1).reason


def test_headers_an_event_could_break_out_of_are_left_out() -> None:
    tag = 'http_request: { url: "https://x.example/", headers: { X-A: "{{ event.page_title }}" } }'
    assert "headers" not in built(tag, dt="a\r\nX-B: c")
    assert "headers" not in built(tag, dt="grün")
    assert built(tag, dt="plain")["headers"] == {"x-a": "plain"}


def test_personal_data_is_hashed_wherever_it_stands_unless_kept() -> None:
    body = 'json: { mail: "{{ event.user_data.email_address }}", text: "from ana@example.com, {{ event.page_title }}" }'
    tag = f'http_request: {{ url: "https://x.example/?who={{{{ event.user_data.email_address }}}}", {body} }}'
    given = {"ep__user_data.email_address": "ana@example.com", "dt": "x"}
    assert built(tag, **given) == {
        "method": "POST",
        "url": f"https://x.example/?who={ANA}",
        "json": {"mail": ANA, "text": f"from {ANA}, x"},
    }
    kept = tag.replace("json:", "personal_data: keep, json:")
    assert built(kept, **given)["json"]["mail"] == "ana@example.com"
    removed = tag.replace("json:", "personal_data: remove, json:")
    assert suppressed(removed, **given) == "nothing of the body is left without personal data"


def test_what_a_hit_holds_cannot_make_it_fail() -> None:
    tag = 'http_request: { url: "https://x.example/{{ event.page_title }}", json: { all: "{{ event }}" } }'
    for title in ("\ud800", "\x00", "x" * 20_000, "{{ 7 * 7 }}", "\u202e"):
        found = routed(tag, dt=title.encode("utf-8", "replace").decode(), ep__x="9" * 500, epn__n="1e308")
        assert found.failures == []


def test_an_id_keeps_a_copy_from_being_sent_and_none_is_made_up() -> None:
    tag = "http_request: { url: 'https://x.example/', json: { a: 1 } }"
    assert [one.event_id for one in routed(tag, ep__event_id="e-1").outgoing] == ["e-1"]
    assert [one.event_id for one in routed(tag, ep__transaction_id="o-1").outgoing] == ["o-1"]
    assert [one.event_id for one in routed(tag).outgoing] == [""]
    own = 'http_request: { url: "https://x.example/", json: { a: 1 }, event_id: "{{ event.client_id }}" }'
    assert [one.event_id for one in routed(own).outgoing] == ["7.8"]


def test_events_share_a_request_when_asked_to() -> None:
    configuration = config('http_request: { url: "https://x.example/", json: { n: "{{ event.n }}" }, batch: 50 }')
    assert the(configuration).batch_limit == 50
    bodies = [route(hit(epn__n=n), configuration, NOW).outgoing[0].body for n in (1, 2, 3)]
    assert json.loads(the(configuration).pack("", bodies, "https://x.example").body) == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert the(config("http_request: { url: 'https://x.example/', json: {} }")).batch_limit == 1


@pytest.mark.parametrize(
    ("status", "action"),
    [(200, "done"), (204, "done"), (404, "done"), (409, "later"), (429, "later"), (503, "later"), (401, "park"),
     (403, "park"), (400, "split"), (301, "split"), (0, "later")],
)  # fmt: skip
def test_statuses_mean_what_http_says_and_what_the_file_says_first(status: int, action: str) -> None:
    tag = the(config("http_request: { url: 'https://x.example/', json: {}, success: [404], retry: 409 }"))
    verdict = tag.judge(Response(status, {"retry-after": "7"}), 1)
    assert verdict.action == action
    assert verdict.retry_after == (7 if action == "later" and status else None)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('url: "https://{{ event.host }}/x"', "http_request.url: the host of the url may not come from an event; "
         "write the host out; only the path and the query may hold {{ }}"),
        ("url: crm.example/x", "http_request.url: 'crm.example/x' is not a URL; write a URL such as"),
        ("url: 'https://x.example/{{ event.a'", "http_request.url: cannot read the expression:"),
        ('url: "https://x.example/{{ nobody }}"', "http_request.url: there is no variable 'nobody'"),
        ("url: 'https://x.example/', json: {}, form: {}", "http_request.form: 'json' is the body already; write one"),
        ("url: 'https://x.example/', method: GET, json: {}", "http_request.json: a GET request has no body;"),
        ("url: 'https://x.example/', headers: { A: '{{ secret.tokn }}' }, secrets: { token: $T }",
         "http_request.headers.A: there is no secret 'tokn'; did you mean 'token'?"),
        ("url: 'https://x.example/', json: { a: '{{ secret.t }}{{ event.a }}' }, secrets: { t: $T }",
         "http_request.json: a secret stands together with a value of the event, so it would rest in the outbox;"),
        ("url: 'https://x.example/', json: { a: ['{{ secret.t }}', '{{ event.a }}'] }, secrets: { t: $T }",
         "http_request.json: a secret stands in a list with values of the event; put it beside the list"),
        ("url: 'https://x.example/{{ event.a }}', json: {}, batch: 5",
         "http_request.batch: events can share a request only when they differ in nothing but their JSON;"),
        ("url: 'https://x.example/', json: { a: '{{ event.a | hash_meta(\"mail\") }}' }",
         "http_request.json.a: hash_meta has no rule 'mail'; known: "),
        ("url: 'https://x.example/', json: { for_each: items, a: 1 }",
         "http_request.json.for_each: for_each needs an expression that gives a list;"),
        ("url: 'https://x.example/', headers: { 'A B': c }", "http_request.headers: 'A B' is not the name of a header"),
        ("url: 'https://x.example/', headers: { Host: other.example }",
         "http_request.headers: 'Host' is written by the transport itself; remove it"),
        ("url: 'https://x.example/', jsn: {}", "http_request.jsn: http_request has no option 'jsn'; did you mean"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_load(body: str, message: str) -> None:
    told = problems(f"http_request: {{ {body} }}", T="secret-token")
    assert any(one.startswith(f"tags.it.{message}") for one in told), told


def test_consent_is_asked_for_when_the_receiver_is_said_to_be_an_advertising_system() -> None:
    text = "url: 'https://x.example/', json: {}"
    around = "tags.it: http_request hands data to an advertising system without asking for consent"
    for said, warned in ((text, False), (f"{text}, advertising: true", True)):
        loaded = load_text(AROUND.format(tag=f"http_request: {{ {said} }}").replace("needs_consent: []", ""), {})
        assert any(f"{one.path}: {one.text}" == around for one in loaded.problems) is warned


SERVED = """
container: { listen: 127.0.0.1:0 }
clients: { browser: ga4 }
triggers: { all: { where: { event.event_name: { exists: true } } } }
tags:
  crm:
    http_request:
      url: "https://crm.example:8443/orders/{{ event.transaction_id }}"
      headers: { Authorization: "Bearer {{ secret.token }}" }
      json: { total: "{{ event.value }}" }
      secrets: { token: $CRM_TOKEN:-tok-123456 }
    fires_on: all
  lines: { log: data/events.jsonl, fires_on: all }
  pins:
    pinterest_capi: { ad_account_id: "549755885175", access_token: $PINTEREST_TOKEN }
    fires_on: all
    needs_consent: []
  clock: { tiktok_events: { pixel_code: C0QDA8RC77U2TMR44LI0, access_token: $T }, fires_on: all, needs_consent: [] }
delivery: { outbox: "sqlite:data/outbox.db", batch: { at_most: 20, wait: 20ms } }
"""


def test_in_a_running_server_requests_reach_the_stand_in_and_lines_their_file(tmp_path: Path) -> None:
    with serving(tmp_path, SERVED) as server:
        query = "v=2&tid=G-1&cid=7.8&en=purchase&epn.value=120.5&ep.transaction_id=o-1"
        assert server.get(f"/g/collect?{query}", headers={"user-agent": "Mozilla/5.0 X"}).status_code < 300
        until(lambda: len(server.get("/sandbox/http").json()) >= 3, "three requests at the stand-in")
        found = {one["type"]: one for one in server.get("/sandbox/http").json()}
        crm = found["http_request"]
        assert (crm["method"], crm["url"]) == ("POST", "crm.example:8443/orders/o-1")
        assert (crm["body"], crm["headers"]["authorization"]) == ({"total": 120.5}, "***")
        pins = found["pinterest_capi"]
        assert pins["url"] == "api.pinterest.com/v5/ad_accounts/549755885175/events"
        assert pins["body"]["data"][0]["custom_data"]["value"] == "120.5"
        assert found["tiktok_events"]["body"]["event_source_id"] == "C0QDA8RC77U2TMR44LI0"
        lines = tmp_path / "data" / "events.jsonl"
        until(lambda: lines.exists() and lines.read_text().endswith("\n"), "the line")
        assert json.loads(lines.read_text())["transaction_id"] == "o-1"
        delivered = re.compile(r'end="delivered",tag="\w+"} 1\.0')
        until(lambda: len(delivered.findall(server.get("/-/metrics").text)) == 4, "four deliveries in the books")
        assert "tok-123456" not in server.log()
