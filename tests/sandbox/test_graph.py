"""The events edge: how events and tokens may be sent, what is refused before events are read, what is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from .conftest import AGENT, NOW, PIXEL, Local, hashed

EVENTS = f"/sandbox/graph/v26.0/{PIXEL}/events"


def test_a_batch_is_answered_as_graph_answers(local: Local) -> None:
    response = local.send(local.event(event_id="a"), local.event(event_id="b"))
    answer = response.json()
    assert response.status_code == 200
    assert answer == {"events_received": 2, "messages": [], "fbtrace_id": answer["fbtrace_id"]}
    assert answer["fbtrace_id"].startswith("A")


def test_every_answer_has_a_trace_id_of_its_own(local: Local) -> None:
    assert local.send(local.event()).json()["fbtrace_id"] != local.send(local.event()).json()["fbtrace_id"]


def test_an_accepted_event_is_shown_as_it_was_sent(local: Local) -> None:
    event = local.purchase(contents=[{"id": "sku", "quantity": 1, "item_price": 120.5}])
    local.send(event, test_event_code="TEST7")
    (good,) = local.get("good")
    assert good["event"] == event
    assert (good["pixel_id"], good["channel"], good["test_event_code"]) == (PIXEL, "server", "TEST7")
    assert good["deduplicated"] is False
    assert "error" not in good


def test_one_bad_event_refuses_the_whole_batch(local: Local) -> None:
    local.error(local.event(event_id="a"), local.event(event_id="b", event_time=1), local.event(event_id="c"))
    assert local.get("good") == []
    bad = local.get("bad")
    assert [item["event"]["event_id"] for item in bad] == ["a", "b", "c"]
    assert [item["error"]["offender"] for item in bad] == [False, True, False]
    assert {item["error"]["error_subcode"] for item in bad} == {2804003}
    assert {key: local.get("all")[key] for key in ("total", "good", "bad")} == {"total": 3, "good": 0, "bad": 3}


@pytest.mark.parametrize("how", ["query", "json", "bearer", "form"])
def test_a_token_may_come_by(local: Local, how: str) -> None:
    data = [local.event()]
    if how == "form":
        sent = local.client.post(EVENTS, data={"access_token": "t0ken", "data": json.dumps(data)})
    else:
        sent = local.client.post(
            EVENTS + ("?access_token=t0ken" if how == "query" else ""),
            json={"data": data} | ({"access_token": "t0ken"} if how == "json" else {}),
            headers={"authorization": "Bearer t0ken"} if how == "bearer" else {},
        )
    assert sent.json()["events_received"] == 1


@pytest.mark.parametrize(
    "shape", ["text of a list", "list of texts", "text of one event", "list of one text of a list"]
)
def test_form_data_may_be(local: Local, shape: str) -> None:
    event = local.event()
    data: Any = {
        "text of a list": json.dumps([event]),
        "list of texts": json.dumps([json.dumps(event)]),
        "text of one event": json.dumps(event),
        "list of one text of a list": [json.dumps([event])],
    }[shape]
    form = urlencode({"access_token": "t", "data": data}, doseq=True)
    sent = local.client.post(EVENTS, content=form, headers={"content-type": "application/x-www-form-urlencoded"})
    assert sent.json()["events_received"] == 1
    assert local.get("good")[0]["event"] == event


def test_a_request_captured_from_metas_own_sdk_is_taken(local: Local) -> None:
    body = Path(__file__).with_name("sdk_purchase.txt").read_text().strip()
    local.now = 1_795_413_500  # two seconds after its event
    sent = local.client.post(
        EVENTS + "?access_token=EAAtest", content=body, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert sent.json()["events_received"] == 1
    (good,) = local.get("good")
    assert good["test_event_code"] == "TEST1"
    assert good["event"]["custom_data"]["contents"] == [
        {"id": "product123", "quantity": 1, "item_price": 2.0, "delivery_category": "home_delivery"}
    ]
    assert local.names() == set()


def test_a_form_may_be_multipart(local: Local) -> None:
    fields = {"access_token": (None, "t"), "data": (None, json.dumps([local.event()])), "test_event_code": (None, "T1")}
    assert local.client.post(EVENTS, files=fields).json()["events_received"] == 1
    assert local.get("good")[0]["test_event_code"] == "T1"


def test_a_broken_multipart_body_is_refused(local: Local) -> None:
    kind = {"content-type": "multipart/form-data; boundary=x"}
    sent = local.client.post(EVENTS + "?access_token=t", content=b"--x\r\nnonsense", headers=kind)
    assert sent.json()["error"]["code"] == 100


def test_a_missing_token_is_refused(local: Local) -> None:
    response = local.client.post(EVENTS, json={"data": [local.event()]})
    assert response.status_code == 401
    assert response.json()["error"]["code"] == 190
    assert "invalid_token" in response.headers["www-authenticate"]


def test_a_wrong_token_is_refused_when_the_pixels_token_is_known() -> None:
    local = Local(pixels={PIXEL: "right"})
    assert local.error(local.event(), access_token="wrong")["code"] == 190
    assert local.send(local.event(), access_token="right").status_code == 200
    local.sandbox.close()


def test_a_pixel_that_does_not_exist_is_refused() -> None:
    local = Local(pixels={PIXEL: None})
    error = local.error(local.event(), pixel="999")
    assert (error["code"], error["error_subcode"]) == (100, 33)
    assert local.send(local.event(), access_token="any").status_code == 200
    local.sandbox.close()


def test_a_pixel_id_that_is_no_number_is_refused(local: Local) -> None:
    error = local.error(local.event(), pixel="my-pixel")
    assert (error["code"], error["error_subcode"]) == (100, 33)


def test_a_token_can_be_left_out_where_that_is_allowed() -> None:
    local = Local(token_required=False)
    assert local.client.post(EVENTS, json={"data": [local.event()]}).status_code == 200
    local.sandbox.close()


@pytest.mark.parametrize(
    ("version", "code"),
    [("v16.0", 2635), ("v19.0", 2635), ("v3.2", 2635), ("v99.0", 2500), ("latest", 2500), ("v²", 2500)],
)
def test_a_version_that_no_longer_or_never_answered_is_refused(local: Local, version: str, code: int) -> None:
    assert local.error(local.event(), version=version)["code"] == code


def test_a_version_answers_until_its_last_day(local: Local) -> None:
    assert local.send(local.event(), version="v20.0").status_code == 200  # until 2026-09-24
    local.now = NOW + 4 * 86_400
    assert local.error(local.event(), version="v20.0")["code"] == 2635


def test_a_thousand_events_are_taken_and_one_more_is_not(local: Local) -> None:
    events = [local.event(event_id=f"e-{number}") for number in range(1001)]
    assert local.send(*events[:1000]).json()["events_received"] == 1000
    assert local.error(*events)["code"] == 100
    assert local.get("all")["good"] == 1000


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'{"data":{}}', b'{"data":[]}', b'{"data":null}', b'{"data":[1]}', b'{"data":[[]]}',
        b'{"data":"nonsense"}', b'{"data":["{"]}', b'{"data":[null]}', b"\xff\xfe", b'{"data":' + b"[" * 5000,
        b'{"data":[{"event_name":NaN}]}', b'{"data":[{"a":1e999}]}', b'{"data":[{"event_name":"\\ud800"}]}',
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_refused_and_left_a_trace_of(local: Local, body: bytes) -> None:
    for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain"):
        sent = local.client.post(EVENTS + "?access_token=t", content=body, headers={"content-type": kind})
        assert sent.status_code == 400, sent.text
        assert sent.json()["error"]["code"] == 100
    assert [item["event"] for item in local.get("bad")] == [{}, {}, {}]


def test_an_event_nested_too_deep_is_refused_alone(local: Local) -> None:
    deep = '{"a":' * 900 + "1" + "}" * 900
    event = json.dumps(local.event())[:-1] + ', "custom_data": ' + deep + "}"
    sent = local.client.post(EVENTS + "?access_token=t", content='{"data":[' + event + "]}")
    assert sent.status_code in (200, 400)
    assert local.get("all")["total"] == 1


def test_a_body_beyond_sixteen_megabytes_is_not_read(local: Local) -> None:
    sent = local.client.post(EVENTS, content=b"x" * (16 * 1024 * 1024 + 1))
    assert sent.status_code == 413
    assert local.get("all")["total"] == 0


def test_tokens_and_proofs_are_never_kept(local: Local) -> None:
    secret, proof = "EAAB/very+secret", hashed("proof")
    query = urlencode({"access_token": secret, "appsecret_proof": proof})
    local.client.post(f"{EVENTS}?{query}", json={"data": [local.event()]})
    local.client.post(EVENTS, json={"data": [local.event()], "access_token": secret})
    local.client.post(
        EVENTS, data={"data": json.dumps([local.event()]), "access_token": secret, "appsecret_proof": proof}
    )
    local.client.post(
        EVENTS, files={"access_token": (None, secret), "appsecret_proof": (None, proof), "data": (None, "[]")}
    )
    shown = json.dumps(local.get("test-events"))
    assert shown.count('"method": "POST"') == 4
    for hidden in (secret, "EAAB%2Fvery%2Bsecret", "EAAB/very%2Bsecret", proof):
        assert hidden not in shown


def test_the_same_words_serve_a_browser_that_is_not_one(local: Local) -> None:
    assert local.client.get(EVENTS).status_code == 405
    assert local.client.post(EVENTS, json={}, headers={"user-agent": AGENT}).status_code == 401
