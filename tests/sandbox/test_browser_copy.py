"""The browser's copy on `/tr`: every way a pixel sends it, read into the shape of a server event."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from .conftest import AGENT, NOW, PIXEL, Local, hashed

HITS = [json.loads(line) for line in Path(__file__).with_name("pixel_hits.jsonl").read_text().splitlines()]
CAPTURED = [hit for hit in HITS if hit["kind"] == "pixel" and "rqm=FGET" not in hit["query"]]


def only(local: Local) -> dict[str, Any]:
    (item,) = local.get("good")
    event: dict[str, Any] = item["event"]
    return event


@pytest.mark.parametrize("hit", CAPTURED, ids=lambda hit: hit["id"])
def test_a_captured_pixel_hit_is_read(local: Local, hit: dict[str, Any]) -> None:
    headers = {"user-agent": AGENT} | {key.lower(): value for key, value in (hit.get("headers") or {}).items()}
    if hit.get("content_type"):
        headers["content-type"] = hit["content_type"]
    local.client.request(
        hit["method"], "/sandbox/tr/?" + hit["query"], content=(hit.get("body") or "").encode(), headers=headers
    )
    (item,) = local.get("good" if hit["expect"]["event_name"] else "bad")
    event, expect = item["event"], hit["expect"]
    assert item["pixel_id"] == expect["pixel_id"]
    for key in ("event_name", "event_id", "event_source_url", "referrer_url"):
        assert event.get(key) == (expect[key] or None), key
    for key in ("fbp", "fbc"):
        assert event["user_data"].get(key) == expect[key]
    assert expect["user_data"].items() <= event["user_data"].items()
    assert event.get("custom_data", {}).keys() == expect["custom_data"].keys()
    if expect["event_time"]:
        assert event["event_time"] == expect["event_time"]


@pytest.mark.parametrize("path", ["/sandbox/tr", "/sandbox/tr/"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_answer_is_a_gif_that_no_cache_keeps(local: Local, path: str, method: str) -> None:
    answer = local.client.request(method, f"{path}?id={PIXEL}&ev=PageView")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/gif"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.content[:6] == b"GIF89a"
    assert answer.content[6:10] == b"\x01\x00\x01\x00"


@pytest.mark.parametrize("kind", ["query", "form", "multipart", "beacon"])
def test_a_hit_may_come_as(local: Local, kind: str) -> None:
    fields = {"id": PIXEL, "ev": "Purchase", "eid": "o-1", "cd[value]": "9.90", "cd[currency]": "EUR"}
    text = "&".join(f"{quote(key)}={quote(value)}" for key, value in fields.items())
    if kind == "query":
        local.client.get("/sandbox/tr?" + text)
    elif kind == "form":
        local.client.post("/sandbox/tr", data=fields)
    elif kind == "multipart":
        local.client.post("/sandbox/tr", files={key: (None, value) for key, value in fields.items()})
    else:
        local.client.post("/sandbox/tr", content=text, headers={"content-type": "text/plain;charset=UTF-8"})
    event = only(local)
    assert (event["event_name"], event["event_id"]) == ("Purchase", "o-1")
    assert event["custom_data"] == {"value": 9.9, "currency": "EUR"}


def test_the_privacy_sandbox_twin_of_a_hit_is_not_counted_again(local: Local) -> None:
    local.browse(eid="e-1")
    local.browse(eid="e-1", rqm="FGET")
    assert local.get("all")["total"] == 1


def test_a_page_without_scripts_is_read_from_the_referer(local: Local) -> None:
    headers = {"referer": "https://shop.example/x"}
    local.client.get(f"/sandbox/tr?id={PIXEL}&ev=PageView&noscript=1", headers=headers)
    assert only(local)["event_source_url"] == "https://shop.example/x"
    assert only(local)["event_time"] == int(NOW)


def test_advanced_matching_by_hand_goes_before_the_automatic_one(local: Local) -> None:
    local.browse(**{"aud[em]": hashed("auto"), "ud[em]": hashed("hand"), "udff[ph]": hashed("field")})
    user = only(local)["user_data"]
    assert (user["em"], user["ph"]) == (hashed("hand"), hashed("field"))
    assert (user["client_ip_address"], user["client_user_agent"]) == ("198.51.100.7", AGENT)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("127.0.0.1", "203.0.113.5, 10.0.0.1", "203.0.113.5"),
        ("127.0.0.1", "", None),
        ("198.51.100.9", "203.0.113.5", "198.51.100.9"),
    ],
)
def test_only_a_proxy_on_this_machine_may_speak_for_another_address(
    local: Local, peer: str, forwarded: str, address: str | None
) -> None:
    client = TestClient(local.client.app, client=(peer, 50_000))
    client.get(f"/sandbox/tr?id={PIXEL}&ev=PageView", headers={"x-forwarded-for": forwarded})
    assert only(local)["user_data"].get("client_ip_address") == address


@pytest.mark.parametrize(("query", "missing"), [("ev=PageView", "id"), (f"id={PIXEL}", "ev"), ("", "id")])
def test_a_hit_that_names_no_pixel_or_event_gets_its_gif_and_is_bad(local: Local, query: str, missing: str) -> None:
    assert local.client.get("/sandbox/tr?" + query).status_code == 200
    (bad,) = local.get("bad")
    assert bad["channel"] == "browser"
    assert missing in bad["error"]["message"]


@pytest.mark.parametrize(
    "query",
    ["%", "%zz=%", "&&&===", "id=%ff%fe&ev=%00", "cd[=1&cd]=2&cd[[]]=3&[x]=4", "cd[contents]=" + "[" * 5000,
     "ev=a&id=1&" + "&".join(f"cd[k{n}]=v" for n in range(3000)), "id=" + "9" * 50_000 + "&ev=" + "x" * 50_000],
)  # fmt: skip
def test_hostile_hits_get_their_gif(local: Local, query: str) -> None:
    assert local.client.get("/sandbox/tr?" + query[:60_000]).content[:3] == b"GIF"
    assert local.client.post("/sandbox/tr", content=query).content[:3] == b"GIF"
    assert local.get("all")["total"] == 2


def test_a_body_that_is_too_long_is_not_read(local: Local) -> None:
    answer = local.client.post(f"/sandbox/tr?id={PIXEL}&ev=PageView", content=b"x" * 300_000)
    assert answer.content[:3] == b"GIF"
    assert only(local)["event_name"] == "PageView"
