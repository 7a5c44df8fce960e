"""Hits that are too large, broken or deep are answered quickly, and leave no traceback."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.web.served import CONFIG, PAGE_VIEW, Served, calm, served

LONG = 100.0
"""Milliseconds of work, many times what such an answer takes; what a busy machine does beside it is not counted."""

DEEP = b'{"a":' * 5000 + b"1" + b"}" * 5000
MANY = range(10_000)
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
GA4 = b"/g/collect?v=2&tid=G-1&cid=1.2"


def spoken(value: bytes) -> tuple[str, bytes, bytes, str]:
    """A Measurement Protocol body with this as the value of a parameter."""
    return (
        "POST",
        b"/mp/collect",
        b'{"client_id":"1.2","events":[{"name":"a","params":{"value":' + value + b"}}]}",
        JSON,
    )


HOSTILE: dict[str, tuple[str, bytes, bytes, str]] = {
    "a bare percent sign": ("GET", GA4 + b"&en=%&ep.a=%", b"", ""),
    "half an escape": ("GET", GA4 + b"&en=%4&ep.%zz=%e2%82", b"", ""),
    "escaped bytes that are not UTF-8": ("GET", GA4 + b"&en=%ff%fe&ep.x=%c3%28", b"", ""),
    "raw bytes that are not UTF-8": ("GET", GA4 + b"&en=\xff\xfe&ep.\xc3=\x28", b"", ""),
    "null bytes": ("POST", GA4 + b"&en=a%00b", b"en=x\x00y&ep.z=%00", ""),
    "not a number": ("GET", GA4 + b"&en=purchase&epn.value=NaN&epn.tax=-Infinity&pr1=prNaN~qt1e999", b"", ""),
    "ten thousand parameters": ("GET", GA4 + b"&en=a" + b"".join(b"&ep.p%d=%d" % (n, n) for n in MANY), b"", ""),
    "ten thousand parameters in a body": (
        "POST", b"/tr", b"id=1&ev=PageView" + b"".join(b"&cd[p%d]=%d" % (n, n) for n in MANY), FORM,
    ),
    "ten thousand lines": ("POST", GA4, b"en=a&epn.value=1\r\n" * 10_000, "text/plain"),
    "one parameter of 200,000 characters": ("POST", GA4, b"en=" + b"a" * 200_000, ""),
    "200,000 separators": ("POST", GA4, b"en=a" + b"&" * 100_000 + b"~" * 100_000, ""),
    "JSON of depth 5,000": ("POST", b"/mp/collect?measurement_id=G-1", DEEP, JSON),
    "an event of depth 5,000": spoken(DEEP),
    "an event of depth 33": spoken(b"[" * 33 + b"]" * 33),
    "contents of depth 5,000": ("POST", b"/tr", b"id=1&ev=Purchase&cd[contents]=" + b"[" * 5000 + b"]" * 5000, FORM),
    "JSON with NaN": spoken(b"NaN"),
    "JSON with huge numbers": spoken(b"9" * 5000),
    "JSON with a lone surrogate": spoken(b'"\\ud800"'),
    "JSON cut short": ("POST", b"/mp/collect", b'{"client_id":"1.2","events":[{"name":"a","par', JSON),
    "JSON of the wrong types": ("POST", b"/mp/collect", b'{"client_id":{},"events":{"name":[]},"user_data":7}', JSON),
    "a multipart body without an end": (
        "POST", b"/tr/", b"--x\r\nContent-Disposition: form-data; name=ev\r\n\r\nA", "multipart/form-data; boundary=x",
    ),
    "a multipart body without a boundary": ("POST", b"/tr/", b"--x\r\n\r\n", "multipart/form-data"),
    "random bytes": ("POST", GA4, random.Random(1).randbytes(50_000), ""),
    "random bytes as JSON": ("POST", b"/mp/collect", random.Random(2).randbytes(50_000), JSON),
    "names of the event's own fields": (
        "GET", GA4 + b"&en=a&ep.event_name=b&ep.client_id=9&ep.user_data=x&epn.items=3&ep.x-ga-gcs=G1", b"", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_hit_is_answered_soon_and_never_by_a_5xx(
    app: Served, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    method, target, body, kind = HOSTILE[what]
    headers = {"content_type": kind} if kind else {}
    taken = []
    for _ in range(3):
        begin = time.process_time()
        answer = app.ask(target, method, body, **headers)
        taken.append((time.process_time() - begin) * 1000)
        assert answer.status in (200, 204, 400, 413), answer.text
    assert min(taken) < LONG
    assert app.ask(target, method, body, x_tagdock_preview="the-token-of-the-tests", **headers).status == 200
    assert calm(caplog)
    failures = {name: count for name, count in app.metrics().items() if name.startswith("tagdock_failures_total")}
    assert failures
    assert not any(failures.values())


def test_headers_a_mile_long_or_of_odd_bytes_are_survived(app: Served, caplog: pytest.LogCaptureFixture) -> None:
    odd = "\xff\xfe" * 1000
    names = ("cookie", "referer", "user-agent", "accept", "x-forwarded-for", "forwarded", "x-effective-origin")
    for name in names:
        assert app.ask(PAGE_VIEW + "odd", **{name: odd}).status == 204
        assert app.ask(PAGE_VIEW + "odd", **{name: "a=b; " * 20_000}).status == 204
    assert app.ask(PAGE_VIEW + "odd", origin="\xff\xfe").status == 204
    assert app.ask(PAGE_VIEW + "odd", content_length="abc").status == 204
    assert calm(caplog)


def test_a_body_over_the_limit_is_413_told_or_untold(tmp_path: Path) -> None:
    config = CONFIG.replace("name: test", "name: test, body_limit: 1KiB")
    with served(tmp_path, config) as app:
        fits, over = b"en=a&ep.event_id=1&ep.x=".ljust(1024, b"x"), b"x" * 1025
        assert app.ask("/g/collect?v=2&tid=G-1", "POST", fits).status == 204
        told = app.ask("/g/collect?v=2&tid=G-1", "POST", over, content_length="1025", origin="https://shop.example")
        assert (told.status, told.text) == (413, "the body is larger than 1024 bytes\n")
        assert told.headers["access-control-allow-origin"] == "https://shop.example"
        assert app.ask("/g/collect?v=2&tid=G-1", "POST", over).status == 413
        assert app.ask("/g/collect?v=2&tid=G-1", "POST", [over[:600], over[600:]]).status == 413
        assert app.ask("/g/collect?v=2&tid=G-1", "POST", [fits[:500], b"", fits[500:]]).status == 204
        assert app.ask("/g/collect?v=2&tid=G-1", "POST", b"", content_length="9" * 40).status == 413
        assert app.metrics()['tagdock_hits_total{client="",outcome="too_large"}'] == 4


def test_the_default_limit_is_256_kib(app: Served) -> None:
    assert app.ask("/g/collect?v=2&tid=G-1", "POST", b"x" * 256 * 1024).status == 204
    assert app.ask("/g/collect?v=2&tid=G-1", "POST", b"x" * (256 * 1024 + 1)).status == 413


def test_of_more_than_a_hundred_events_the_first_hundred_are_kept_and_the_trace_says_so(app: Served) -> None:
    lines = b"\r\n".join(b"en=a&ep.event_id=many-%d" % number for number in range(130))
    before = app.accepted()
    trace = app.trace("/g/collect?v=2&tid=G-1&cid=1.2", "POST", lines)
    assert len(trace["events"]) == 100
    assert "30" in " ".join(trace["problems"])
    assert app.accepted() == before + 100
