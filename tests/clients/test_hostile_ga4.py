"""Hits that nobody sane would send: the two GA4 clients never raise, never dawdle, never let a key be forged."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from container.clients.ga4 import Ga4Client
from container.clients.measurement_protocol import MeasurementProtocolClient
from container.component import Client, Incoming, Reading
from container.event import CONSENT_PURPOSES
from container.ga4.first_party_id import FirstPartyId
from container.hit import Hit, parse_parameters

NOW = 1_766_755_500.0
CAPTURED = [
    msgspec.json.decode(line) for line in (Path(__file__).parents[1] / "hits" / "ga4.jsonl").read_bytes().splitlines()
]
GA4 = Ga4Client(first_party_id=FirstPartyId(when_unset="granted"))
PROTOCOL = MeasurementProtocolClient()
BOUNDED = settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

WORDS = """
v tid en cid uid sid sct _et _p _s dl dr cu em gcs gcd ur _uip uafvl uamb pr1 pr2 pr999 us_privacy sst.x sst.consent
up.a upn.a _x richsstsse ep.event_name ep.client_id ep.currency epn.currency ep.items ep.user_data ep.user_data.email
ep.user_data.address ep.user_data.address.0.city ep.user_data.address.city ep.x-ga-gcs ep.user_agent epn.client_id
ep.page_location ep.user_id epn.ga_session_id user_properties system_properties ep-event_name ep.__proto__
"""
NAMES = st.sampled_from(["", *WORDS.split()])
TEXTS = """
1 2 NaN -1e309 G111 G1-- 13t3t3t3t5 [object+Object] :: 1.2.3.4 DE-BE tv.1~em.e0~pn.abc idA~pr1~k0a~v0b https://[ % %ff%
https://a.example/x?y=1
"""
VALUES = st.one_of(
    st.sampled_from(["", "\0", *TEXTS.split()]),
    st.text(max_size=30),
)
PAIRS = st.lists(st.tuples(NAMES, VALUES), max_size=25)
HEADERS = st.dictionaries(
    st.sampled_from(
        ["user-agent", "cookie", "host", "referer", "sec-ch-ua", "accept", "x-effective-referer", "origin"]
    ),
    st.one_of(
        st.sampled_from(["FPID=FPID2.2.abc.5", '"Chromium";v="1"', "https://a.example/", "a.example:1", "[::1]:2"]),
        st.text(max_size=40),
    ),
    max_size=5,
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False), st.text(max_size=8)
)
KEYS = """
events name params items user_data email address value client_id user_id event_name x-ga-gcs timestamp_micros
user_properties consent ad_user_data ip_override user_location device language page_location session_number
"""
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=6),
    max_leaves=25,
)


def joined(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{name}={value}" for name, value in pairs)


def sound(reading: Reading) -> list[Incoming]:
    """What must hold of every reading; returns its events."""
    assert 200 <= reading.answer.status < 300
    for incoming in reading.incoming:
        msgspec.json.encode(incoming.event)
        assert incoming.event["event_name"]
        for states in (incoming.consent, incoming.implicit):
            assert states.keys() <= set(CONSENT_PURPOSES)
            assert set(states.values()) <= {"granted", "denied"}
        assert all(isinstance(note, str) for note in [*incoming.notes, *reading.notes])
        assert len(incoming.notes) < 30
    return reading.incoming


def texts_kept_out(incoming: Incoming) -> None:
    """Keys with a structure are never a text somebody sent."""
    event = incoming.event
    for key, kind in (("items", list), ("user_data", dict), ("client_hints", dict), ("event_location", dict),
                      ("x-ga-mp2-user_properties", dict), ("x-ga-system_properties", dict)):  # fmt: skip
        assert isinstance(event.get(key, kind()), kind)
    for key in ("client_id", "event_name", "x-ga-gcs", "x-ga-gcd", "user_agent", "ip_override"):
        assert isinstance(event.get(key, ""), str)


@BOUNDED
@given(PAIRS, st.lists(PAIRS, max_size=4), HEADERS)
def test_made_up_hits_are_read_and_their_built_in_keys_are_those_of_the_hit(
    pairs: list[tuple[str, str]], lines: list[list[tuple[str, str]]], headers: dict[str, str]
) -> None:
    query, body = joined(pairs), "\n".join(joined(line) for line in lines)
    hit = Hit("POST", "/g/collect", query, headers, body.encode("utf-8", "replace"), ip="203.0.113.7")
    GA4.claims(hit)
    events = sound(Ga4Client().read(hit, NOW))
    for incoming in events:
        texts_kept_out(incoming)
    read_lines = [dict(parse_parameters(line.strip("\r "))) for line in hit.text.split("\n")]
    named = [{**hit.query, **line} for line in read_lines if line.get("en")]
    expected = named or ([hit.query] if hit.query.get("en") else [])
    assert [one.event["event_name"] for one in events] == [one["en"] for one in expected]
    assert [one.event.get("client_id", "") for one in events] == [one.get("cid", "") for one in expected]
    assert [one.event.get("x-ga-gcs", "") for one in events] == [one.get("gcs", "") for one in expected]
    for incoming, one in zip(events, expected, strict=True):
        for name, key in (("cu", "currency"), ("dl", "page_location"), ("uid", "user_id"), ("sid", "ga_session_id")):
            assert not one.get(name) or incoming.event[key] == one[name]
    assert [one.event.get("user_agent", "") for one in events] == [headers.get("user-agent", "")] * len(events)
    sound(GA4.read(hit, NOW))


@BOUNDED
@given(st.sampled_from(CAPTURED), st.data())
def test_captured_hits_cut_short_and_changed_are_read(one: dict[str, Any], data: st.DataObject) -> None:
    def damaged(text: str) -> str:
        if not text:
            return text
        start = data.draw(st.integers(0, len(text) - 1))
        length = data.draw(st.integers(0, 40))
        return text[:start] + data.draw(st.text(max_size=6)) + text[start + length :]

    query, body = damaged(one["query"]), damaged(one.get("body") or "").encode("utf-8", "replace")
    cut = data.draw(st.integers(0, len(body)))
    hit = Hit(one["method"], one["path"], query, one.get("headers") or {}, body[:cut], ip="203.0.113.7")
    for client in (GA4, PROTOCOL):
        client.claims(hit)
        for incoming in sound(client.read(hit, NOW)):
            texts_kept_out(incoming)


@BOUNDED
@given(
    st.binary(max_size=300),
    st.binary(max_size=300),
    st.sampled_from(["/g/collect", "/mp/collect", "/debug/mp/collect"]),
)
def test_bytes_at_random_are_read(query: bytes, body: bytes, path: str) -> None:
    hit = Hit("POST", path, query.decode("latin-1"), {}, body)
    for client in (GA4, PROTOCOL):
        client.claims(hit)
        sound(client.read(hit, NOW))


@BOUNDED
@given(TREES, st.lists(TREES, max_size=4), st.sampled_from(["/mp/collect", "/debug/mp/collect"]))
def test_json_of_any_shape_is_read_and_its_built_in_keys_are_those_of_the_body(
    tree: Any, params: list[Any], path: str
) -> None:
    shapes = [tree, {"client_id": "1.2", "consent": tree, "user_data": tree, "events": [
        {"name": "lead", "params": one, "timestamp_micros": tree} for one in params]}]  # fmt: skip
    for shape in shapes:
        hit = Hit("POST", path, "measurement_id=G-1", {}, msgspec.json.encode(shape), ip="203.0.113.7")
        for incoming in sound(PROTOCOL.read(hit, NOW)):
            texts_kept_out(incoming)
            assert type(incoming.event.get("event_time", 0)) is int or "event_time" in str(params)
            if shape is shapes[1]:
                assert (incoming.event["event_name"], incoming.event["client_id"]) == ("lead", "1.2")


SIZE = 256 * 1024
QUERY = "v=2&tid=G-1&cid=1.2&en=x"
MANY = "&".join(f"ep.a{n}=1" for n in range(1900))
LARGE: dict[str, tuple[str, str]] = {
    "lines": (QUERY, "en=x\n" * (SIZE // 5)),
    "separators": (QUERY, "en=x" + "&" * SIZE),
    "blank lines": (QUERY, "\n" * SIZE),
    "percent signs": (QUERY, "en=x&ep.a=" + "%" * SIZE),
    "tildes": (QUERY, "en=x&pr1=" + "~" * SIZE),
    "custom parameters of an item": (QUERY, "en=x&pr1=" + "k0a~v0b~" * (SIZE // 8)),
    "digits": (QUERY, "en=x&epn.a=" + "9" * SIZE),
    "dots": (QUERY, "en=x&ep.user_data." + "a." * (SIZE // 2) + "=1"),
    "a host": (QUERY, "en=x&dl=https://" + "a." * (SIZE // 2)),
    "an address": (QUERY, "en=x&_uip=" + "1:" * (SIZE // 2)),
    "parameters": (QUERY, "en=x&" + "&".join(f"ep.p{n}=1" for n in range(24_000))),
    "shared parameters": (f"{QUERY}&{MANY}", "en=x\n" * (SIZE // 5)),
    "shared forgeries": (f"{QUERY}&{MANY.replace('ep.', 'ep.x-ga-')}", "en=x\n" * (SIZE // 5)),
    "shared numbers": (f"{QUERY}&{MANY.replace('ep.', 'epn.').replace('=1', '=NaN')}", "en=x\n" * (SIZE // 5)),
    "shared user data": (f"{QUERY}&{MANY.replace('ep.', 'ep.user_data.a.b.')}", "en=x\n" * (SIZE // 5)),
    "shared items": (QUERY + "".join(f"&pr{n}=" + "k0a~v0b~" * 50 for n in range(150)), "en=x\n" * (SIZE // 5)),
    "a shared token": (QUERY + "&em=tv.1" + ("~em." + "ab" * 32) * 700, "en=x\n" * (SIZE // 5)),
}
# Two hundred times what any of them takes: only work that grows faster than the hit comes near it.
SECONDS = 2.0


def timed(client: Client, hit: Hit) -> float:
    started = time.process_time()
    client.claims(hit)
    sound(client.read(hit, NOW))
    return time.process_time() - started


@pytest.mark.parametrize("what", LARGE)
def test_a_quarter_of_a_megabyte_of_one_thing_does_not_hold_up_the_others(what: str) -> None:
    query, body = LARGE[what]
    assert timed(GA4, Hit("POST", "/g/collect", query, {"host": "a.example"}, body.encode(), ip="1.2.3.4")) < SECONDS


BODIES: dict[str, bytes] = {
    "brackets": b"[" * SIZE,
    "braces": b'{"events":' + b'{"a":' * (SIZE // 5),
    "events": msgspec.json.encode({"events": [{"name": "a"}] * 15_000}),
    "parameters": msgspec.json.encode({"events": [{"name": "a", "params": {f"p{n}": 1 for n in range(20_000)}}]}),
    "forgeries": msgspec.json.encode({"events": [{"name": "a", "params": {f"x-ga-{n}": 1 for n in range(15_000)}}]}),
    "properties": msgspec.json.encode(
        {"user_properties": {f"p{n}": {"value": 1} for n in range(9000)}, "events": [{"name": "a"}] * 25}
    ),
    "user data": msgspec.json.encode({"user_data": {"a": [[1]] * 50_000}, "events": [{"name": "a"}] * 25}),
    "items": msgspec.json.encode({"events": [{"name": "a", "params": {"items": [{"a": 1}] * 25_000}}]}),
}


@pytest.mark.parametrize("path", ["/mp/collect", "/debug/mp/collect"])
@pytest.mark.parametrize("what", BODIES)
def test_a_quarter_of_a_megabyte_of_json_does_not_hold_up_the_others(what: str, path: str) -> None:
    assert timed(PROTOCOL, Hit("POST", path, "measurement_id=G-1", {}, BODIES[what], ip="1.2.3.4")) < SECONDS
