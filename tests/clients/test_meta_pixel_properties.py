"""The meta_pixel client survives whatever arrives on its paths."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from container.clients.meta_pixel import MetaPixelClient
from container.hit import Hit
from tests.clients.pixel import NOW, ROWS, captured

NAMES = st.sampled_from(
    ["id", "ev", "eid", "ts", "dl", "rl", "sw", "sh", "fbp", "dpo", "dpoco", "dpost", "rqm", "coo", "cd[value]",
     "cd[contents]", "cd[content_ids]", "cd[]", "cd[", "ud[em]", "aud[ph]", "udff[fn]", "pmd[title]", "]", "[]", ""]
)  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["%", "%zz", "[{}]", "[[]]", '{"id":{}}', "NaN", "-1", "9" * 400, "[" * 2000, "http://[", "\x00"]),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["id", "quantity", "x"]), inner),
        max_leaves=8,
    ).map(json.dumps),
)


def unharmed(hit: Hit) -> None:
    reading = MetaPixelClient().read(hit, NOW)
    assert reading.answer.status == 200
    for incoming in reading.incoming:
        assert msgspec.json.decode(msgspec.json.encode(incoming.event)) == incoming.event
        assert {key for key in incoming.event if key.startswith("x-tagdock")} <= {
            "x-tagdock-clock", "x-tagdock-stable-id", "x-tagdock-drop",
        }  # fmt: skip
        assert incoming.event.get("event_time", 0) <= NOW
        assert isinstance(incoming.event.get("event_name", ""), str)


@settings(max_examples=200)
@given(st.lists(st.tuples(NAMES, VALUES), max_size=12), st.booleans())
def test_whatever_the_parameters_hold_reading_never_fails(pairs: list[tuple[str, str]], post: bool) -> None:
    text = "&".join(f"{name}={value}" for name, value in pairs)
    unharmed(Hit("POST", "/tr", "", {}, text.encode()) if post else Hit("GET", "/tr", text))


@settings(max_examples=200)
@given(st.sampled_from(ROWS), st.integers(0, 3000), st.integers(0, 3000), st.binary(max_size=6), st.booleans())
def test_captured_hits_that_were_cut_or_changed_never_fail(
    row: dict[str, Any], start: int, end: int, noise: bytes, multipart: bool
) -> None:
    hit = captured(row, **({"content-type": "multipart/form-data; boundary=\xff"} if multipart else {}))
    hit.query_string = hit.query_string[:start] + noise.decode("latin-1") + hit.query_string[end:]
    hit.body = hit.body[:start] + noise + hit.body[end:]
    unharmed(hit)


@settings(max_examples=200)
@given(
    st.binary(max_size=200), st.sampled_from(["", "multipart/form-data", 'multipart/form-data; boundary="b"', "\u20ac"])
)
def test_any_bytes_in_a_body_never_fail(body: bytes, kind: str) -> None:
    unharmed(Hit("POST", "/tr", "id=1&ev=X", {"content-type": kind}, body))
    unharmed(
        Hit("POST", "/tr", "id=1&ev=X", {"content-type": kind}, b"--b\r\nContent-Disposition: form-data; name=" + body)
    )
    unharmed(Hit("POST", "/events", "", {}, b'{"fb.pixel_id":' + body))
